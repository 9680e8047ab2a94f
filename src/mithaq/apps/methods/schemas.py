"""What the machine API says of methods."""

from __future__ import annotations

import datetime as dt
import uuid

from ninja import Schema
from pydantic import JsonValue


class Outline(Schema):
    """A method in a list."""

    urn: str
    origin: str
    version: int
    state: str
    title: str
    language: str
    offences: list[str]
    stages: list[str]
    tlp: str
    handling: str
    source_grade: str
    information_grade: str
    named_supplier: bool
    modified_at: dt.datetime
    stored_at: dt.datetime
    retain_until: dt.datetime
    pact: str
    purpose: str
    message_id: uuid.UUID | None


class InFull(Outline):
    """A method with its whole record in canonical form."""

    body: dict[str, JsonValue]


class Listing(Schema):
    """A page of a list; `cursor` asks for the next one and is empty at the end."""

    methods: list[Outline]
    cursor: str


class Narrowed(Schema):
    """What a list is narrowed to; what is empty narrows nothing."""

    search: str = ""
    offence: str = ""
    stage: str = ""
    tlp: str = ""
    state: str = ""
    origin: str = ""
    own: bool | None = None


class Sharing(Schema):
    """With whom a method is shared, under which pact, and why."""

    audience: str
    pact_id: str
    purpose: str
    necessity: str
    case_reference: str
    urgency: str | None = None


class Outcome(Schema):
    """What became of it: accepted, held or refused."""

    outcome: str
    message_id: uuid.UUID | None = None
    hold_id: uuid.UUID | None = None
    rules: list[str] = []
    ground: str = ""
    clause: str = ""


class Left(Schema):
    """A method of the file that changed nothing, and why: older, conflicting, withdrawn."""

    urn: str
    reason: str


class Imported(Schema):
    """What an import did."""

    new: list[str]
    changed: list[str]
    unchanged: int
    left: list[Left]
    passed_over: dict[str, int]
