from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cbor
from mithaq.core.ids import BureauId, Digest
from mithaq.core.pacts import Act, MalformedPact, Notice, Standing
from mithaq.core.pacts.notice import read, standing
from tests.factories.pacts import DAY, NOON, XA, XB, make_notice, make_pact

SECOND = dt.timedelta(seconds=1)


def value_of(notice: Notice) -> dict[cbor.Key, cbor.Value]:
    value = cbor.decode(notice.data)
    assert isinstance(value, dict)
    return value


def changed(**changes: cbor.Value) -> bytes:
    value = value_of(make_notice())
    value.update(changes)
    return cbor.encode(value)


@pytest.mark.parametrize("act", Act)
def test_what_is_written_is_read_again_byte_for_byte(act: Act) -> None:
    notice = make_notice(act=act, number=7, effective_at=NOON + DAY)

    again = read(notice.data)

    assert again == notice
    assert again.data == notice.data
    assert len({again, notice}) == 1


def test_a_notice_is_not_equal_to_its_bytes() -> None:
    assert make_notice() != make_notice().data


MALFORMED = {
    "nothing": b"",
    "not a map": cbor.encode([]),
    "too large": cbor.encode("x" * (1 << 14)),
    "another format": changed(format="mithaq/pact/1"),
    "an act from later": changed(act="amend"),
    "a field from later": changed(unless="paid"),
    "number 0": changed(number=0),
    "version 0": changed(version=0),
    "a short hash": changed(hash=b"\0" * 31),
    "no bureau": changed(party="nobody"),
    "in effect before it is issued": changed(effective_at=0),
    "beyond the calendar": changed(effective_at=1 << 60),
    "an instant that is text": changed(issued_at="noon"),
    "an empty reason": changed(reason={"en": ""}),
    "an endless reason": changed(reason={"en": "x" * 501}),
    "a reason in language 1": changed(reason={1: "one"}),
    "a reason that is no text": changed(reason={"en": 1}),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_notice_is_not_read(data: bytes) -> None:
    with pytest.raises(MalformedPact):
        read(data)


def test_a_notice_with_a_short_hash_is_not_made() -> None:
    with pytest.raises(MalformedPact):
        Notice(
            pact=make_pact().id,
            version=1,
            pact_hash=Digest(b"short"),
            party=XA,
            number=1,
            act=Act.END,
            issued_at=NOON,
            effective_at=NOON,
        )


def said(act: Act, number: int, party: BureauId = XB, *, days: int = 0) -> Notice:
    return make_notice(
        act=act, number=number, party=party, issued_at=NOON - DAY, effective_at=NOON + days * DAY
    )


STANDINGS: dict[str, tuple[list[Notice], Standing]] = {
    "nobody has said anything": ([], Standing.STANDING),
    "one has suspended": ([said(Act.SUSPEND, 1)], Standing.SUSPENDED),
    "one will suspend tomorrow": ([said(Act.SUSPEND, 1, days=1)], Standing.STANDING),
    "suspended and resumed": ([said(Act.SUSPEND, 1), said(Act.RESUME, 2)], Standing.STANDING),
    "resumed, then an old suspension arrives": (
        [said(Act.RESUME, 2), said(Act.SUSPEND, 1)],
        Standing.STANDING,
    ),
    "suspended, resuming tomorrow": (
        [said(Act.SUSPEND, 1), said(Act.RESUME, 2, days=1)],
        Standing.SUSPENDED,
    ),
    "both suspended, one resumed": (
        [said(Act.SUSPEND, 1, XA), said(Act.SUSPEND, 1, XB), said(Act.RESUME, 2, XB)],
        Standing.SUSPENDED,
    ),
    "one suspended, the other resumed": (
        [said(Act.SUSPEND, 1, XA), said(Act.RESUME, 9, XB)],
        Standing.SUSPENDED,
    ),
    "ended": ([said(Act.END, 1)], Standing.ENDED),
    "ended and resumed": ([said(Act.END, 1), said(Act.RESUME, 2)], Standing.ENDED),
    "ended and suspended": ([said(Act.SUSPEND, 2, XA), said(Act.END, 1)], Standing.ENDED),
    "ending tomorrow": ([said(Act.END, 1, days=1)], Standing.STANDING),
}


@pytest.mark.parametrize(("notices", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_where_a_pact_stands(notices: list[Notice], expected: Standing) -> None:
    assert standing(notices, at=NOON) is expected


def test_a_notice_takes_effect_at_its_second() -> None:
    suspend = [said(Act.SUSPEND, 1)]

    assert standing(suspend, at=NOON - SECOND) is Standing.STANDING
    assert standing(suspend, at=NOON) is Standing.SUSPENDED


@given(
    notices=st.lists(
        st.tuples(
            st.sampled_from(Act), st.integers(1, 9), st.sampled_from((XA, XB)), st.integers(0, 2)
        ),
        unique_by=lambda row: (row[1], row[2]),
        max_size=6,
    ),
    random=st.randoms(use_true_random=False),
)
def test_the_order_in_which_notices_arrive_changes_nothing(
    notices: list[tuple[Act, int, BureauId, int]], random: object
) -> None:
    rows = [said(act, number, party, days=days) for act, number, party, days in notices]
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert standing(rows, at=NOON) is standing(shuffled, at=NOON)
