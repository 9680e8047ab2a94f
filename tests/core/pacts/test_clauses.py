from __future__ import annotations

import datetime as dt

import pytest

from mithaq.core.clock import Period
from mithaq.core.ids import BureauId
from mithaq.core.pacts import Clause, Codes, MalformedPact, Refuse
from mithaq.core.pacts.allowed import (
    Fields,
    Handling,
    Kinds,
    Offences,
    PersonCategories,
    Purposes,
    Tlp,
)
from mithaq.core.pacts.composed import AllOf, AnyOf, Unknown
from mithaq.core.pacts.limits import Deadlines, Quota, Retention, Validity
from mithaq.core.pacts.ways import Directions, OnwardRule, OnwardTransfer, Relay
from tests.factories.pacts import DAY, NOON, XA, XB, XC, XS, make_passage

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


PURPOSES = Purposes(ref="c1", allowed=codes("warn"))
KINDS = Kinds(ref="c1", allowed=codes("method", "alert"))
HANDLING = Handling(ref="c1", allowed=codes("h0", "h2"))
TLP = Tlp(ref="c1", allowed=codes("red", "amber"))
OFFENCES = Offences(ref="c1", allowed=codes("financial-crime", "online-scam"))
PERSONS = PersonCategories(ref="c1", allowed=codes("suspect"))
FIELDS = Fields(ref="c1", kind="method", allowed=codes("title", "route"))
RETENTION = Retention(ref="c1", days=10)
QUOTA = Quota(ref="c1", most=3, window=DAY)
QUOTA_OF_LOOKUPS = Quota(ref="c1", most=3, window=DAY, kinds=codes("lookup"))
DEADLINES = Deadlines(ref="c1", shortest={"urgent": 8 * HOUR})
VALIDITY = Validity(ref="c1", period=Period(starts_at=NOON, ends_at=NOON + DAY))
DIRECTIONS = Directions(ref="c1", pairs=frozenset({(XA, XB)}))
RELAY = Relay(ref="c1", bureaus=frozenset({XS}))
NEVER = OnwardTransfer(ref="c1", rule=OnwardRule.NEVER)
CONSENT = OnwardTransfer(ref="c1", rule=OnwardRule.WITH_CONSENT)
BOTH = AllOf(
    ref="c1",
    clauses=(
        Purposes(ref="c1-1", allowed=codes("warn")),
        Kinds(ref="c1-2", allowed=codes("alert")),
    ),
)
EITHER = AnyOf(
    ref="c1",
    clauses=(
        Purposes(ref="c1-1", allowed=codes("warn")),
        Kinds(ref="c1-2", allowed=codes("alert")),
    ),
)
EITHER_PURPOSE = AnyOf(
    ref="c1",
    clauses=(
        Purposes(ref="c1-1", allowed=codes("warn")),
        Purposes(ref="c1-2", allowed=codes("statistics")),
    ),
)

ALLOWED: dict[str, tuple[Clause, dict[str, object]]] = {
    "a purpose that is listed": (PURPOSES, {"purpose": "warn"}),
    "a kind that is listed": (KINDS, {"kind": "alert"}),
    "a handling code that is listed": (HANDLING, {"handling": "h2"}),
    "a marking that is listed": (TLP, {"tlp": "red"}),
    "an offence that is listed": (OFFENCES, {"offences": codes("online-scam")}),
    "no offence": (OFFENCES, {"offences": codes()}),
    "a category of person that is listed": (PERSONS, {"person_categories": codes("suspect")}),
    "no person": (PERSONS, {"person_categories": codes()}),
    "fewer fields than are listed": (FIELDS, {"fields": codes("title")}),
    "any field of another kind": (FIELDS, {"kind": "alert", "fields": codes("victims")}),
    "kept to the last second": (RETENTION, {"retain_until": NOON + 10 * DAY}),
    "kept shorter": (RETENTION, {"retain_until": NOON}),
    "the last of the quota": (QUOTA, {"used": {"c1": 2}}),
    "a kind without quota, uncounted": (QUOTA_OF_LOOKUPS, {"kind": "method"}),
    "no answer asked for": (DEADLINES, {"urgency": None}),
    "the usual time of the urgency": (DEADLINES, {"urgency": "urgent"}),
    "just the shortest time": (DEADLINES, {"urgency": "urgent", "answer_by": NOON + 8 * HOUR}),
    "the first second": (VALIDITY, {"sent_at": NOON}),
    "the direction that is listed": (DIRECTIONS, {}),
    "no relay": (RELAY, {"via": ()}),
    "the relay that is listed": (RELAY, {"via": (XS,)}),
    "an own record, never onward": (NEVER, {}),
    "an own record, with consent": (CONSENT, {}),
    "another's record with its consent": (
        CONSENT,
        {"onward_from": XC, "consent_of": frozenset({XC})},
    ),
    "both hold": (BOTH, {"purpose": "warn", "kind": "alert"}),
    "the first alternative": (EITHER, {"purpose": "warn"}),
    "the second alternative": (EITHER, {"kind": "alert"}),
}

REFUSED: dict[str, tuple[Clause, dict[str, object], str]] = {
    "another purpose": (PURPOSES, {"purpose": "statistics"}, "pact.purpose"),
    "another kind": (KINDS, {"kind": "person"}, "pact.record_kind"),
    "another handling code": (HANDLING, {"handling": "h3"}, "pact.handling"),
    "a more open marking": (TLP, {"tlp": "clear"}, "pact.tlp"),
    "no marking": (TLP, {"tlp": ""}, "pact.tlp"),
    "one offence too many": (
        OFFENCES,
        {"offences": codes("online-scam", "terrorism")},
        "pact.offence",
    ),
    "one category of person too many": (
        PERSONS,
        {"person_categories": codes("suspect", "victim")},
        "pact.person_category",
    ),
    "one field too many": (FIELDS, {"fields": codes("title", "victims")}, "pact.field"),
    "kept a second longer": (
        RETENTION,
        {"retain_until": NOON + 10 * DAY + SECOND},
        "pact.retention",
    ),
    "the quota is used up": (QUOTA, {"used": {"c1": 3}}, "pact.quota"),
    "nobody has counted": (QUOTA, {"used": {}}, "pact.quota"),
    "another clause was counted": (QUOTA, {"used": {"c2": 0}}, "pact.quota"),
    "a kind with quota, uncounted": (QUOTA_OF_LOOKUPS, {"kind": "lookup"}, "pact.quota"),
    "an urgency that is not listed": (DEADLINES, {"urgency": "immediate"}, "pact.deadline"),
    "a second too short": (
        DEADLINES,
        {"urgency": "urgent", "answer_by": NOON + 8 * HOUR - SECOND},
        "pact.deadline",
    ),
    "a time without an urgency": (DEADLINES, {"answer_by": NOON + 9 * HOUR}, "pact.deadline"),
    "sent before the part began": (VALIDITY, {"sent_at": NOON - SECOND}, "pact.not_yet"),
    "sent when the part ended": (VALIDITY, {"sent_at": NOON + DAY}, "pact.ended"),
    "the other direction": (DIRECTIONS, {"issuer": XB, "audience": XA}, "pact.direction"),
    "another relay": (RELAY, {"via": (XC,)}, "pact.relay"),
    "one relay too many": (RELAY, {"via": (XS, XC)}, "pact.relay"),
    "another's record": (
        NEVER,
        {"onward_from": XC, "consent_of": frozenset({XC})},
        "pact.onward",
    ),
    "another's record without consent": (CONSENT, {"onward_from": XC}, "pact.onward"),
    "the consent of someone else": (
        CONSENT,
        {"onward_from": XC, "consent_of": frozenset({XB})},
        "pact.onward",
    ),
    "alternatives that differ": (
        EITHER,
        {"purpose": "statistics", "kind": "person"},
        "pact.alternatives",
    ),
    "alternatives that agree": (EITHER_PURPOSE, {"purpose": "share-method"}, "pact.purpose"),
    "what nobody can read": (
        Unknown(ref="c1", type="ritual", content={}),
        {},
        "pact.unknown_clause",
    ),
}


@pytest.mark.parametrize(("clause", "changes"), ALLOWED.values(), ids=ALLOWED)
def test_a_clause_has_nothing_against(clause: Clause, changes: dict[str, object]) -> None:
    assert clause.verdict(make_passage(**changes), NOON) is None


@pytest.mark.parametrize(("clause", "changes", "code"), REFUSED.values(), ids=REFUSED)
def test_a_clause_refuses_by_name(clause: Clause, changes: dict[str, object], code: str) -> None:
    assert clause.verdict(make_passage(**changes), NOON) == Refuse(code=code, clause="c1")


def test_all_of_names_the_member_that_refuses() -> None:
    verdict = BOTH.verdict(make_passage(purpose="warn", kind="person"), NOON)

    assert verdict == Refuse(code="pact.record_kind", clause="c1-2")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(NOON - SECOND, "pact.not_yet", id="looked at before"),
        pytest.param(NOON + DAY, "pact.ended", id="arrived at the end"),
    ],
)
def test_a_validity_is_asked_for_the_sending_and_for_now(at: dt.datetime, code: str) -> None:
    verdict = VALIDITY.verdict(make_passage(sent_at=NOON), at)

    assert verdict == Refuse(code=code, clause="c1")


def test_an_open_validity_never_ends() -> None:
    clause = Validity(ref="c1", period=Period(starts_at=NOON))

    assert clause.verdict(make_passage(sent_at=NOON + 9999 * DAY), NOON + 9999 * DAY) is None


REFS = {"": "empty", "C1": "capital", "1c": "digit first", "c" * 17: "long", "validity": "reserved"}


@pytest.mark.parametrize("ref", REFS, ids=REFS.values())
def test_what_is_no_reference_makes_no_clause(ref: str) -> None:
    with pytest.raises(MalformedPact):
        Purposes(ref=ref, allowed=codes("warn"))


def test_one_clause_alone_is_no_composite() -> None:
    with pytest.raises(MalformedPact, match="fewer than two"):
        AnyOf(ref="c1", clauses=(Purposes(ref="c1-1", allowed=codes("warn")),))


def test_an_empty_all_of_would_refuse_nothing_and_is_not_made() -> None:
    with pytest.raises(MalformedPact, match="fewer than two"):
        AllOf(ref="c1", clauses=())


BROKEN = {
    "no codes": lambda: Purposes(ref="c1", allowed=codes()),
    "too many codes": lambda: Purposes(ref="c1", allowed=frozenset(map(str, range(513)))),
    "not the form of a code": lambda: Purposes(ref="c1", allowed=codes("two words")),
    "no kind": lambda: Fields(ref="c1", kind="", allowed=codes("title")),
    "no days": lambda: Retention(ref="c1", days=0),
    "centuries": lambda: Retention(ref="c1", days=36_526),
    "a quota of none": lambda: Quota(ref="c1", most=0, window=DAY),
    "a window of none": lambda: Quota(ref="c1", most=1, window=0 * DAY),
    "a window of half a second": lambda: Quota(ref="c1", most=1, window=SECOND / 2),
    "a kind that is no code": lambda: Quota(ref="c1", most=1, window=DAY, kinds=codes(" ")),
    "no deadlines": lambda: Deadlines(ref="c1", shortest={}),
    "a negative deadline": lambda: Deadlines(ref="c1", shortest={"urgent": -HOUR}),
    "a part that ends before": lambda: Validity(
        ref="c1", period=Period(starts_at=NOON, ends_at=NOON)
    ),
    "a naive instant": lambda: Validity(
        ref="c1", period=Period(starts_at=NOON.replace(tzinfo=None))
    ),
    "half a second": lambda: Validity(
        ref="c1", period=Period(starts_at=NOON.replace(microsecond=500_000))
    ),
    "before the epoch": lambda: Validity(
        ref="c1", period=Period(starts_at=dt.datetime(1969, 12, 31, tzinfo=dt.UTC))
    ),
    "no directions": lambda: Directions(ref="c1", pairs=frozenset()),
    "to oneself": lambda: Directions(ref="c1", pairs=frozenset({(XA, XA)})),
    "no relays": lambda: Relay(ref="c1", bureaus=frozenset()),
    "not a bureau": lambda: Relay(ref="c1", bureaus=frozenset({BureauId("x")})),
    "a reference that is none": lambda: OnwardTransfer(ref=" ", rule=OnwardRule.NEVER),
    "an unknown one without reference": lambda: Unknown(ref="", type="ritual", content={}),
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_a_clause_that_says_nothing_sensible_is_not_made(make: object) -> None:
    assert callable(make)
    with pytest.raises(MalformedPact) as caught:
        make()

    assert caught.value.code == "pact.malformed"


EVERY: tuple[Clause, ...] = (
    PURPOSES, KINDS, HANDLING, TLP, OFFENCES, PERSONS, FIELDS, RETENTION, QUOTA, DEADLINES,
    VALIDITY, DIRECTIONS, RELAY, NEVER, CONSENT, BOTH, EITHER,
    Unknown(ref="c1", type="ritual", content={}),
)  # fmt: skip


@pytest.mark.parametrize("clause", EVERY, ids=lambda clause: type(clause).__name__)
def test_every_clause_can_be_put_into_words(clause: Clause) -> None:
    sentence = clause.describe()

    assert sentence.key.startswith("pact.clause.")
    assert hash(clause) == hash(clause)


def test_the_words_of_a_clause_carry_codes_of_a_list() -> None:
    assert OFFENCES.describe().parameters == {
        "allowed": Codes(list="offence", codes=("financial-crime", "online-scam"))
    }


def test_the_words_of_deadlines_go_from_short_to_long() -> None:
    clause = Deadlines(ref="c1", shortest={"urgent": 8 * HOUR, "immediate": HOUR})

    assert clause.describe().parameters == {
        "urgencies": Codes(list="urgency", codes=("immediate", "urgent")),
        "seconds": ("3600", "28800"),
    }
