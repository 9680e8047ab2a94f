from __future__ import annotations

import datetime as dt

import pytest

from mithaq.core.codes import codelist
from mithaq.core.gate import RULES, Effect, Verdict, screen, screen_structural
from tests.factories.disclosures import AT, IN_ORDER, make_disclosure, with_text

DAY = dt.timedelta(days=1)
PERSON: dict[str, object] = {
    "kind": "person",
    "purpose": "identify-person",
    "nominal": True,
    "person_categories": frozenset({"suspect"}),
}

Case = tuple[dict[str, object], dict[str, object]]

# Each rule of facts: what breaks it, and the nearest thing that does not.
CASES: dict[str, list[Case]] = {
    "purpose-missing": [({"purpose": ""}, {"purpose": "warn"}), ({"purpose": "fishing"}, {})],
    "case-reference-missing": [
        ({"case_reference": ""}, {"case_reference": "7/B2"}),
        ({"case_reference": "--/--"}, {"case_reference": "١٢٣"}),
        ({"case_reference": "xxxxx"}, {"case_reference": "xxxx1"}),
    ],
    "necessity-missing": [
        ({"necessity": ""}, {"necessity": "The shops in XB are next."}),
        ({"necessity": "urgent"}, {"necessity": "Warn the banks of XB now"}),
        ({"necessity": "needed needed needed needed"}, {"necessity": "needed to warn others now"}),
        ({"necessity": "xxxx yyyy zzzz aaaa bbbb"}, {"necessity": "لتحذير المصارف من هذا الأسلوب"}),
        ({"necessity": " . " * 40}, {}),
    ],
    "prohibited-offence": [
        ({"offences": frozenset({"desertion"})}, {"offences": frozenset({"online-scam"})}),
        ({"offences": frozenset({"online-scam", "blasphemy"})}, {}),
    ],
    "person-category-missing": [
        (PERSON | {"person_categories": frozenset()}, PERSON),
        (PERSON | {"person_categories": frozenset({"enemy"})}, {}),
    ],
    "nominal-for-purpose": [
        (PERSON | {"purpose": "share-method"}, PERSON),
        (PERSON | {"purpose": "statistics"}, PERSON | {"purpose": "support-investigation"}),
        (PERSON | {"purpose": "capacity-building"}, {"purpose": "capacity-building"}),
    ],
    "victim-coercive": [
        (
            {"coercive_against": frozenset({"witness"})},
            {"coercive_against": frozenset({"wanted"})},
        ),
        (
            PERSON | {"purpose": "locate-person", "person_categories": frozenset({"victim"})},
            PERSON | {"purpose": "locate-person", "person_categories": frozenset({"wanted"})},
        ),
        (
            PERSON
            | {"purpose": "locate-person", "person_categories": frozenset({"possible-victim"})},
            PERSON | {"purpose": "find-missing", "person_categories": frozenset({"victim"})},
        ),
        (
            PERSON | {"purpose": "locate-person", "person_categories": frozenset({"witness"})},
            PERSON
            | {"purpose": "locate-person", "person_categories": frozenset({"witness", "wanted"})},
        ),
    ],
    "asylum-flag": [
        (
            {"fled_from": frozenset({"XB"}), "audience": "XB"},
            {"fled_from": frozenset({"XC"}), "audience": "XB"},
        )
    ],
    "third-party-rule": [
        ({"onward": True}, {"onward": True, "consented": True}),
    ],
    "handling-missing": [({"handling": ""}, {"handling": "h3"}), ({"handling": "h9"}, {})],
    "handling-weaker": [
        ({"handling": "h0", "origin_handling": "h1"}, {"handling": "h1", "origin_handling": "h1"}),
        (
            {"handling": "h2", "origin_handling": "odd"},
            {"handling": "h3", "origin_handling": "odd"},
        ),
    ],
    "tlp-missing": [({"tlp": ""}, {"tlp": "clear"}), ({"tlp": "white"}, {"tlp": "red"})],
    "tlp-exceeded": [
        ({"tlp": "green", "origin_tlp": "amber"}, {"tlp": "amber", "origin_tlp": "green"}),
        (
            {"tlp": "red", "origin_tlp": "amber-strict", "onward": True, "consented": True},
            {"tlp": "amber", "origin_tlp": "amber", "onward": True, "consented": True},
        ),
        ({"tlp": "red", "onward": True, "consented": True}, {"tlp": "red"}),
    ],
    "retention-missing": [({"retain_until": None}, {"retain_until": AT + DAY})],
    "retention-past": [
        ({"retain_until": AT}, {"retain_until": AT + dt.timedelta(seconds=1)}),
        ({"retain_until": AT - DAY}, {}),
    ],
    "retention-too-long": [
        ({"retain_until": AT + 3661 * DAY}, {"retain_until": AT + 3660 * DAY}),
        (
            {"purpose": "security-check", "retain_until": AT + 184 * DAY},
            {"purpose": "security-check", "retain_until": AT + 183 * DAY},
        ),
        (
            {"purpose": "incident-handling", "retain_until": AT + 1831 * DAY},
            {"purpose": "incident-handling", "retain_until": AT + 1830 * DAY},
        ),
    ],
    "grade-missing": [({"graded": False}, {"graded": True})],
    "named-supplier": [({"named_supplier": True}, {"named_supplier": False})],
    "special-category": [
        (
            {"special_categories": frozenset({"health"})},
            {"special_categories": frozenset()},
        ),
        ({"special_categories": frozenset({"unheard-of"})}, {}),
    ],
    "biometric-data": [
        (
            {"special_categories": frozenset({"biometric"})},
            {"special_categories": frozenset({"health"})},
        ),
        ({"special_categories": frozenset({"genetic"})}, {}),
    ],
    "minor": [
        (PERSON | {"minors": True}, PERSON | {"minors": False}),
        (PERSON | {"minors": True}, {"minors": True}),
    ],
    "age-unknown": [
        (PERSON | {"minors": None}, PERSON | {"minors": False}),
        (PERSON | {"minors": None}, {"minors": None}),
    ],
    "second-approval-missing": [
        ({"named_supplier": True, "approved": False}, {"named_supplier": True, "approved": True}),
        (
            PERSON | {"minors": True, "approved": False},
            PERSON | {"minors": True, "approved": None},
        ),
        ({"special_categories": frozenset({"biometric"}), "approved": False}, {"approved": False}),
    ],
}
ROWS = [
    pytest.param(rule, broken, kept, id=f"{rule}-{number}")
    for rule, cases in CASES.items()
    for number, (broken, kept) in enumerate(cases, 1)
]


def rules_broken(changes: dict[str, object]) -> set[str]:
    return {finding.rule for finding in screen(make_disclosure(**changes)).findings}


@pytest.mark.parametrize(("rule", "broken", "kept"), ROWS)
def test_both_sides_of_every_rule(
    rule: str, broken: dict[str, object], kept: dict[str, object]
) -> None:
    assert rule in rules_broken(broken)
    assert rule not in rules_broken(kept)


def test_every_rule_of_facts_has_both_sides_tested() -> None:
    assert {rule.code for rule in RULES if rule.check is not None} == CASES.keys()


def test_the_table_and_the_list_of_rules_are_the_same() -> None:
    listed = codelist("gate-rule")
    elsewhere = {e.code for e in listed if e.planned or e.maps.get("decided_by") == "pact"}
    in_table = [rule.code for rule in RULES]

    assert len(set(in_table)) == len(in_table)
    assert set(in_table) | elsewhere == set(listed.codes)
    assert not set(in_table) & elsewhere


def test_every_rule_has_an_effect_and_each_refusal_a_legal_source() -> None:
    for rule in RULES:
        assert rule.effect in Effect
        assert rule.sources or rule.effect is Effect.HOLD


def test_rules_that_read_free_texts_can_only_hold() -> None:
    assert {rule.effect for rule in RULES if rule.check is None} == {Effect.HOLD}


def test_structural_rules_read_facts_and_refuse() -> None:
    for rule in RULES:
        if rule.structural:
            assert rule.effect is Effect.REFUSE
            assert rule.check is not None


def test_every_refusing_rule_is_run_again_by_the_receiver() -> None:
    for rule in RULES:
        assert rule.structural is (rule.effect is Effect.REFUSE)


@pytest.mark.parametrize(("rule", "broken", "kept"), ROWS)
def test_the_receiver_refuses_what_the_sender_had_to_refuse(
    rule: str, broken: dict[str, object], kept: dict[str, object]
) -> None:
    effect = next(found.effect for found in RULES if found.code == rule)

    verdict = screen_structural(make_disclosure(**broken)).verdict

    if effect is Effect.REFUSE:
        assert verdict is Verdict.REFUSE
    else:
        assert verdict is not Verdict.HOLD


def test_the_receiver_does_not_read_free_texts() -> None:
    held = with_text("He is wanted for his political opinions.")

    assert screen(held).verdict is Verdict.HOLD
    assert screen_structural(held).verdict is Verdict.ALLOW


def test_a_disclosure_in_order_passes_at_both_ends() -> None:
    assert screen(IN_ORDER).verdict is Verdict.ALLOW
    assert screen_structural(IN_ORDER).verdict is Verdict.ALLOW
    assert screen(IN_ORDER).findings == ()
