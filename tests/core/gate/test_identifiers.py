from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.gate.folding import fold
from mithaq.core.gate.identifiers import positions


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("write to a.b+c@shop.example now", id="e-mail"),
        pytest.param("call +33 6 12 34 56 78", id="telephone"),
        pytest.param("call 0033-612-345-678", id="telephone with two zeros"),
        pytest.param("call +٢١٢ ٦١٢ ٣٤٥ ٦٧٨", id="telephone in Arabic digits"),
        pytest.param("pay to GB29 NWBK 6016 1331 9268 19 today", id="IBAN with blanks"),
        pytest.param("pay to FR1420041010050500013M02606", id="IBAN"),
        pytest.param("pay to XA29 1234 5678 9012 345", id="IBAN of an unlisted country"),
        pytest.param("card 4111-1111-1111-1111", id="card"),
        pytest.param("passport of the man is X1234567", id="passport"),
        pytest.param("جواز السفر رقم 1234567", id="passport in Arabic"),
    ],
)
def test_an_identifier_is_found(text: str) -> None:
    assert list(positions(fold(text)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("pay at shop", id="words only"),
        pytest.param("the handle @shop", id="a handle"),
        pytest.param("GB28 NWBK 6016 1331 9268 19", id="IBAN with wrong check digits"),
        pytest.param("GB29 NWBK 6016 1331 92", id="IBAN that is too short"),
        pytest.param("card 4111-1111-1111-1112", id="card with a wrong check digit"),
        pytest.param("0000 0000 0000 0000", id="sixteen zeros"),
        pytest.param("loss of 1 250 000 in 2026", id="amount"),
        pytest.param("on 2026-11-21 08:30:15", id="date and time"),
        pytest.param("192.168.100.200 and 10.0.0.1", id="network address"),
        pytest.param("the passport was false", id="passport without a number"),
        pytest.param("CVE-2026-1234567", id="vulnerability"),
    ],
)
def test_a_near_miss_is_not_an_identifier(text: str) -> None:
    assert list(positions(fold(text))) == []


@given(text=st.text())
def test_positions_lie_in_the_text(text: str) -> None:
    folded = fold(text)

    assert all(0 <= position < len(folded) for position in positions(folded))


@pytest.mark.parametrize("piece", ["1 ", "a@", "+1-", "gb29 ", "passport a ", "a.", "00 1"])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    begun = time.process_time()
    list(positions(text))

    assert time.process_time() - begun < 5
