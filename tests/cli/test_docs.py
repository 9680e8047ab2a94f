from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from mithaq.cli import docs
from mithaq.core.codes import codelist, glossary
from mithaq.core.gate import RULES

COMMITTED = pathlib.Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", docs.PAGES, ids=lambda page: page.path)
def test_a_generated_page_is_committed_as_it_is_generated(page: docs.Page) -> None:
    assert (COMMITTED / page.path).read_text(encoding="utf-8") == page.write()


def test_writing_twice_changes_nothing(tmp_path: pathlib.Path) -> None:
    first = list(docs.write(tmp_path))

    assert first == [page.path for page in docs.PAGES]
    assert list(docs.write(tmp_path)) == []
    assert list(docs.differences(tmp_path)) == []


def test_a_page_changed_by_hand_is_shown_with_its_difference(tmp_path: pathlib.Path) -> None:
    list(docs.write(tmp_path))
    page = tmp_path / "reference" / "gate-rules.md"
    page.write_text(page.read_text(encoding="utf-8") + "By hand.\n", encoding="utf-8")

    (difference,) = docs.differences(tmp_path)

    assert "docs/reference/gate-rules.md" in difference
    assert "-By hand." in difference


def test_an_absent_page_is_a_difference(tmp_path: pathlib.Path) -> None:
    assert len(list(docs.differences(tmp_path))) == len(docs.PAGES)


def test_every_code_event_term_and_rule_has_its_place() -> None:
    text = {page.path: page.write() for page in docs.PAGES}

    for entry in codelist("error-code"):
        assert f"`{entry.maps['error']}`" in text["reference/error-codes.md"]
    for entry in codelist("journal-event"):
        assert f"`{entry.code}`" in text["reference/journal-events.md"]
    for entry in glossary():
        assert f"`{entry.code}`" in text["reference/glossary.md"]
    for code in (*codelist("gate-rule").codes, *(rule.code for rule in RULES)):
        assert f"`{code}`" in text["reference/gate-rules.md"]


def test_the_command_says_what_is_out_of_date_and_writes_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mithaq.cli.context.checkout", lambda: tmp_path)
    run = CliRunner().invoke

    before = run(docs.docs, ["generate", "--check"], standalone_mode=False)
    written = run(docs.docs, ["generate"], standalone_mode=False)
    after = run(docs.docs, ["generate", "--check"], standalone_mode=False)

    assert (before.return_value, written.return_value, after.return_value) == (1, 0, 0)
    assert "docs/reference/glossary.md is written." in written.output
    assert after.output == ""
