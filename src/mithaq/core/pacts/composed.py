"""Clauses made of clauses, and the clause that this version does not know.

Source: the shape follows sigstore-python's `verify/policy.py`; an empty composite is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import ClassVar

from mithaq.core.cbor import Encodable, Value
from mithaq.core.ids import BureauId
from mithaq.core.pacts.clause import (
    Clause,
    Family,
    Sentence,
    Simple,
    checked_ref,
    order,
    value_of,
)
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.passage import Passage, Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Composed:
    type: ClassVar[str]

    ref: str
    clauses: tuple[Clause, ...]
    """In the order of their references, whatever order they were given in."""
    families: frozenset[Family] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        # An empty AllOf would refuse nothing and an empty AnyOf everything; whoever writes one
        # has left something out. One member alone says no more than that member.
        if len(self.clauses) < 2:  # noqa: PLR2004 - the sentence above says why two
            raise MalformedPact(f"clause {self.ref}: fewer than two clauses inside")
        object.__setattr__(self, "clauses", tuple(sorted(self.clauses, key=order)))

    def members(self) -> tuple[Clause, ...]:
        """Return the clauses directly inside this one."""
        return self.clauses

    def describe(self) -> Sentence:
        """Return the references of the members, which have sentences of their own."""
        refs = tuple(clause.ref for clause in self.clauses)
        return Sentence(key=f"pact.clause.{self.type}", parameters={"clauses": refs})

    def body(self) -> Mapping[str, Encodable]:
        """Return the members in canonical form."""
        return {"clauses": [value_of(clause) for clause in self.clauses]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(_Composed):
    """Several clauses that hold together; useful inside an alternative."""

    type: ClassVar[str] = "all-of"

    def __post_init__(self) -> None:
        _Composed.__post_init__(self)
        families = frozenset[Family]().union(*(clause.families for clause in self.clauses))
        object.__setattr__(self, "families", families)

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return the refusal of the first member that refuses."""
        for clause in self.clauses:
            refusal = clause.verdict(passage, at)
            if refusal is not None:
                return refusal
        return None

    def relays(self) -> frozenset[BureauId] | None:
        """Return who may relay by every member that speaks of it."""
        return common(self.clauses)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(_Composed):
    """Alternatives, of which one must hold.

    It covers a family only where each alternative does: whichever holds, the family is decided.
    """

    type: ClassVar[str] = "any-of"

    def __post_init__(self) -> None:
        _Composed.__post_init__(self)
        first, *others = (clause.families for clause in self.clauses)
        object.__setattr__(self, "families", first.intersection(*others))

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return None as soon as one alternative holds.

        Otherwise the refusal bears the code that all alternatives agree on, or
        `pact.alternatives` where they refuse for different reasons.
        """
        codes: set[str] = set()
        for clause in self.clauses:
            refusal = clause.verdict(passage, at)
            if refusal is None:
                return None
            codes.add(refusal.code)
        code = codes.pop() if len(codes) == 1 else "pact.alternatives"
        return Refuse(code=code, clause=self.ref)

    def relays(self) -> frozenset[BureauId] | None:
        """Return who may relay by any alternative, None where one of them does not say."""
        found = [clause.relays() for clause in self.clauses]
        said = [bureaus for bureaus in found if bureaus is not None]
        if len(said) < len(found):
            return None
        return frozenset[BureauId]().union(*said)


def _all_of(ref: str, clauses: tuple[Clause, ...]) -> Clause:
    return AllOf(ref=ref, clauses=clauses)


def _any_of(ref: str, clauses: tuple[Clause, ...]) -> Clause:
    return AnyOf(ref=ref, clauses=clauses)


COMPOSED: Mapping[str, Callable[[str, tuple[Clause, ...]], Clause]] = MappingProxyType(
    {AllOf.type: _all_of, AnyOf.type: _any_of}
)
"""By type, what makes a composed clause of a reference and its members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Simple):
    """A clause of a type, or with a field, that this version does not know.

    It is kept as it was written, so that the pact can be read, shown and verified; but nobody
    passes a clause that he cannot read, so it refuses everything.
    """

    families: ClassVar[frozenset[Family]] = frozenset()

    ref: str
    type: str
    content: Mapping[str, Value]
    """The fields other than type and ref, as decoded."""

    def __post_init__(self) -> None:
        checked_ref(self.ref)

    def __hash__(self) -> int:
        return hash((self.ref, self.type))

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal, whatever the passage."""
        return Refuse(code="pact.unknown_clause", clause=self.ref)

    def describe(self) -> Sentence:
        """Return the type as it is written."""
        return Sentence(key="pact.clause.unknown", parameters={"type": self.type})

    def body(self) -> Mapping[str, Encodable]:
        """Return the content as it was."""
        return self.content


def common(clauses: tuple[Clause, ...]) -> frozenset[BureauId] | None:
    """Return who may relay by every clause that speaks of it, None where none does."""
    said = [bureaus for clause in clauses if (bureaus := clause.relays()) is not None]
    return reduce(frozenset.intersection, said) if said else None
