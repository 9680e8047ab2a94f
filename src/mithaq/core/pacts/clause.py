"""What every clause of a pact is: a small rule that refuses, or does not.

A clause never allows by itself. A pact allows a passage when no clause refuses it and each family
of rules that the passage demands is covered by a clause (see `decision`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from mithaq.core.cbor import Encodable
from mithaq.core.ids import BureauId
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.passage import Passage, Refuse

MAX_CODES = 512  # codes in one clause; the longest code list has fewer
_REF = re.compile(r"[a-z][a-z0-9-]{0,15}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}", re.ASCII)
_RESERVED = frozenset({"parties", "validity", "notices"})  # what `Refuse.clause` says of the rest


class Family(Enum):
    """What a clause is about. The value is the code under which it refuses."""

    PURPOSE = "pact.purpose"
    KIND = "pact.record_kind"
    HANDLING = "pact.handling"
    RETENTION = "pact.retention"
    OFFENCE = "pact.offence"
    PERSON_CATEGORY = "pact.person_category"
    RELAY = "pact.relay"
    ONWARD = "pact.onward"
    TLP = "pact.tlp"
    FIELD = "pact.field"
    QUOTA = "pact.quota"
    DEADLINE = "pact.deadline"
    DIRECTION = "pact.direction"


ALWAYS_DEMANDED = (Family.PURPOSE, Family.KIND, Family.HANDLING, Family.RETENTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Codes of a published list, to be shown by their labels."""

    list: str
    codes: tuple[str, ...]


Parameter: TypeAlias = int | str | dt.datetime | tuple[str, ...] | Codes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a clause says: the key of a message and what to put into it."""

    key: str
    parameters: Mapping[str, Parameter]


class Clause(Protocol):
    """One rule of a pact. Pure: the same passage and instant give the same verdict for ever."""

    @property
    def ref(self) -> str:
        """The name by which a decision refers to the clause, unique in its pact."""

    @property
    def type(self) -> str:
        """The code of the kind of clause, as written in the canonical form."""

    @property
    def families(self) -> frozenset[Family]:
        """The families that the clause decides for every passage it does not refuse."""

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return the refusal of `passage`, or None where the clause has nothing against it."""

    def describe(self) -> Sentence:
        """Return what the clause says, to be put into words elsewhere."""

    def body(self) -> Mapping[str, Encodable]:
        """Return the fields of the canonical form other than type and ref."""

    def members(self) -> tuple[Clause, ...]:
        """Return the clauses inside this one; empty for all but the composed."""

    def relays(self) -> frozenset[BureauId] | None:
        """Return who may relay as far as this clause goes; None where it does not say."""


class Simple:
    """What the clauses share that hold no others and say nothing of relays."""

    __slots__ = ()

    def members(self) -> tuple[Clause, ...]:
        """Return nothing: no clause stands inside this one."""
        return ()

    def relays(self) -> frozenset[BureauId] | None:
        """Return None: this clause does not say who may relay."""
        return None


def value_of(clause: Clause) -> dict[str, Encodable]:
    """Return the canonical form of `clause`, ready to be encoded."""
    return {"type": clause.type, "ref": clause.ref, **clause.body()}


def order(clause: Clause) -> tuple[int, str]:
    """Return the place of `clause` among its neighbours: c2 stands before c10."""
    return len(clause.ref), clause.ref


def checked_ref(ref: str) -> None:
    """Refuse what cannot be the reference of a clause.

    Raises:
        MalformedPact: not a small letter and up to 15 letters, digits and hyphens, or reserved.
    """
    if _REF.fullmatch(ref) is None or ref in _RESERVED:
        raise MalformedPact(f"{ref!r} is no reference of a clause")


def checked_codes(ref: str, codes: Iterable[str]) -> None:
    """Refuse an empty set of codes, too large a one, and what has not the form of a code.

    An empty set is refused because it reads like "anything" and would mean "nothing".

    Raises:
        MalformedPact: as said above.
    """
    found = tuple(codes)
    if not 0 < len(found) <= MAX_CODES:
        raise MalformedPact(f"clause {ref}: no codes, or more than {MAX_CODES}")
    if not all(_CODE.fullmatch(code) for code in found):
        raise MalformedPact(f"clause {ref}: not the form of a code")
