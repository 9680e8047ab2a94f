from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cbor
from mithaq.core.clock import Period
from mithaq.core.ids import BureauId, Urn
from mithaq.core.pacts import Clause, MalformedPact, Pact, Refuse, read, weigh
from mithaq.core.pacts.allowed import Purposes
from mithaq.core.pacts.composed import AllOf, AnyOf, Unknown
from mithaq.core.pacts.form import TYPES
from mithaq.core.pacts.limits import Quota
from mithaq.core.pacts.ways import Relay
from tests.factories import pact_strategies
from tests.factories.pacts import DAY, NOON, XA, XB, XC, XS, make_pact, make_passage, required

WARN = frozenset({"warn"})


def value_of(pact: Pact) -> dict[cbor.Key, cbor.Value]:
    value = cbor.decode(pact.data)
    assert isinstance(value, dict)
    return value


def with_clause(clause: dict[cbor.Key, cbor.Value]) -> bytes:
    """Return the form of a pact with one clause more at its end."""
    value = value_of(make_pact())
    clauses = value["clauses"]
    assert isinstance(clauses, list)
    clauses.append(clause)
    return cbor.encode(value)


def clause_of(value: Mapping[cbor.Key, cbor.Value], at: int) -> dict[cbor.Key, cbor.Value]:
    clauses = value["clauses"]
    assert isinstance(clauses, list)
    clause = clauses[at]
    assert isinstance(clause, dict)
    return clause


@given(clauses=pact_strategies.clauses())
def test_what_is_written_is_read_again_byte_for_byte(clauses: tuple[Clause, ...]) -> None:
    pact = make_pact(*clauses)

    again = read(pact.data)

    assert again == pact
    assert again.data == pact.data
    assert again.clauses == pact.clauses
    assert again.hash == hashlib.sha256(pact.data).digest()


def test_every_type_of_clause_is_met_by_the_round_trip() -> None:
    met = {kind.type for kind in pact_strategies.WORDS} | {"all-of", "any-of"}
    others = {
        "fields", "retention", "quota", "deadlines", "validity", "directions", "relay",
        "onward-transfer",
    }  # fmt: skip

    assert met | others == TYPES


def test_parties_and_clauses_are_kept_in_canonical_order() -> None:
    tenth = Purposes(ref="c10", allowed=WARN)
    second = Purposes(ref="c2", allowed=WARN)

    pact = make_pact(clauses=(tenth, second), parties=(XB, XA))

    assert [clause.ref for clause in pact.clauses] == ["c2", "c10"]
    assert pact.parties == (XA, XB)
    assert pact == make_pact(clauses=(second, tenth), parties=(XA, XB))


def test_pacts_with_another_word_have_another_hash() -> None:
    assert make_pact(version=2).hash != make_pact(version=1).hash
    assert make_pact(version=2) != make_pact(version=1)


@given(
    kind=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
    ).filter(lambda kind: kind not in TYPES),
    content=st.dictionaries(
        st.text(max_size=8).filter(lambda name: name not in {"ref", "type"}),
        st.recursive(
            st.none() | st.integers(0, 9) | st.text(max_size=5) | st.binary(max_size=5),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    ),
)
def test_a_type_of_clause_from_later_is_kept_and_stops_the_pact(
    kind: str, content: dict[str, cbor.Value]
) -> None:
    clause: dict[cbor.Key, cbor.Value] = {"ref": "c5", "type": kind}
    clause.update(content)
    data = with_clause(clause)

    pact = read(data)

    assert pact.data == data
    assert pact.unknown == ("c5",)
    assert weigh(terms=pact, passage=make_passage(), at=NOON) == Refuse(
        code="pact.unknown_clause", clause="c5"
    )


@pytest.mark.parametrize("at", range(4))
def test_a_known_clause_with_a_field_from_later_is_not_read_without_it(at: int) -> None:
    value = value_of(make_pact())
    clause_of(value, at)["except"] = ["everything"]
    data = cbor.encode(value)

    pact = read(data)

    assert pact.data == data
    assert pact.unknown == (f"c{at + 1}",)


def test_a_composite_with_a_field_from_later_is_not_read_without_it() -> None:
    members = (Purposes(ref="c5-1", allowed=WARN), Purposes(ref="c5-2", allowed=WARN))
    value = value_of(make_pact(AnyOf(ref="c5", clauses=members)))
    clause_of(value, 4)["least"] = 2

    assert read(cbor.encode(value)).unknown == ("c5",)


def test_a_rule_of_onward_transfer_from_later_is_not_guessed() -> None:
    data = with_clause({"ref": "c5", "type": "onward-transfer", "rule": "by-lot"})

    pact = read(data)

    assert (pact.data, pact.unknown) == (data, ("c5",))


def test_a_field_of_the_pact_from_later_survives_and_decides_nothing() -> None:
    value = value_of(make_pact())
    value["depositary"] = ["XS", {"since": 7}]
    data = cbor.encode(value)

    pact = read(data)

    assert pact.data == data
    assert pact.extra == {"depositary": ["XS", {"since": 7}]}
    assert weigh(terms=pact, passage=make_passage(), at=NOON) == pact.allow


def changed(**changes: cbor.Value) -> bytes:
    value = value_of(make_pact())
    value.update(changes)
    return cbor.encode(value)


def without(name: str) -> bytes:
    value = value_of(make_pact())
    del value[name]
    return cbor.encode(value)


def only(**clause: cbor.Value) -> bytes:
    fields: dict[cbor.Key, cbor.Value] = {}
    fields.update(clause)
    return changed(clauses=[fields])


def nested(depth: int) -> cbor.Value:
    clause: cbor.Value = {"ref": "a", "type": "purposes", "allowed": ["warn"]}
    for at in range(depth):
        other: cbor.Value = {"ref": f"b{at}", "type": "purposes", "allowed": ["warn"]}
        members = [other, clause] if at else [clause, other]
        clause = {"ref": f"c{at}", "type": "all-of", "clauses": members}
    return clause


MALFORMED = {
    "nothing": b"",
    "not CBOR": b"\xff",
    "not a map": cbor.encode([1]),
    "too large": cbor.encode("x" * (1 << 18)),
    "bytes after the end": make_pact().data + b"\x00",
    "another format": changed(format="mithaq/pact/2"),
    "no id": without("id"),
    "no clauses": without("clauses"),
    "no validity": without("validity"),
    "not a URN": changed(id="pact 1"),
    "the URN of something else": changed(
        id="urn:mithaq:XA:method:01980000-0000-7000-8000-000000000001"
    ),
    "version 0": changed(version=0),
    "a version that is no number": changed(version="1"),
    "no title": changed(title={}),
    "an empty title": changed(title={"en": ""}),
    "an endless title": changed(title={"en": "x" * 301}),
    "a title that is no text": changed(title={"en": 1}),
    "a title in language 1": changed(title={1: "one"}),
    "one party": changed(parties=["XA"]),
    "a party twice": changed(parties=["XA", "XA", "XB"]),
    "parties out of order": changed(parties=["XB", "XA"]),
    "parties that are no bureaus": changed(parties=["XA", "nobody"]),
    "65 parties": changed(parties=[f"P{at}" for at in range(100, 165)]),
    "a validity that never holds": changed(validity={"starts_at": 5, "ends_at": 5}),
    "a validity without end named": changed(validity={"starts_at": 5}),
    "a validity without beginning": changed(validity={"starts_at": None, "ends_at": 5}),
    "a validity with a field more": changed(validity={"starts_at": 1, "ends_at": 5, "pause": 3}),
    "a validity beyond the calendar": changed(validity={"starts_at": 1 << 60, "ends_at": None}),
    "a validity before the epoch": changed(validity={"starts_at": -1, "ends_at": None}),
    "a validity of truth": changed(validity={"starts_at": True, "ends_at": None}),
    "a field without name": cbor.encode({**value_of(make_pact()), 7: "seven"}),
    "clauses that are no list": changed(clauses={}),
    "a clause that is no map": changed(clauses=["warn"]),
    "a clause without ref": only(type="purposes", allowed=["warn"]),
    "a clause without type": only(ref="c1", allowed=["warn"]),
    "a clause with a bad ref": only(ref="C 1", type="purposes", allowed=["warn"]),
    "an unknown clause with a bad ref": only(ref="C 1", type="ritual"),
    "a clause with a field without name": changed(
        clauses=[{"ref": "c1", "type": "ritual", 7: "seven"}]
    ),
    "codes out of order": only(ref="c1", type="purposes", allowed=["b", "a"]),
    "codes twice": only(ref="c1", type="purposes", allowed=["a", "a"]),
    "codes that are no texts": only(ref="c1", type="purposes", allowed=[1]),
    "no codes": only(ref="c1", type="purposes", allowed=[]),
    "days that are no number": only(ref="c1", type="retention", days="10"),
    "a direction of three": only(ref="c1", type="directions", pairs=[["XA", "XB", "XC"]]),
    "a direction that is no pair": only(ref="c1", type="directions", pairs=["XA"]),
    "an urgency without name": only(ref="c1", type="deadlines", seconds={1: 5}),
    "a composite of one": only(
        ref="c1", type="any-of", clauses=[{"ref": "c2", "type": "purposes", "allowed": ["warn"]}]
    ),
    "one reference for two clauses": changed(
        clauses=[
            {"ref": "c1", "type": "purposes", "allowed": ["warn"]},
            {"ref": "c1", "type": "kinds", "allowed": ["method"]},
        ]
    ),
    "clauses out of order": changed(
        clauses=[
            {"ref": "c2", "type": "purposes", "allowed": ["warn"]},
            {"ref": "c1", "type": "kinds", "allowed": ["method"]},
        ]
    ),
    "65 clauses": changed(
        clauses=[{"ref": f"c{at}", "type": "retention", "days": 1} for at in range(100, 165)]
    ),
    "clauses nested too deeply": changed(clauses=[nested(5)]),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_pact_is_not_read(data: bytes) -> None:
    with pytest.raises(MalformedPact) as caught:
        read(data)

    assert caught.value.code == "pact.malformed"


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    assert read(changed(clauses=[nested(4)])).unknown == ()


@given(at=st.integers(0, len(make_pact().data) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_makes_another_pact_or_none(at: int, bit: int) -> None:
    pact = make_pact()
    flipped = bytearray(pact.data)
    flipped[at] ^= 1 << bit

    try:
        other = read(bytes(flipped))
    except MalformedPact:
        return
    assert other.hash != pact.hash
    assert other.data == bytes(flipped)


def deep(depth: int) -> Clause:
    clause: Clause = Purposes(ref="a", allowed=WARN)
    for at in range(depth):
        other = Purposes(ref=f"b{at}", allowed=WARN)
        clause = AllOf(ref=f"c{at}", clauses=(clause, other))
    return clause


UNMAKEABLE = {
    "nested too deeply": lambda: make_pact(clauses=(deep(5),)),
    "too many clauses": lambda: make_pact(
        clauses=[Purposes(ref=f"c{at}", allowed=WARN) for at in range(65)]
    ),
    "the same reference at two depths": lambda: make_pact(Purposes(ref="a", allowed=WARN), deep(1)),
    "one party": lambda: make_pact(parties=(XA,)),
    "not a bureau": lambda: make_pact(parties=(XA, BureauId("nobody"))),
    "not a URN": lambda: make_pact(pact_id=Urn("pact 1")),
    "a negative version": lambda: make_pact(version=-1),
    "over before it begins": lambda: make_pact(validity=Period(starts_at=NOON, ends_at=NOON - DAY)),
    "a value that has no form": lambda: make_pact(
        Unknown(ref="c5", type="ritual", content={"huge": 1 << 70})
    ),
}


@pytest.mark.parametrize("make", UNMAKEABLE.values(), ids=UNMAKEABLE)
def test_what_could_not_be_read_again_is_not_made(make: object) -> None:
    assert callable(make)
    with pytest.raises(MalformedPact):
        make()


def relay(ref: str, *bureaus: BureauId) -> Relay:
    return Relay(ref=ref, bureaus=frozenset(bureaus))


RELAYS: dict[str, tuple[tuple[Clause, ...], set[BureauId]]] = {
    "no clause, no relay": ((), set()),
    "the bureaus of the clause": ((relay("c5", XS, XC),), {XS, XC}),
    "two clauses, what both allow": ((relay("c5", XS, XC), relay("c6", XS)), {XS}),
    "two clauses with nothing in common": ((relay("c5", XC), relay("c6", XS)), set()),
    "alternatives, what either allows": (
        (AnyOf(ref="c5", clauses=(relay("c5-1", XS), relay("c5-2", XC))),),
        {XS, XC},
    ),
    "an alternative that is silent decides nothing": (
        (AnyOf(ref="c5", clauses=(relay("c5-1", XS), Purposes(ref="c5-2", allowed=WARN))),),
        set(),
    ),
    "together with another rule": (
        (AllOf(ref="c5", clauses=(relay("c5-1", XS), Purposes(ref="c5-2", allowed=WARN))),),
        {XS},
    ),
}


@pytest.mark.parametrize(("extra", "expected"), RELAYS.values(), ids=RELAYS)
def test_who_may_relay(extra: tuple[Clause, ...], expected: set[BureauId]) -> None:
    assert make_pact(*extra).relays == expected


def test_quotas_are_found_however_deep() -> None:
    quota = Quota(ref="q", most=1, window=DAY)
    inner = AllOf(ref="c5-2", clauses=(quota, Purposes(ref="p", allowed=WARN)))
    outer = AnyOf(ref="c5", clauses=(Purposes(ref="c5-1", allowed=WARN), inner))

    assert make_pact(outer).quotas == (quota,)


def test_a_pact_is_not_equal_to_its_bytes() -> None:
    assert make_pact() != make_pact().data
    assert len({make_pact(), make_pact(clauses=reversed(required()))}) == 1
