"""The page of the protocol says what the code does."""

from __future__ import annotations

import pathlib

import pytest

from mithaq.core.errors import MithaqError
from mithaq.core.journal import errors
from tests.factories import journal_vectors

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "protocol" / "journal.md"


def test_the_checkpoint_of_the_page_is_that_of_the_vectors() -> None:
    assert journal_vectors.witnessed().decode() in PAGE.read_text(encoding="utf-8")


def test_the_proof_of_the_page_is_that_of_the_vectors() -> None:
    extra, rest = journal_vectors.proof().decode().split("\nindex", 1)
    page = PAGE.read_text(encoding="utf-8")

    assert f"\nindex{rest}" in page
    assert extra[:60] in page


@pytest.mark.parametrize("error", errors.JournalError.__subclasses__(), ids=lambda one: one.code)
def test_every_fault_is_named_on_the_page(error: type[MithaqError]) -> None:
    assert f"| `{error.code}` |" in PAGE.read_text(encoding="utf-8")
