"""What is put before a pact, and what the pact answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mithaq.core.ids import BureauId


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One record on its way from one bureau to another, as far as a pact may look at it.

    Codes are those of the published code lists. Both ends build it from the same signed facts, so
    both come to the same decision; only `used` is counted by each end for itself.
    """

    issuer: BureauId
    audience: BureauId
    purpose: str
    kind: str
    handling: str
    retain_until: dt.datetime
    sent_at: dt.datetime
    via: tuple[BureauId, ...] = ()
    """Bureaus that relay it, in order; empty means straight from issuer to audience."""
    tlp: str = ""
    """Empty where the record carries no marking."""
    offences: frozenset[str] = frozenset()
    person_categories: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    """Names of the fields of the record that hold something."""
    urgency: str | None = None
    """None where no answer is asked for."""
    answer_by: dt.datetime | None = None
    """None means the time that the urgency stands for."""
    onward_from: BureauId | None = None
    """The source of a record that is not the issuer's own."""
    consent_of: frozenset[BureauId] = frozenset()
    """Sources whose signed consent to this onward transfer the caller has verified."""
    used: Mapping[str, int] = field(default_factory=dict)
    """By reference of a quota clause: passages already counted in its window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The pact allows the passage; `refs` are the clauses that were asked."""

    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The pact refuses the passage.

    `clause` is the reference of the clause that refuses. It is "parties", "validity" or "notices"
    for what every pact states outside its clauses, and empty where the pact has no clause that
    could allow the passage.
    """

    code: str
    clause: str = ""


Decision: TypeAlias = Allow | Refuse
