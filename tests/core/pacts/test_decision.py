from __future__ import annotations

import datetime as dt
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mithaq.core.pacts import (
    Act,
    Allow,
    Clause,
    Passage,
    Refuse,
    decide,
    read_notice,
    sign_notice,
    weigh,
)
from mithaq.core.pacts.allowed import Kinds, Offences, PersonCategories, Purposes
from mithaq.core.pacts.composed import AllOf, AnyOf, Unknown
from mithaq.core.pacts.limits import Deadlines, Retention
from mithaq.core.pacts.ways import Directions, OnwardRule, OnwardTransfer, Relay
from tests.factories import pact_strategies
from tests.factories.pacts import (
    DAY,
    NOON,
    VALIDITY,
    XA,
    XB,
    XC,
    XS,
    Keys,
    authority,
    make_notice,
    make_pact,
    make_passage,
    make_read,
    required,
)

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def test_a_passage_inside_every_clause_is_allowed_with_their_references() -> None:
    decision = decide(pact=make_read(), passage=make_passage(), at=NOON)

    assert decision == Allow(refs=("c1", "c2", "c3", "c4"))


OUTSIDE: dict[str, tuple[dict[str, object], dt.datetime, Refuse]] = {
    "an issuer who is no party": (
        {"issuer": XC}, NOON, Refuse(code="pact.party", clause="parties"),
    ),
    "a recipient who is no party": (
        {"audience": XC}, NOON, Refuse(code="pact.party", clause="parties"),
    ),
    "a recipient who is the issuer": (
        {"audience": XA}, NOON, Refuse(code="pact.party", clause="parties"),
    ),
    "sent before the pact began": (
        {"sent_at": VALIDITY.starts_at - SECOND},
        NOON,
        Refuse(code="pact.not_yet", clause="validity"),
    ),
    "looked at before the pact began": (
        {"sent_at": VALIDITY.starts_at, "retain_until": VALIDITY.starts_at},
        VALIDITY.starts_at - SECOND,
        Refuse(code="pact.not_yet", clause="validity"),
    ),
    "sent in time and arrived after the end": (
        {"sent_at": NOON}, NOON + 365 * DAY, Refuse(code="pact.ended", clause="validity"),
    ),
    "the wrong purpose": (
        {"purpose": "statistics"}, NOON, Refuse(code="pact.purpose", clause="c1"),
    ),
    "the wrong kind": ({"kind": "person"}, NOON, Refuse(code="pact.record_kind", clause="c2")),
    "the wrong handling": ({"handling": "h3"}, NOON, Refuse(code="pact.handling", clause="c3")),
    "kept too long": (
        {"retain_until": NOON + 101 * DAY}, NOON, Refuse(code="pact.retention", clause="c4"),
    ),
    "offences of which the pact says nothing": (
        {"offences": frozenset({"terrorism"})}, NOON, Refuse(code="pact.offence"),
    ),
    "persons of whom the pact says nothing": (
        {"person_categories": frozenset({"suspect"})}, NOON, Refuse(code="pact.person_category"),
    ),
    "a relay of which the pact says nothing": ({"via": (XS,)}, NOON, Refuse(code="pact.relay")),
    "another's record, of which the pact says nothing": (
        {"onward_from": XC, "consent_of": frozenset({XC})}, NOON, Refuse(code="pact.onward"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "at", "refusal"), OUTSIDE.values(), ids=OUTSIDE)
def test_outside_the_pact_nothing_passes(
    changes: dict[str, object], at: dt.datetime, refusal: Refuse
) -> None:
    assert decide(pact=make_read(), passage=make_passage(**changes), at=at) == refusal


def test_the_first_instant_is_inside_and_the_last_is_not() -> None:
    pact = make_pact()
    first = make_passage(sent_at=VALIDITY.starts_at, retain_until=VALIDITY.starts_at)

    assert weigh(terms=pact, passage=first, at=VALIDITY.starts_at) == pact.allow
    assert VALIDITY.ends_at is not None
    last = make_passage(sent_at=VALIDITY.ends_at - SECOND)
    assert weigh(terms=pact, passage=last, at=VALIDITY.ends_at) == Refuse(
        code="pact.ended", clause="validity"
    )


SPOKEN_OF: dict[str, tuple[Clause, dict[str, object]]] = {
    "offences": (
        Offences(ref="c5", allowed=frozenset({"terrorism"})),
        {"offences": frozenset({"terrorism"})},
    ),
    "persons": (
        PersonCategories(ref="c5", allowed=frozenset({"suspect"})),
        {"person_categories": frozenset({"suspect"})},
    ),
    "a relay": (Relay(ref="c5", bureaus=frozenset({XS})), {"via": (XS,)}),
    "another's record": (
        OnwardTransfer(ref="c5", rule=OnwardRule.WITH_CONSENT),
        {"onward_from": XC, "consent_of": frozenset({XC})},
    ),
}


@pytest.mark.parametrize(("clause", "changes"), SPOKEN_OF.values(), ids=SPOKEN_OF)
def test_what_a_passage_demands_passes_where_the_pact_speaks_of_it(
    clause: Clause, changes: dict[str, object]
) -> None:
    decision = weigh(terms=make_pact(clause), passage=make_passage(**changes), at=NOON)

    assert decision == Allow(refs=("c1", "c2", "c3", "c4", "c5"))


def test_an_empty_pact_allows_nothing() -> None:
    pact = make_read(make_pact(clauses=()))

    assert decide(pact=pact, passage=make_passage(), at=NOON) == Refuse(code="pact.empty")


MISSING = {0: "pact.purpose", 1: "pact.record_kind", 2: "pact.handling", 3: "pact.retention"}


@pytest.mark.parametrize(("left_out", "code"), MISSING.items(), ids=MISSING.values())
def test_a_pact_that_leaves_a_required_clause_out_allows_nothing(left_out: int, code: str) -> None:
    clauses = [clause for at, clause in enumerate(required()) if at != left_out]

    decision = weigh(terms=make_pact(clauses=clauses), passage=make_passage(), at=NOON)

    assert decision == Refuse(code=code)


def test_an_alternative_that_is_silent_on_the_purpose_does_not_decide_it() -> None:
    silent = AnyOf(
        ref="c1",
        clauses=(
            Purposes(ref="c1-1", allowed=frozenset({"warn"})),
            Kinds(ref="c1-2", allowed=frozenset({"method"})),
        ),
    )

    decision = weigh(
        terms=make_pact(clauses=(silent, *required()[1:])), passage=make_passage(), at=NOON
    )

    assert decision == Refuse(code="pact.purpose")


def by_kind(*, kind: str, days: int, ref: str) -> Clause:
    return AllOf(
        ref=ref,
        clauses=(
            Kinds(ref=f"{ref}-1", allowed=frozenset({kind})),
            Retention(ref=f"{ref}-2", days=days),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "days", "decision"),
    [
        pytest.param("method", 100, Allow(refs=("c1", "c3", "c4")), id="long for methods"),
        pytest.param("person", 10, Allow(refs=("c1", "c3", "c4")), id="short for persons"),
        pytest.param(
            "person", 11, Refuse(code="pact.alternatives", clause="c4"), id="too long for persons"
        ),
        pytest.param(
            "phone", 1, Refuse(code="pact.record_kind", clause="c4"), id="neither of the kinds"
        ),
    ],
)
def test_alternatives_can_set_a_term_for_each_kind(
    kind: str, days: int, decision: Allow | Refuse
) -> None:
    purposes, _, handling, _ = required()
    either = AnyOf(
        ref="c4",
        clauses=(
            by_kind(kind="method", days=100, ref="c4-1"),
            by_kind(kind="person", days=10, ref="c4-2"),
        ),
    )
    pact = make_pact(clauses=(purposes, handling, either))

    passage = make_passage(kind=kind, retain_until=NOON + days * DAY)

    assert weigh(terms=pact, passage=passage, at=NOON) == decision


def test_one_unknown_clause_stops_the_whole_pact_even_inside_an_alternative() -> None:
    either = AnyOf(
        ref="c5",
        clauses=(
            Purposes(ref="c5-1", allowed=frozenset({"share-method"})),
            Unknown(ref="c5-2", type="ritual", content={"moon": "full"}),
        ),
    )

    decision = weigh(terms=make_pact(either), passage=make_passage(), at=NOON)

    assert decision == Refuse(code="pact.unknown_clause", clause="c5-2")


NOTICES: dict[str, tuple[list[tuple[Act, int, dt.datetime]], dt.datetime, str | None]] = {
    "suspended": ([(Act.SUSPEND, 1, NOON)], NOON, "pact.suspended"),
    "not yet suspended": ([(Act.SUSPEND, 1, NOON + SECOND)], NOON, None),
    "suspended since it was sent": ([(Act.SUSPEND, 1, NOON + HOUR)], NOON + HOUR, "pact.suspended"),
    "suspended when it was sent": (
        [(Act.SUSPEND, 1, NOON - HOUR), (Act.RESUME, 2, NOON + HOUR)],
        NOON + HOUR,
        "pact.suspended",
    ),
    "resumed": ([(Act.SUSPEND, 1, NOON - HOUR), (Act.RESUME, 2, NOON)], NOON, None),
    "ended": ([(Act.END, 1, NOON)], NOON, "pact.ended"),
    "ending later": ([(Act.END, 1, NOON + SECOND)], NOON, None),
    "ended and resumed": ([(Act.END, 1, NOON), (Act.RESUME, 2, NOON)], NOON, "pact.ended"),
}


@pytest.mark.parametrize(("acts", "at", "code"), NOTICES.values(), ids=NOTICES)
def test_a_notice_of_one_party_stops_both(
    acts: list[tuple[Act, int, dt.datetime]], at: dt.datetime, code: str | None
) -> None:
    signed = [
        sign_notice(
            notice=make_notice(act=act, number=number, issued_at=NOON - DAY, effective_at=when),
            signers=authority(XB),
        )
        for act, number, when in acts
    ]
    pact = make_read().with_notices(
        read_notice(data=data, keyring=Keys(), at=NOON) for data in signed
    )

    decision = decide(pact=pact, passage=make_passage(), at=at)

    assert decision == (Refuse(code=code, clause="notices") if code else pact.terms.allow)


def test_a_stranger_learns_nothing_of_a_suspension() -> None:
    signed = sign_notice(notice=make_notice(), signers=authority(XB))
    pact = make_read().with_notices([read_notice(data=signed, keyring=Keys(), at=NOON)])

    decision = decide(pact=pact, passage=make_passage(audience=XC), at=NOON)

    assert decision == Refuse(code="pact.party", clause="parties")


@settings(max_examples=300)
@given(
    held=pact_strategies.clauses(prefix="x"),
    added=pact_strategies.clause(ref="y1"),
    passage=pact_strategies.passages(),
)
@example(
    held=(), added=Purposes(ref="y1", allowed=frozenset({"statistics"})), passage=make_passage()
)
def test_a_clause_more_never_allows_more(
    held: tuple[Clause, ...], added: Clause, passage: Passage
) -> None:
    without = make_pact(clauses=(*pact_strategies.permissive(), *held))
    with_it = make_pact(clauses=(*pact_strategies.permissive(), *held, added))

    before = weigh(terms=without, passage=passage, at=NOON)
    after = weigh(terms=with_it, passage=passage, at=NOON)

    assert isinstance(before, Allow) or isinstance(after, Refuse)


@given(held=pact_strategies.clauses(), passage=pact_strategies.passages(), random=st.randoms())
def test_the_order_of_clauses_changes_nothing(
    held: tuple[Clause, ...], passage: Passage, random: object
) -> None:
    clauses = [*required(), *held]
    shuffled = list(clauses)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    in_order = make_pact(clauses=clauses)
    out_of_order = make_pact(clauses=shuffled)

    assert in_order.hash == out_of_order.hash
    assert weigh(terms=in_order, passage=passage, at=NOON) == weigh(
        terms=out_of_order, passage=passage, at=NOON
    )


@given(passage=pact_strategies.passages())
def test_the_required_clauses_allow_exactly_what_they_say(passage: Passage) -> None:
    decision = weigh(terms=make_pact(), passage=passage, at=NOON)

    inside = (
        {passage.issuer, passage.audience} == {XA, XB}
        and passage.purpose in {"share-method", "warn"}
        and passage.kind == "method"
        and passage.handling in {"h0", "h2"}
        and passage.retain_until - passage.sent_at <= 100 * DAY
        and not (passage.via or passage.offences or passage.person_categories)
        and passage.onward_from is None
    )
    assert isinstance(decision, Allow) is inside


@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer slows every line down")
def test_a_decision_takes_no_more_than_thirty_microseconds() -> None:
    pact = make_read(
        make_pact(
            Offences(ref="c5", allowed=frozenset({"terrorism", "online-scam"})),
            Relay(ref="c6", bureaus=frozenset({XS})),
            OnwardTransfer(ref="c7", rule=OnwardRule.WITH_CONSENT),
            Directions(ref="c8", pairs=frozenset({(XA, XB)})),
            Deadlines(ref="c9", shortest={"urgent": 8 * HOUR}),
            by_kind(kind="method", days=100, ref="c10"),
        )
    )
    passage = make_passage(via=(XS,), offences=frozenset({"online-scam"}), urgency="urgent")
    assert isinstance(decide(pact=pact, passage=passage, at=NOON), Allow)

    def measured() -> float:
        started = time.process_time()
        for _ in range(200):
            decide(pact=pact, passage=passage, at=NOON)
        return (time.process_time() - started) / 200

    assert min(measured() for _ in range(20)) < 30e-6
