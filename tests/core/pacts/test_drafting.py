from __future__ import annotations

import copy
import datetime as dt
import pathlib

import pytest

from mithaq.core import resources
from mithaq.core.codes import codelist
from mithaq.core.pacts import Allow, BadDraft, Family, Refuse, draft, read, weigh
from mithaq.core.pacts.allowed import Offences, Tlp
from mithaq.core.pacts.composed import COMPOSED, AnyOf
from mithaq.core.pacts.drafting import _MAKERS
from mithaq.core.pacts.form import TYPES
from mithaq.core.pacts.limits import Deadlines, Quota
from mithaq.core.pacts.pact import Pact
from tests.factories.pacts import DAY, NOON, PACT_ID, XA, XB, XS, make_passage

HOUR = dt.timedelta(hours=1)
REQUIRED: list[object] = [
    {"purposes": ["share-method"]},
    {"kinds": ["method"]},
    {"handling": ["h0"]},
    {"retention": {"days": 30}},
]
EVERY: list[object] = [
    *REQUIRED,
    {"offences": ["financial-crime"]},
    {"tlp": {"most_open": "amber"}},
    {"tlp": ["red", "clear"]},
    {"person-categories": ["suspect"]},
    {"fields": {"kind": "method", "allowed": ["title", "route"]}},
    {"quota": {"most": 5, "hours": 24, "kinds": ["lookup"]}},
    {"quota": {"most": 9, "hours": 1}},
    {"deadlines": {"urgent": 8}},
    {"validity": {"starts": {"days": -1}, "ends": dt.date(2027, 1, 1)}},
    {"directions": [["XA", "XB"]]},
    {"relay": ["XS"]},
    {"onward-transfer": "never"},
    {
        "ref": "either",
        "any-of": [
            {"all-of": [{"kinds": ["method"]}, {"retention": {"days": 30}}]},
            {"retention": {"days": 1}},
        ],
    },
]
VALIDITY = {"starts": dt.date(2026, 1, 1), "ends": {"days": 10}}


def drafted(**changes: object) -> Pact:
    content: dict[str, object] = {
        "title": {"en": "Methods", "ar": "أساليب"},
        "parties": ["XB", "XA"],
        "validity": VALIDITY,
        "clauses": REQUIRED,
        **changes,
    }
    return draft(content=copy.deepcopy(content), pact_id=PACT_ID, at=NOON)


def with_clause(clause: object) -> Pact:
    return drafted(clauses=[*REQUIRED, clause])


def test_a_draft_with_every_kind_of_clause_becomes_a_pact_that_can_be_read() -> None:
    pact = drafted(clauses=EVERY)

    assert read(pact.data) == pact
    assert pact.unknown == ()
    assert [clause.type for clause in pact.clauses][:4] == [
        "purposes", "kinds", "handling", "retention",
    ]  # fmt: skip


def test_every_type_of_clause_can_be_drafted() -> None:
    assert set(_MAKERS) | set(COMPOSED) == TYPES


def test_clauses_are_numbered_in_the_order_of_the_draft() -> None:
    pact = drafted(clauses=EVERY)

    (either,) = (clause for clause in pact.clauses if isinstance(clause, AnyOf))
    assert [clause.ref for clause in pact.clauses][:3] == ["c1", "c2", "c3"]
    assert either.ref == "either"
    assert [clause.ref for clause in either.clauses] == ["either-1", "either-2"]


def test_days_are_counted_from_midnight_of_the_day_of_drafting() -> None:
    pact = drafted()

    assert pact.validity.starts_at == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert pact.validity.ends_at == dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def test_a_pact_can_be_drafted_without_an_end() -> None:
    assert drafted(validity={"starts": {"days": 0}}).validity.ends_at is None


def test_a_category_of_offence_is_written_out_with_what_lies_below_it() -> None:
    pact = with_clause({"offences": ["financial-crime", "ransomware"]})

    (offences,) = (clause for clause in pact.clauses if isinstance(clause, Offences))
    below = codelist("offence").within("financial-crime")
    assert "online-scam" in below
    assert offences.allowed == below | {"ransomware"}


def test_the_most_open_marking_brings_the_stricter_ones() -> None:
    pact = with_clause({"tlp": {"most_open": "amber"}})

    (tlp,) = (clause for clause in pact.clauses if isinstance(clause, Tlp))
    assert tlp.allowed == {"red", "amber-strict", "amber"}


def test_hours_become_seconds() -> None:
    pact = drafted(
        clauses=[*REQUIRED, {"deadlines": {"urgent": 8}}, {"quota": {"most": 5, "hours": 24}}]
    )

    assert pact.clauses[4:] == (
        Deadlines(ref="c5", shortest={"urgent": 8 * HOUR}),
        Quota(ref="c6", most=5, window=DAY),
    )


BAD: dict[str, tuple[dict[str, object], str]] = {
    "a word that is not known": ({"signatures": []}, "unknown: signatures"),
    "no title": ({"title": {}}, "no title"),
    "a title in no language": ({"title": {"xx": "?"}}, "xx is not on the list language"),
    "a title that is no text": ({"title": {"en": 1}}, "title: something is not a text"),
    "one party": ({"parties": ["XA"]}, "parties"),
    "parties that are no list": ({"parties": "XA"}, "parties: a list is expected"),
    "a version that is no number": ({"version": True}, "version: not a whole number"),
    "no validity": ({"validity": None}, "validity: a mapping is expected"),
    "a validity without beginning": ({"validity": {}}, "validity, starts"),
    "a time of day": (
        {"validity": {"starts": dt.datetime(2026, 1, 1, 5, tzinfo=dt.UTC)}},
        "neither a date",
    ),
    "days beyond the calendar": ({"validity": {"starts": {"days": 10**9}}}, "calendar"),
    "over before it begins": (
        {"validity": {"starts": {"days": 1}, "ends": {"days": 1}}},
        "ends before",
    ),
    "no clauses": ({"clauses": None}, "clauses: a list is expected"),
    "nothing that a pact must state": (
        {"clauses": []},
        "pact.purpose, pact.record_kind, pact.handling, pact.retention",
    ),
    "no purpose": ({"clauses": REQUIRED[1:]}, "no clause decides pact.purpose"),
    "a mapping with a number for a word": ({"title": {1: "one"}}, "title: a mapping"),
}
BAD_CLAUSES: dict[str, tuple[object, str]] = {
    "not a mapping": ("purposes", "clause c5: a mapping is expected"),
    "two kinds in one": ({"purposes": ["warn"], "kinds": ["method"]}, "clause c5: one kind"),
    "a kind that is none": ({"ritual": []}, "clause c5: ritual is no kind of clause"),
    "a reference twice": ({"ref": "c1", "purposes": ["warn"]}, "same reference"),
    "a code that is not on its list": (
        {"purposes": ["curiosity"]},
        "clause c5: curiosity is not on the list purpose",
    ),
    "a parent that is not on the list": ({"offences": ["sin"]}, "sin is not on the list offence"),
    "a marking that is none": ({"tlp": {"most_open": "white"}}, "white is not on the list tlp"),
    "a marking with more to it": ({"tlp": {"least_open": "red"}}, "clause c5: unknown least_open"),
    "codes that are no texts": ({"purposes": [1]}, "clause c5: something is not a text"),
    "days that are no number": ({"retention": {"days": "30"}}, "clause c5, days: not a whole"),
    "days that are too many": ({"retention": {"days": 10**6}}, "clause c5: days"),
    "hours beyond the calendar": ({"quota": {"most": 1, "hours": 10**15}}, "calendar"),
    "an urgency that is none": ({"deadlines": {"soon": 1}}, "soon is not on the list urgency"),
    "a direction of one": ({"directions": [["XA"]]}, "clause c5: a direction"),
    "a rule that is none": ({"onward-transfer": "maybe"}, "maybe is no rule"),
    "a relay that is no bureau": ({"relay": ["nobody"]}, "clause c5: not the code of a bureau"),
    "a kind that is not on its list": (
        {"fields": {"kind": "poem", "allowed": ["title"]}},
        "poem is not on the list record-kind",
    ),
    "an alternative alone": ({"any-of": [{"purposes": ["warn"]}]}, "fewer than two"),
}


@pytest.mark.parametrize(("changes", "said"), BAD.values(), ids=BAD)
def test_a_bad_draft_is_refused_with_the_place(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadDraft) as caught:
        drafted(**changes)

    assert caught.value.code == "pact.bad_draft"
    assert said in caught.value.detail


@pytest.mark.parametrize(("clause", "said"), BAD_CLAUSES.values(), ids=BAD_CLAUSES)
def test_a_bad_clause_is_refused_with_its_reference(clause: object, said: str) -> None:
    with pytest.raises(BadDraft) as caught:
        with_clause(clause)

    assert said in caught.value.detail


def demo(name: str) -> Pact:
    content = resources.read_yaml("demo", "pacts", name)
    return draft(content=content, pact_id=PACT_ID, at=NOON)


def test_the_relayed_pact_of_the_demo_lets_a_method_pass_through_the_secretariat() -> None:
    pact = demo("methods-relayed.yaml")
    passage = make_passage(via=(XS,), tlp="green", offences=frozenset({"online-scam"}))

    assert isinstance(weigh(terms=pact, passage=passage, at=NOON), Allow)
    assert pact.relays == {XS}


def test_the_direct_pact_of_the_demo_lets_nothing_pass_through_the_secretariat() -> None:
    pact = demo("methods-direct.yaml")
    passage = make_passage(tlp="green", offences=frozenset({"online-scam"}))

    assert isinstance(weigh(terms=pact, passage=passage, at=NOON), Allow)
    relayed = make_passage(tlp="green", offences=frozenset({"online-scam"}), via=(XS,))
    assert weigh(terms=pact, passage=relayed, at=NOON) == Refuse(code="pact.relay")


def test_the_ended_pact_of_the_demo_lets_nothing_pass() -> None:
    decision = weigh(terms=demo("methods-expired.yaml"), passage=make_passage(), at=NOON)

    assert decision == Refuse(code="pact.ended", clause="validity")


def test_the_demo_has_a_title_in_every_official_language() -> None:
    for name in resources.names_in("demo", "pacts"):
        pact = demo(f"{name}.yaml")
        assert set(pact.title) == {"ar", "fr", "en", "es"}
        assert pact.parties == (XA, XB)


def test_the_example_of_the_protocol_page_is_what_it_says() -> None:
    page = (pathlib.Path(__file__).parents[3] / "docs/protocol/pacts.md").read_text("utf-8")
    yaml = page.partition("```yaml\n")[2].partition("```")[0]

    content = resources.parse_yaml(yaml.encode(), where="docs/protocol/pacts.md")
    pact = draft(content=content, pact_id=PACT_ID, at=NOON)

    assert f"\n{pact.hash.hex()}\n" in page
    assert f"has {len(pact.data)} bytes" in page
    assert PACT_ID in page


def test_the_protocol_page_names_every_type_of_clause_and_every_code() -> None:
    page = (pathlib.Path(__file__).parents[3] / "docs/protocol/pacts.md").read_text("utf-8")

    assert [kind for kind in TYPES if f"\n| `{kind}` |" not in page] == []
    assert [family.value for family in Family if f"`{family.value}`" not in page] == []


def test_every_code_of_a_refusal_has_a_sentence() -> None:
    sentences = {entry.maps.get("error") for entry in codelist("error-code")}
    outside = {
        "pact.party", "pact.not_yet", "pact.ended", "pact.suspended", "pact.empty",
        "pact.unknown_clause", "pact.alternatives",
    }  # fmt: skip

    assert {family.value for family in Family} | outside <= sentences
