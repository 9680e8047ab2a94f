"""The pages of the protocol say what the code does."""

from __future__ import annotations

import pathlib
import re

import pytest

from mithaq.core.cose import Algorithm
from mithaq.core.cose.algorithms import PUBLIC_SIZE, SIGNATURE_SIZE
from mithaq.core.envelope import OBLIGATIONS, receipts
from mithaq.core.envelope.limits import Label
from mithaq.core.workflow.evidence import EvidenceState
from tests.core.envelope.test_obligations import SAMPLES

FOLDER = pathlib.Path(__file__).parents[3] / "docs" / "protocol"


def page(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_obligations_are_listed_in_their_order() -> None:
    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \| .* `", page("envelope.md"), flags=re.MULTILINE)

    assert rows == [
        (str(number), obligation.value) for number, obligation in enumerate(OBLIGATIONS, start=1)
    ]


def test_each_obligation_is_listed_with_its_codes() -> None:
    rows = dict(
        re.findall(r"^\| \d+ \| ([a-z-]+) \|(.*)$", page("envelope.md"), flags=re.MULTILINE)
    )

    for sample in SAMPLES:
        assert f"`{sample.error.code}`" in rows[sample.obligation]


def test_every_header_parameter_is_listed() -> None:
    labels = set(re.findall(r"^\| (-\d+) \|", page("envelope.md"), flags=re.MULTILINE))

    assert labels == {str(label.value) for label in Label}


@pytest.mark.parametrize("alg", list(Algorithm))
def test_every_algorithm_is_listed_with_its_sizes(alg: Algorithm) -> None:
    (row,) = re.findall(rf"^\| .* \| {alg.value} \|.*$", page("encoding.md"), flags=re.MULTILINE)

    assert f"public {PUBLIC_SIZE.get(alg, '')}".strip() in row or alg not in PUBLIC_SIZE
    assert f"signature {SIGNATURE_SIZE.get(alg, '')}".strip() in row or alg not in SIGNATURE_SIZE


def test_every_state_of_a_receipt_is_listed() -> None:
    states = re.findall(r"^\| `([a-z]+)` \|", page("receipts.md"), flags=re.MULTILINE)

    assert states == [state.value for state in EvidenceState]


@pytest.mark.parametrize(
    "error",
    [
        receipts.BadReceipt,
        receipts.BadReceiptSignature,
        receipts.ReceiptFromFuture,
        receipts.WrongReporter,
    ],
)
def test_every_code_of_a_receipt_is_listed(error: type[receipts.BadReceipt]) -> None:
    assert f"`{error.code}`" in page("receipts.md")


@pytest.mark.parametrize("name", ["encoding.md", "envelope.md", "receipts.md", "attachments.md"])
def test_the_vectors_that_a_page_names_exist(name: str) -> None:
    root = FOLDER.parents[1]
    named = re.findall(r"`(tests/vectors/[a-z]+\.json)`", page(name))

    assert named
    assert all((root / path).is_file() for path in named)
