"""Methods, bundles and officers of the methods desk, with fictional content."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from pydantic import JsonValue

from mithaq.apps.people.models import Assignment, Officer
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.ids import BureauId, MessageId, make_urn
from mithaq.core.records import Arrival
from mithaq.core.records.method import (
    CounterMeasure,
    Loss,
    Method,
    Phase,
    Reference,
    Relation,
    Step,
    Supplier,
    Translation,
    Victims,
)

CREATED = dt.datetime(2026, 9, 1, 8, 30, tzinfo=dt.UTC)
MODIFIED = dt.datetime(2026, 9, 2, 8, 30, 0, 125_000, tzinfo=dt.UTC)
RETAIN_UNTIL = dt.datetime(2028, 9, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
PATTERN = "attack-pattern--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e01"
OTHER = "attack-pattern--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e02"


class Changes(TypedDict, total=False):
    """The fields of a method that tests change."""

    key: uuid.UUID
    modified: dt.datetime
    title: str
    language: str
    description: str
    aliases: tuple[str, ...]
    translations: tuple[Translation, ...]
    offences: tuple[str, ...]
    stages: tuple[str, ...]
    phases: tuple[Phase, ...]
    objects: tuple[str, ...]
    devices: tuple[str, ...]
    concealment: tuple[str, ...]
    route: tuple[Step, ...]
    victims: tuple[Victims, ...]
    losses: tuple[Loss, ...]
    counter_measures: tuple[CounterMeasure, ...]
    supplier: Supplier | None
    handling: str | None
    tlp: str | None
    expires: dt.datetime | None
    confidence: int | None
    labels: tuple[str, ...]
    references: tuple[Reference, ...]
    relations: tuple[Relation, ...]
    statements: tuple[str, ...]
    created_by: uuid.UUID | None
    foreign: Mapping[str, JsonValue]
    extra: Mapping[str, JsonValue]


def method(**changes: Unpack[Changes]) -> Method:
    """Return a small method; `changes` replace its fields."""
    plain = Method(
        key=uuid.UUID(PATTERN[-36:]),
        created=CREATED,
        modified=MODIFIED,
        title="False parcel text message",
        language="en",
        handling="h0",
        tlp="green",
        source_grade="b",
        information_grade="2",
        offences=("online-scam",),
    )
    return replace(plain, **changes)


def rich_method() -> Method:
    """Return a method whose every field holds something."""
    return method(
        description="A text message about a parcel on hold, with a link.",
        aliases=("parcel scam",),
        translations=(
            Translation(language="ar", title="رسالة طرد وهمي", description="رابط إلى صفحة مقلدة"),
            Translation(language="fr", title="SMS de faux colis"),
        ),
        stages=("approach", "execution"),
        phases=(Phase(chain="other-chain", name="lure"),),
        objects=("a short link",),
        devices=("sim-box", "fake-website"),
        concealment=("digital",),
        route=(Step(role="transit", country="XC", place="a harbour", transport="ferry"),),
        victims=(Victims(kind="older-persons", count=12), Victims(kind="general-public")),
        losses=(Loss(amount=1_250_00, currency="XTS"),),
        counter_measures=(CounterMeasure(code="public-warning", text="posters"),),
        supplier=Supplier(kind="bulk-sms", name="Example Bulk (fictional)", nature="firm"),
        expires=RETAIN_UNTIL,
        confidence=80,
        labels=("sample",),
        references=(
            Reference(source="sample", url="https://example.org/1", hashes={"SHA-256": "ab" * 32}),
        ),
        relations=(Relation(kind="related-to", target=uuid.UUID(OTHER[-36:])),),
        statements=("Copyright of nobody.",),
        created_by=uuid.UUID("6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e09"),
        foreign={"x_other": ["kept", 1.5]},
        extra={"added_later": {"kept": True}},
    )


def pattern(**changes: JsonValue) -> JsonObject:
    """Return a plain STIX attack-pattern; None among `changes` takes a field out."""
    plain: JsonObject = {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": PATTERN,
        "created": "2026-09-01T08:30:00.000Z",
        "modified": "2026-09-02T08:30:00.125Z",
        "name": "False parcel text message",
    }
    merged = {**plain, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def bundle(*objects: JsonObject) -> bytes:
    """Return the bundle of `objects`."""
    found = {"type": "bundle", "id": f"bundle--{PATTERN[-36:]}", "objects": list(objects)}
    return json.dumps(found).encode()


def arrival(
    *,
    record: Method | None = None,
    version: int = 1,
    issuer: str = "XB",
    owner: str | None = None,
    key: uuid.UUID | None = None,
) -> Arrival:
    """Return a method that `issuer` sent, named by `owner` (the issuer if None)."""
    found = record or method()
    return Arrival(
        record=found,
        urn=make_urn(bureau=BureauId(owner or issuer), kind="method", key=key or found.key),
        version=version,
        issuer=BureauId(issuer),
        message_id=MessageId(bytes(range(16))),
        pact_id="urn:mithaq:XS:pact:6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eff",
        purpose="share-method",
        retain_until=RETAIN_UNTIL,
    )


def officer(*roles: str, username: str = "methods", desk: str = "methods") -> Officer:
    """Return a stored officer with `roles` at `desk`."""
    found = Officer.objects.create(username=username, pseudonym=f"o-{username}")
    Assignment.objects.bulk_create(Assignment(officer=found, desk=desk, role=one) for one in roles)
    return found
