from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import gate
from mithaq.core.gate import ChangedAfterReview, Disclosure, Text, Verdict, screen
from mithaq.core.records.facts import RecordFacts
from tests.factories.disclosures import AT, IN_ORDER, make_disclosure, with_text

ANY_TEXT = st.text(
    alphabet=st.characters() | st.characters(categories=["Cs", "Cf", "Mn"])
) | st.sampled_from(["\u200f", "\ud800", "\u202eabc", "\u0000", "ﷺ", "İ", "ß", "1" * 500])

CHANGES = {
    "purpose": "warn",
    "necessity": "Another reason that is long enough.",
    "case_reference": "XA/2026/115",
    "kind": "sighting",
    "handling": "h1",
    "tlp": "amber",
    "retain_until": AT + dt.timedelta(days=366),
    "graded": False,
    "audience": "XC",
    "urgency": "routine",
    "texts": (Text(field="description", language="en", value="x"),),
    "offences": frozenset({"online-scam"}),
    "nominal": True,
    "person_categories": frozenset({"suspect"}),
    "special_categories": frozenset({"health"}),
    "coercive_against": frozenset({"wanted"}),
    "minors": None,
    "named_supplier": True,
    "fled_from": frozenset({"XD"}),
    "onward": True,
    "consented": True,
    "origin_handling": "h0",
    "origin_tlp": "clear",
}
NOT_IN_DIGEST = {"at": AT + dt.timedelta(days=1), "approved": True}


def test_a_refusal_outweighs_a_hold_and_names_only_its_own_reasons() -> None:
    screening = screen(make_disclosure(named_supplier=True, retain_until=None))

    assert screening.verdict is Verdict.REFUSE
    assert screening.reasons == ("retention-missing",)
    assert {finding.rule for finding in screening.findings} == {
        "retention-missing",
        "named-supplier",
    }


def test_a_named_supplier_is_held_with_its_reason() -> None:
    screening = screen(make_disclosure(named_supplier=True))

    assert (screening.verdict, screening.reasons) == (Verdict.HOLD, ("named-supplier",))


def test_what_passes_has_no_reasons() -> None:
    assert screen(IN_ORDER).reasons == ()


def test_the_officers_own_words_are_read_like_the_record() -> None:
    necessity = make_disclosure(necessity="He is wanted for his political opinions.")
    reference = make_disclosure(case_reference="XA/2026 political prisoner")

    assert [finding.field for finding in screen(necessity).findings] == ["necessity"]
    assert [finding.field for finding in screen(reference).findings] == ["case_reference"]


def test_a_finding_says_where_and_never_what() -> None:
    value = "L\u2019été dernier, a dissident wrote to seller@shop.example."

    findings = screen(with_text(value)).findings

    places = {finding.rule: finding.position for finding in findings}
    assert places == {
        "political-words": value.index("dissident"),
        "free-text-personal-data": value.index("seller"),
    }
    assert "dissident" not in repr(findings)
    assert "seller" not in repr(findings)


def test_the_same_rule_is_found_once_in_each_field() -> None:
    twice = make_disclosure(
        texts=(
            Text(field="title", language="en", value="A dissident, another dissident."),
            Text(field="title", language="fr", value="Un dissident."),
            Text(field="description", language="en", value="A dissident."),
        )
    )

    assert [finding.field for finding in screen(twice).findings] == ["title", "description"]


@given(value=ANY_TEXT, field=ANY_TEXT, code=ANY_TEXT)
def test_no_text_makes_the_gate_raise(value: str, field: str, code: str) -> None:
    odd = dataclasses.replace(
        IN_ORDER,
        necessity=value,
        case_reference=value,
        purpose=code,
        handling=code,
        tlp=code,
        offences=frozenset({code}),
        texts=(Text(field=field, language=code, value=value),),
    )

    assert screen(odd).verdict is Verdict.REFUSE


@given(value=ANY_TEXT)
def test_every_position_lies_in_the_text(value: str) -> None:
    text = value + " dissident seller@shop.example"

    for finding in screen(with_text(text)).findings:
        assert finding.position is not None
        assert 0 <= finding.position <= len(text)


def test_every_field_is_either_bound_by_the_digest_or_left_out_on_purpose() -> None:
    fields = {field.name for field in dataclasses.fields(Disclosure)}

    assert CHANGES.keys() | NOT_IN_DIGEST.keys() == fields


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_after_the_review_is_detected(field: str) -> None:
    reviewed = screen(IN_ORDER).digest

    with pytest.raises(ChangedAfterReview):
        gate.check_unchanged(
            reviewed=reviewed, disclosure=make_disclosure(**{field: CHANGES[field]})
        )


@pytest.mark.parametrize("field", NOT_IN_DIGEST)
def test_a_later_decision_is_about_the_same_content(field: str) -> None:
    reviewed = screen(IN_ORDER).digest

    gate.check_unchanged(
        reviewed=reviewed, disclosure=make_disclosure(**{field: NOT_IN_DIGEST[field]})
    )


@given(texts=st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_moving_letters_between_texts_changes_the_digest(texts: list[str]) -> None:
    def digest(values: list[str]) -> bytes:
        those = tuple(Text(field="f", language="en", value=value) for value in values)
        return make_disclosure(texts=those).digest()

    assert digest(texts) != digest(["".join(texts), *[""] * len(texts)])


def test_the_disclosure_of_a_record_carries_its_facts() -> None:
    facts = RecordFacts(
        kind="method",
        language="fr",
        offences=frozenset({"online-scam"}),
        handling="h1",
        tlp="amber",
        source_grade="a",
        information_grade="1",
        texts=(Text(field="title", language="fr", value="Faux colis"),),
        named_supplier=True,
    )
    reasons = gate.Reasons(
        purpose="share-method",
        necessity="Other bureaus can warn their shops.",
        case_reference="XA/1",
        retain_until=AT + dt.timedelta(days=30),
    )

    disclosure = gate.of_record(facts=facts, reasons=reasons, audience="XB", at=AT)

    assert (disclosure.kind, disclosure.tlp, disclosure.graded) == ("method", "amber", True)
    assert not disclosure.nominal
    assert screen(disclosure).reasons == ("named-supplier",)


@pytest.mark.parametrize(
    ("source", "information"), [("", "1"), ("a", ""), ("", "")], ids=["source", "fact", "both"]
)
def test_a_record_without_both_grades_is_not_graded(source: str, information: str) -> None:
    facts = RecordFacts(
        kind="person", language="fr", source_grade=source, information_grade=information
    )
    reasons = gate.Reasons(purpose="", necessity="", case_reference="", retain_until=None)

    disclosure = gate.of_record(facts=facts, reasons=reasons, audience="XB", at=AT)

    assert not disclosure.graded
    assert disclosure.nominal
