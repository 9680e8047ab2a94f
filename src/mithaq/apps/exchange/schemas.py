"""What the machine API says of messages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Schema
from pydantic import PlainValidator


class Step(Schema):
    """One step of an envelope, with the receipt that proves it in base 64, if there is one."""

    state: str
    peer: str
    at: dt.datetime
    ground: str
    receipt: str | None


class Sent(Schema):
    """An envelope that left."""

    message_id: uuid.UUID
    audience: str
    via: str | None
    pact_id: str
    kind: str
    purpose: str
    subject: str
    sequence: int
    digest: str
    state: str
    accepted_at: dt.datetime
    expires_at: dt.datetime
    attempts: int
    last_fault: str


class SentInFull(Sent):
    """An envelope that left, with its evidence."""

    evidence: list[Step]


class Received(Schema):
    """An envelope that arrived."""

    message_id: uuid.UUID
    issuer: str
    via: str
    pact_id: str
    kind: str
    purpose: str
    subject: str
    sequence: int
    digest: str
    state: str
    ground: str
    clause: str
    received_at: dt.datetime
    settled_at: dt.datetime | None
    discharged: list[str]


class ReceivedInFull(Received):
    """An envelope that arrived, with the receipts that this bureau issued for it."""

    receipts: list[Step]


class Counts(Schema):
    """How many envelopes left, passed through and arrived, by state.

    `turned_away` counts what was not even taken in, by the code of its fault.
    """

    sent: dict[str, int]
    relayed: dict[str, int]
    received: dict[str, int]
    turned_away: dict[str, int]


class Released(Schema):
    """What became of a release: accepted, held or refused."""

    outcome: str
    message_id: uuid.UUID | None = None
    hold_id: uuid.UUID | None = None
    rules: list[str] = []
    ground: str = ""
    clause: str = ""


class Review(Schema):
    """What a second officer looked at: the digest of the screening, in hexadecimal."""

    digest: Annotated[bytes, PlainValidator(bytes.fromhex)]
