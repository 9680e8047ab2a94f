"""The gate: the rights check on everything that leaves, free text included.

Implements the controls of docs/explanation/gate.md after the sources that each row of
`resources/codes/gate-rule.yaml` names. Invariants: a verdict is the gravest effect among the
findings; words in free text can only hold, never refuse; a finding never repeats what it found;
nothing that a person may type makes the gate raise; the digest binds a verdict to exactly what
was screened.
"""

from __future__ import annotations

from mithaq.core.gate.disclosure import Disclosure, Reasons, of_record
from mithaq.core.gate.rules import RULES, Effect, Rule
from mithaq.core.gate.screening import (
    ChangedAfterReview,
    Finding,
    Screening,
    Verdict,
    check_unchanged,
    screen,
    screen_structural,
)
from mithaq.core.records.facts import Text

__all__ = [
    "RULES",
    "ChangedAfterReview",
    "Disclosure",
    "Effect",
    "Finding",
    "Reasons",
    "Rule",
    "Screening",
    "Text",
    "Verdict",
    "check_unchanged",
    "of_record",
    "screen",
    "screen_structural",
]
