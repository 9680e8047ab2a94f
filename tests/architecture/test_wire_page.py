"""The example of docs/protocol/wire.md is what the code writes and reads."""

from __future__ import annotations

import pathlib
import re

import pytest

from mithaq.core.envelope import batch
from mithaq.site import problems

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "protocol" / "wire.md"
BODIES = [
    bytes.fromhex(line)
    for line in re.findall(r"^[0-9a-f]{20,}$", PAGE.read_text("utf-8"), re.MULTILINE)
]
ITEMS = [b"\x01\x02\x03", b"\x04"]
ANSWERS = batch.Answers(
    items=(batch.Answer(receipts=(b"\x0a\x0b",)), batch.Answer(fault="envelope.expired")),
    gaps=(7,),
)
LIMITS = {
    "Items of a request": f"{batch.MAX_ITEMS}",
    "A request or an answer": f"{batch.MAX_BODY >> 20} MiB",
    "Gaps of an answer": f"{batch.MAX_GAPS}",
}


def test_the_example_is_what_the_code_writes() -> None:
    assert [batch.write_batch(ITEMS), batch.write_answers(ANSWERS)] == BODIES


def test_the_example_is_read_as_the_page_says() -> None:
    request, answer = BODIES

    assert batch.read_batch(request) == ITEMS
    assert batch.read_answers(answer, expected=len(ITEMS)) == ANSWERS


@pytest.mark.parametrize("matter", LIMITS)
def test_the_page_gives_the_limits_of_the_code(matter: str) -> None:
    assert f"| {matter} | {LIMITS[matter]} |" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("code", ["wire.malformed", "wire.too_large"])
def test_the_page_gives_the_statuses_of_the_node(code: str) -> None:
    assert f"| {problems.STATUSES[code].value} | `{code}` |" in PAGE.read_text("utf-8")
