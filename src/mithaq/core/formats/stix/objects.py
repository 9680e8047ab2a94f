"""The STIX objects that mean something to us, as pydantic reads them.

Stricter than the library: instants have at most six digits after the second and end in "Z",
`null` stands nowhere, numbers are not text, and a property that nobody declared is a fault.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from mithaq.core.formats.stix.parsing import check_foreign
from mithaq.core.records import coded
from mithaq.core.records.method import CounterMeasure, Loss, Step, Supplier, Victims

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_ID = re.compile(
    r"([a-z][a-z0-9-]{1,62})"
    r"--([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})",
    re.ASCII,
)
_Listed = Field(max_length=coded.MAX_ITEMS)


def type_of(text: str) -> str | None:
    """Return the type that the STIX id `text` names, or None if it is no id.

    The UUID is in lower case and of the variant of RFC 9562.
    """
    match = _ID.fullmatch(text)
    return None if match is None else match[1]


def key_of(text: str) -> uuid.UUID:
    """Return the UUID of the checked STIX id `text`."""
    return uuid.UUID(text[-36:])


def instant_of(value: object) -> dt.datetime:
    """Return the aware UTC instant that STIX wrote as `value`.

    Raises:
        ValueError: not a calendar instant of the form asked for.
    """
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return dt.datetime.fromisoformat(value)
    raise ValueError('not an instant such as "2026-11-21T08:30:00.000Z"')


def _reference(value: str) -> str:
    if type_of(value) is None:
        raise ValueError("not an identifier of the form type--uuid")
    return value


def _attack_pattern(value: str) -> str:
    if type_of(value) != "attack-pattern":
        raise ValueError("not the identifier of an attack-pattern")
    return value


def _foreign(value: JsonValue) -> JsonValue:
    check_foreign(value)
    return value


Instant = Annotated[dt.datetime, BeforeValidator(instant_of)]
StixId = Annotated[str, AfterValidator(_reference)]
AttackPatternId = Annotated[str, AfterValidator(_attack_pattern)]
Url = Annotated[
    str, StringConstraints(max_length=2_000, pattern=r"^(?:https?|ftp)://[\x21-\uffff]+$")
]
Flag = Annotated[bool, Field(strict=True)]
Foreign = Annotated[JsonValue, AfterValidator(_foreign)]


class KillChainPhase(BaseModel):
    """STIX 2.1 section 2.9."""

    model_config = ConfigDict(extra="forbid")

    kill_chain_name: coded.ShortText
    phase_name: coded.ShortText


class ExternalReference(BaseModel):
    """STIX 2.1 section 2.5."""

    model_config = ConfigDict(extra="forbid")

    source_name: coded.ShortText
    url: Url = ""
    external_id: coded.OptionalText = ""
    description: coded.LongText = ""
    hashes: Annotated[
        dict[coded.ShortText, coded.ShortText], Field(max_length=10, default_factory=dict)
    ]

    def says_something(self) -> bool:
        """Return whether one of the three properties of which STIX asks for one is there."""
        return bool(self.url or self.external_id or self.description)


class AttackPattern(BaseModel):
    """STIX 2.1 section 4.1; `model_extra` holds what others added."""

    model_config = ConfigDict(extra="allow")

    id: AttackPatternId
    created: Instant
    modified: Instant
    name: coded.Title
    description: coded.LongText = ""
    aliases: Annotated[tuple[coded.ShortText, ...], _Listed] = ()
    kill_chain_phases: Annotated[tuple[KillChainPhase, ...], _Listed] = ()
    revoked: Flag = False
    labels: Annotated[tuple[coded.ShortText, ...], _Listed] = ()
    confidence: coded.Percent | None = None
    lang: coded.Language = "en"
    external_references: Annotated[tuple[ExternalReference, ...], _Listed] = ()
    object_marking_refs: Annotated[tuple[StixId, ...], _Listed] = ()
    created_by_ref: StixId | None = None
    extensions: Annotated[dict[str, Foreign], Field(max_length=20, default_factory=dict)]


class RelationTo(BaseModel):
    """A tie to another method, inside our extension."""

    model_config = ConfigDict(extra="forbid")

    kind: coded.ShortText
    target: AttackPatternId


class Extension(BaseModel):
    """Our extension of the attack-pattern; `model_extra` holds what a newer version added."""

    model_config = ConfigDict(extra="allow")

    extension_type: Literal["property-extension"]
    offences: Annotated[tuple[coded.OffenceCode, ...], _Listed] = ()
    stages: Annotated[tuple[coded.StageCode, ...], _Listed] = ()
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
    expires: Instant | None = None
    relations: Annotated[tuple[RelationTo, ...], _Listed] = ()
    foreign: Annotated[dict[str, Foreign], Field(default_factory=dict)]


class Relationship(BaseModel):
    """STIX 2.1 section 5.1, as far as it ties methods together."""

    relationship_type: coded.ShortText
    source_ref: StixId
    target_ref: StixId


class Words(BaseModel):
    """What of an attack-pattern is translated."""

    model_config = ConfigDict(extra="forbid")

    name: coded.OptionalTitle = ""
    description: coded.LongText = ""


class LanguageContent(BaseModel):
    """STIX 2.1 section 7.1; other types than attack-pattern are not translated."""

    object_ref: AttackPatternId
    object_modified: Instant | None = None
    contents: Annotated[dict[coded.Language, Words], Field(min_length=1, max_length=100)]


class Statement(BaseModel):
    """The words of a statement marking (STIX 2.1 section 7.2.1.3)."""

    model_config = ConfigDict(extra="forbid")

    statement: Annotated[coded.LongText, StringConstraints(min_length=1)]
