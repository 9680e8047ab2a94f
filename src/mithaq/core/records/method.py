"""The method record: how a kind of crime is done (modus operandi), and what stops it.

It describes conduct, not persons: victims are kinds, places are not addresses. One field may
name somebody, `supplier.name`, and whoever discloses it needs a second officer. A method is a
STIX 2.1 attack-pattern at the doors (`mithaq.core.formats.stix`) and its canonical JSON in the
database (`mithaq.core.records.body`). Source: docs/reference/method-record.md.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue

from mithaq.core.records import coded
from mithaq.core.records.facts import RecordFacts, Text

KIND = "method"
SUPPLIER_CATEGORIES = frozenset(
    {"associate", "charged", "convicted", "person-of-interest", "suspect", "wanted"}
)
_STRICT = ConfigDict(extra="forbid")
_Listed = Field(max_length=coded.MAX_ITEMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place or a step of the route: its role, a country, a place that is no address."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    role: coded.RouteRoleCode
    country: coded.Country | None = None
    place: coded.OptionalText = ""
    transport: coded.TransportCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Victims:
    """A group that the method aims at, with how many are known; None where nobody counted."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: coded.VictimCode
    count: coded.Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What is known to be lost, in minor units of an ISO 4217 currency."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    amount: coded.Amount
    currency: coded.Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterMeasure:
    """What was done against the method; the text is in the language of the record."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: coded.CounterMeasureCode
    text: coded.OptionalText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who supplies or enables the method.

    `name` is empty unless a person or a firm is named; `nature` then says which of the two, and
    `category` (list person-category) in which role a named person stands: one of
    `SUPPLIER_CATEGORIES`, for nobody's victim or witness supplies.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: coded.SupplierCode
    name: coded.OptionalText = ""
    nature: Literal["person", "firm"] | None = None
    category: coded.PersonCategoryCode | None = None

    def __post_init__(self) -> None:
        if self.is_named() and self.nature is None:
            raise ValueError("a named supplier is a person or a firm")
        if self.nature == "person" and self.category not in SUPPLIER_CATEGORIES:
            raise ValueError(f"a named person is one of {', '.join(sorted(SUPPLIER_CATEGORIES))}")

    def is_named(self) -> bool:
        """Return whether a person or a firm is named."""
        return bool(self.name.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Title and description in a further language; what is empty was not translated."""

    language: coded.Language
    title: coded.OptionalTitle = ""
    description: coded.LongText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of somebody's kill chain, kept as it came."""

    chain: coded.ShortText
    name: coded.ShortText


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A source outside: one of `url`, `external_id` and `description` is there."""

    source: coded.ShortText
    url: coded.LongText = ""
    external_id: coded.OptionalText = ""
    description: coded.LongText = ""
    hashes: Mapping[coded.ShortText, coded.ShortText] = field(default_factory=dict)

    def names(self) -> Iterator[str]:
        """Return the texts of no language: the source's name, its addresses and its hashes."""
        yield from (self.source, self.url, self.external_id)
        yield from (*self.hashes, *self.hashes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A tie to another method, such as "subtechnique-of"."""

    kind: coded.ShortText
    target: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One version of a method. All instants are aware UTC; order of lists is kept.

    `statements` are the words of statement markings, such as a copyright; `created_by` is the
    key of the STIX identity that made it. `tlp`, `handling` and the grades are None where the source did not say. `foreign` holds
    properties of others that we do not understand, `extra` fields of our extension that a newer
    version added: both come back out as they went in.
    """

    key: uuid.UUID
    created: dt.datetime
    modified: dt.datetime
    title: coded.Title
    language: coded.Language
    description: coded.LongText = ""
    aliases: Annotated[tuple[coded.ShortText, ...], _Listed] = ()
    translations: Annotated[tuple[Translation, ...], _Listed] = ()
    offences: Annotated[tuple[coded.OffenceCode, ...], _Listed] = ()
    stages: Annotated[tuple[coded.StageCode, ...], _Listed] = ()
    phases: Annotated[tuple[Phase, ...], _Listed] = ()
    objects: Annotated[tuple[coded.ShortText, ...], _Listed] = ()
    devices: Annotated[tuple[coded.DeviceCode, ...], _Listed] = ()
    concealment: Annotated[tuple[coded.ConcealmentCode, ...], _Listed] = ()
    route: Annotated[tuple[Step, ...], _Listed] = ()
    victims: Annotated[tuple[Victims, ...], _Listed] = ()
    losses: Annotated[tuple[Loss, ...], _Listed] = ()
    counter_measures: Annotated[tuple[CounterMeasure, ...], _Listed] = ()
    supplier: Supplier | None = None
    source_grade: coded.SourceGradeCode | None = None
    information_grade: coded.InformationGradeCode | None = None
    handling: coded.HandlingCode | None = None
    tlp: coded.TlpCode | None = None
    expires: dt.datetime | None = None
    confidence: coded.Percent | None = None
    revoked: bool = False
    labels: Annotated[tuple[coded.ShortText, ...], _Listed] = ()
    references: Annotated[tuple[Reference, ...], _Listed] = ()
    relations: Annotated[tuple[Relation, ...], _Listed] = ()
    statements: Annotated[tuple[coded.LongText, ...], _Listed] = ()
    created_by: uuid.UUID | None = None
    foreign: Mapping[str, JsonValue] = field(default_factory=dict)
    extra: Mapping[str, JsonValue] = field(default_factory=dict)

    def facts(self) -> RecordFacts:
        """Return what gate and pacts may ask of it.

        `minors` is whether the method aims at minors; it is None while no victims are stated.
        The record concerns no person, so `person_categories` is empty: a person named as
        supplier is told by `named_supplier`, for which the gate has a rule of its own.
        """
        supplier = self.supplier
        return RecordFacts(
            kind=KIND,
            language=self.language,
            offences=frozenset(self.offences),
            minors=any(one.kind == "minors" for one in self.victims) if self.victims else None,
            fields=frozenset(self._filled()),
            handling=self.handling or "",
            tlp=self.tlp or "",
            source_grade=self.source_grade or "",
            information_grade=self.information_grade or "",
            texts=tuple(self._texts()),
            named_supplier=supplier is not None and supplier.is_named(),
        )

    def _filled(self) -> Iterator[str]:
        for name in _DISCLOSED:
            if getattr(self, name):
                yield name
        if self.supplier is not None and self.supplier.is_named():
            yield "supplier.name"

    def _texts(self) -> Iterator[Text]:
        pieces: list[tuple[str, str, str]] = [
            ("title", self.language, self.title),
            ("description", self.language, self.description),
        ]
        pieces += [("aliases", self.language, alias) for alias in self.aliases]
        pieces += [("objects", self.language, item) for item in self.objects]
        pieces += [("labels", self.language, label) for label in self.labels]
        pieces += [("route", self.language, step.place) for step in self.route]
        pieces += [("counter_measures", self.language, one.text) for one in self.counter_measures]
        pieces += [("statements", self.language, words) for words in self.statements]
        pieces += [("references", self.language, one.description) for one in self.references]
        pieces += [("references", "und", text) for one in self.references for text in one.names()]
        pieces += [("phases", "und", text) for one in self.phases for text in (one.chain, one.name)]
        pieces += [("relations", "und", one.kind) for one in self.relations]
        for other in self.translations:
            pieces.append(("title", other.language, other.title))
            pieces.append(("description", other.language, other.description))
        if self.supplier is not None:
            pieces.append(("supplier.name", self.language, self.supplier.name))
        pieces += [("foreign", "und", text) for text in _strings([self.foreign, self.extra])]
        yield from (
            Text(field=name, language=lang, value=text) for name, lang, text in pieces if text
        )


# What a pact's clause on fields may name; the rest is bookkeeping that every method carries.
_DISCLOSED = (
    "title",
    "description",
    "aliases",
    "translations",
    "offences",
    "stages",
    "phases",
    "objects",
    "devices",
    "concealment",
    "route",
    "victims",
    "losses",
    "counter_measures",
    "supplier",
    "references",
    "relations",
    "statements",
    "foreign",
    "extra",
)


def _strings(values: list[Mapping[str, JsonValue]]) -> Iterator[str]:
    """Yield every text inside `values`, names of fields included: nothing leaves unscreened."""
    waiting: list[object] = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
