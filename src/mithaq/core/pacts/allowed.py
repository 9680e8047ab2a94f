"""Clauses that list what is allowed; everything else is refused."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mithaq.core.cbor import Encodable
from mithaq.core.pacts.clause import (
    Codes,
    Family,
    Sentence,
    Simple,
    checked_codes,
    checked_ref,
)
from mithaq.core.pacts.passage import Passage, Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed(Simple, ABC):
    """A closed set of codes. What the passage presents must lie inside it."""

    type: ClassVar[str]
    families: ClassVar[frozenset[Family]]
    codelist: ClassVar[str]

    ref: str
    allowed: frozenset[str]
    refusal: Refuse = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        checked_codes(self.ref, self.allowed)
        (family,) = self.families
        object.__setattr__(self, "refusal", Refuse(code=family.value, clause=self.ref))

    @abstractmethod
    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless what the passage presents is listed."""

    def describe(self) -> Sentence:
        """Return the key of the type with the codes of its list."""
        codes = Codes(list=self.codelist, codes=tuple(sorted(self.allowed)))
        return Sentence(key=f"pact.clause.{self.type}", parameters={"allowed": codes})

    def body(self) -> Mapping[str, Encodable]:
        """Return the allowed codes, sorted."""
        return {"allowed": sorted(self.allowed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purposes(Allowed):
    """The purposes for which a record may pass."""

    type: ClassVar[str] = "purposes"
    families: ClassVar[frozenset[Family]] = frozenset({Family.PURPOSE})
    codelist: ClassVar[str] = "purpose"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless the purpose is listed."""
        return None if passage.purpose in self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds(Allowed):
    """The kinds of record that may pass."""

    type: ClassVar[str] = "kinds"
    families: ClassVar[frozenset[Family]] = frozenset({Family.KIND})
    codelist: ClassVar[str] = "record-kind"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless the kind is listed."""
        return None if passage.kind in self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling(Allowed):
    """The handling codes that this pact can honour."""

    type: ClassVar[str] = "handling"
    families: ClassVar[frozenset[Family]] = frozenset({Family.HANDLING})
    codelist: ClassVar[str] = "handling"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless the handling code is listed."""
        return None if passage.handling in self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tlp(Allowed):
    """The markings of the Traffic Light Protocol under which a record may pass.

    A record without a marking is refused: under a pact that asks for markings it has to bear one.
    """

    type: ClassVar[str] = "tlp"
    families: ClassVar[frozenset[Family]] = frozenset({Family.TLP})
    codelist: ClassVar[str] = "tlp"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless the marking is listed."""
        return None if passage.tlp in self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Offences(Allowed):
    """The categories of offence that the cooperation is about, every one of them by name.

    A category covers its children when the pact is drafted, and the children are then written
    out: an offence that is added to the list later is not covered by a pact signed before.
    """

    type: ClassVar[str] = "offences"
    families: ClassVar[frozenset[Family]] = frozenset({Family.OFFENCE})
    codelist: ClassVar[str] = "offence"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless every offence that the record names is listed."""
        return None if passage.offences <= self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCategories(Allowed):
    """The categories of person whose data may pass."""

    type: ClassVar[str] = "person-categories"
    families: ClassVar[frozenset[Family]] = frozenset({Family.PERSON_CATEGORY})
    codelist: ClassVar[str] = "person-category"

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless every category of person in the record is listed."""
        return None if passage.person_categories <= self.allowed else self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields(Allowed):
    """The fields that a record of one kind may fill; records of other kinds are not concerned."""

    type: ClassVar[str] = "fields"
    families: ClassVar[frozenset[Family]] = frozenset({Family.FIELD})
    codelist: ClassVar[str] = ""

    kind: str

    def __post_init__(self) -> None:
        Allowed.__post_init__(self)
        checked_codes(self.ref, (self.kind,))

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal when a record of this kind fills any other field."""
        if passage.kind != self.kind or passage.fields <= self.allowed:
            return None
        return self.refusal

    def describe(self) -> Sentence:
        """Return the kind and the names of its fields."""
        kind = Codes(list="record-kind", codes=(self.kind,))
        fields = tuple(sorted(self.allowed))
        return Sentence(
            key=f"pact.clause.{self.type}", parameters={"kind": kind, "allowed": fields}
        )

    def body(self) -> Mapping[str, Encodable]:
        """Return the kind and the allowed fields, sorted."""
        return {"kind": self.kind, "allowed": sorted(self.allowed)}
