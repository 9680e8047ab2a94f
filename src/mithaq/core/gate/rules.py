"""The rules of the gate: one short function each, in a table proven complete against the list.

Each function answers where a disclosure breaks its rule; what that leads to (hold or refuse),
the sentence for people and the legal source stand in `resources/codes/gate-rule.yaml`. Rules
whose facts a later desk will record are marked `planned` there, those that the clauses of a pact
decide are marked `decided_by: pact`; neither is in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from mithaq.core.codes import codelist
from mithaq.core.gate import facts
from mithaq.core.gate.disclosure import Disclosure
from mithaq.core.gate.reading import PERSONAL_DATA, Place

Check = Callable[[Disclosure], Iterable[Place]]
"""Where the facts of a disclosure break a rule."""


class Effect(StrEnum):
    """What a rule answers where it is broken."""

    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the table; `sources` are articles by short name of their instrument."""

    code: str
    effect: Effect
    structural: bool
    """Whether the receiver runs it again: it reads facts only and can only refuse."""
    sources: Mapping[str, str]
    check: Check | None
    """None for a rule that reads free texts: see `reading`."""


_NEED_A_SECOND_OFFICER: Mapping[str, Check] = {
    "named-supplier": facts.named_supplier,
    "special-category": facts.special_category,
    "biometric-data": facts.biometric_data,
    "minor": facts.minor,
    "age-unknown": facts.age_unknown,
}
_OF_FACTS: Mapping[str, Check] = {
    "purpose-missing": facts.purpose_missing,
    "case-reference-missing": facts.case_reference_missing,
    "necessity-missing": facts.necessity_missing,
    "prohibited-offence": facts.prohibited_offence,
    "person-category-missing": facts.person_category_missing,
    "nominal-for-purpose": facts.nominal_for_purpose,
    "victim-coercive": facts.victim_coercive,
    "asylum-flag": facts.asylum_flag,
    "third-party-rule": facts.third_party_rule,
    "handling-missing": facts.handling_missing,
    "handling-weaker": facts.handling_weaker,
    "tlp-missing": facts.tlp_missing,
    "tlp-exceeded": facts.tlp_exceeded,
    "retention-missing": facts.retention_missing,
    "retention-past": facts.retention_past,
    "retention-too-long": facts.retention_too_long,
    "grade-missing": facts.grade_missing,
    **_NEED_A_SECOND_OFFICER,
    "second-approval-missing": partial(
        facts.second_approval_missing, checks=tuple(_NEED_A_SECOND_OFFICER.values())
    ),
}
_OF_TEXTS = (
    "political-words",
    "military-words",
    "religious-words",
    "racial-words",
    "private-dispute",
    "special-category-words",
    "location-of-person",
    "informant-identity",
    PERSONAL_DATA,
)
_NOT_SOURCES = frozenset({"effect", "structural", "decided_by"})


def _rule(code: str, check: Check | None) -> Rule:
    row = codelist("gate-rule").maps(code)
    return Rule(
        code=code,
        effect=Effect(row["effect"]),
        structural=row.get("structural") == "yes",
        sources={name: article for name, article in row.items() if name not in _NOT_SOURCES},
        check=check,
    )


RULES: tuple[Rule, ...] = (
    *(_rule(code, check) for code, check in _OF_FACTS.items()),
    *(_rule(code, None) for code in _OF_TEXTS),
)
"""Every rule that the gate runs, those of facts first."""
