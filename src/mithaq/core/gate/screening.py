"""Screening: put a disclosure to every rule and answer with reasons."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mithaq.core.errors import MithaqError
from mithaq.core.gate.disclosure import Disclosure
from mithaq.core.gate.reading import Place, read_texts
from mithaq.core.gate.rules import RULES, Effect, Rule
from mithaq.core.ids import Digest


class ChangedAfterReview(MithaqError):
    """What is to leave is not what was reviewed."""

    code = "gate.changed_after_review"


class Verdict(StrEnum):
    """What happens with a disclosure; the gravest finding decides."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule broken, and where; what was found there is never repeated.

    `position` counts code points of the free text, and is None where the field as a whole is
    meant.
    """

    rule: str
    effect: Effect
    field: str
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the gate answers, bound by `digest` to exactly what it was asked."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    digest: Digest

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of the rules that led to the verdict, each once; empty when it allows."""
        grave = (item.rule for item in self.findings if item.effect.value == self.verdict.value)
        return tuple(dict.fromkeys(grave))


def screen(disclosure: Disclosure) -> Screening:
    """Put `disclosure` to every rule, free texts included."""
    places = read_texts(disclosure)
    return _answer(
        disclosure,
        (
            _finding(rule, place)
            for rule in RULES
            for place in (
                places.get(rule.code, ()) if rule.check is None else rule.check(disclosure)
            )
        ),
    )


def screen_structural(disclosure: Disclosure) -> Screening:
    """Put `disclosure` to the rules that the receiver runs again; it allows or refuses."""
    return _answer(disclosure, _structural(disclosure))


def check_unchanged(*, reviewed: Digest, disclosure: Disclosure) -> None:
    """Check that `disclosure` is what the digest of a screening was made of.

    Raises:
        ChangedAfterReview: anything that is screened has changed since.
    """
    if not hmac.compare_digest(reviewed, disclosure.digest()):
        raise ChangedAfterReview


def _structural(disclosure: Disclosure) -> Iterator[Finding]:
    for rule in RULES:
        if rule.structural and rule.check is not None:
            yield from (_finding(rule, place) for place in rule.check(disclosure))


def _finding(rule: Rule, place: Place) -> Finding:
    return Finding(rule=rule.code, effect=rule.effect, field=place.field, position=place.position)


def _answer(disclosure: Disclosure, findings: Iterable[Finding]) -> Screening:
    found = tuple(findings)
    effects = {finding.effect for finding in found}
    verdict = Verdict.ALLOW
    if Effect.REFUSE in effects:
        verdict = Verdict.REFUSE
    elif Effect.HOLD in effects:
        verdict = Verdict.HOLD
    return Screening(verdict=verdict, findings=found, digest=disclosure.digest())
