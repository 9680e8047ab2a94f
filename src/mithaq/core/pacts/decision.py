"""The decision: may this record pass under this pact at this instant?

`decide` is pure and runs unchanged at both ends. What it does not find allowed it refuses.

Obligations, in the order in which they are discharged; the first that fails gives the answer:

1. Issuer and audience are two different parties of the pact.
2. No party has ended or suspended the pact, neither when the record was sent nor now.
3. The pact was valid when the record was sent and is valid now.
4. The pact has clauses, and this version can read each of them.
5. Every family of rules that the passage demands is decided by a clause. Purpose, kind, handling
   and retention are always demanded; offences, categories of person, relays and onward transfer
   when the passage has any.
6. No clause refuses.

What follows: adding a clause to a pact that states the demanded families never allows more, and
the order of clauses changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mithaq.core.pacts.clause import ALWAYS_DEMANDED, Family
from mithaq.core.pacts.limits import outside
from mithaq.core.pacts.notice import Standing
from mithaq.core.pacts.pact import Pact
from mithaq.core.pacts.passage import Decision, Passage, Refuse
from mithaq.core.pacts.signed import SignedPact

_DEMANDS: Mapping[Family, Callable[[Passage], bool]] = MappingProxyType(
    {
        **dict.fromkeys(ALWAYS_DEMANDED, lambda _: True),
        Family.OFFENCE: lambda passage: bool(passage.offences),
        Family.PERSON_CATEGORY: lambda passage: bool(passage.person_categories),
        Family.RELAY: lambda passage: bool(passage.via),
        Family.ONWARD: lambda passage: passage.onward_from is not None,
    }
)
_STOPPED: Mapping[Standing, str] = MappingProxyType(
    {Standing.SUSPENDED: "pact.suspended", Standing.ENDED: "pact.ended"}
)


def decide(*, pact: SignedPact, passage: Passage, at: dt.datetime) -> Decision:
    """Return whether `passage` may pass under `pact` at `at`, with the clauses that say so.

    The caller has found the pact by the id and the hash that the envelope names
    (`SignedPact.check_named`).
    """
    refusal = _parties(pact.terms, passage) or _stopped(pact, passage, at)  # (1), (2)
    return refusal or weigh(terms=pact.terms, passage=passage, at=at)


def weigh(*, terms: Pact, passage: Passage, at: dt.datetime) -> Decision:
    """Return what `decide` would answer if every party had signed `terms` and none objected.

    For trying out a draft; nothing may leave on the strength of it.
    """
    refusal = (
        _parties(terms, passage)  # (1)
        or outside(terms.validity, passage=passage, at=at, clause="validity")  # (3)
        or _unreadable(terms)  # (4)
        or _undecided(terms, passage)  # (5)
    )
    if refusal is not None:
        return refusal
    for clause in terms.clauses:  # (6)
        refusal = clause.verdict(passage, at)
        if refusal is not None:
            return refusal
    return terms.allow


def _parties(terms: Pact, passage: Passage) -> Refuse | None:
    joined = passage.issuer in terms.parties and passage.audience in terms.parties
    if joined and passage.issuer != passage.audience:
        return None
    return Refuse(code="pact.party", clause="parties")


def _stopped(pact: SignedPact, passage: Passage, at: dt.datetime) -> Refuse | None:
    if not pact.notices:
        return None
    for instant in (passage.sent_at, at):
        code = _STOPPED.get(pact.standing(instant))
        if code is not None:
            return Refuse(code=code, clause="notices")
    return None


def _unreadable(terms: Pact) -> Refuse | None:
    if not terms.clauses:
        return Refuse(code="pact.empty")
    if terms.unknown:
        return Refuse(code="pact.unknown_clause", clause=terms.unknown[0])
    return None


def _undecided(terms: Pact, passage: Passage) -> Refuse | None:
    for family, demanded in _DEMANDS.items():
        if family not in terms.covered and demanded(passage):
            return Refuse(code=family.value)
    return None
