"""What the machine API says of holds and refusals."""

from __future__ import annotations

import datetime as dt
import uuid

from ninja import Schema


class Waiting(Schema):
    """A disclosure that waits for a second officer; `digest` is that of its screening."""

    id: uuid.UUID
    subject: str
    desk: str
    kind: str
    purpose: str
    peer: str
    pact: str
    digest: str
    reasons: list[str]
    requested_by: str
    requested_at: dt.datetime
    state: str


class Rejection(Schema):
    """Why a second officer refuses: a code of the list refusal-ground."""

    ground: str


class Count(Schema):
    """How often a stage refused on a ground."""

    stage: str
    ground: str
    times: int
