"""Methods from a STIX file: all of it, or nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import connection, transaction

from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.apps.methods.actions import indexing, rows
from mithaq.apps.methods.actions.rows import Row
from mithaq.apps.methods.models import Method
from mithaq.apps.methods.permissions import check_may_change
from mithaq.apps.people.models import Officer
from mithaq.core import ids
from mithaq.core.formats import stix
from mithaq.core.ids import BureauId, Urn
from mithaq.core.records import body
from mithaq.core.records.method import KIND
from mithaq.core.records.method import Method as MethodRecord
from mithaq.core.workflow import METHOD, MethodAct, MethodState

CHUNK = 500  # rows a statement
CREATED = "record-created"
_LOCK = 0x6D_65_74_68  # one import at a time: two of the same file must not both find it new
RETENTION = dt.timedelta(days=5 * 365)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the importing bureau says of methods whose source left it open.

    The defaults are cautious: a source that cannot be assessed, for the community only.
    """

    handling: str = "h0"
    tlp: str = "green"
    source_grade: str = "x"
    information_grade: str = "4"
    retention: dt.timedelta = RETENTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A method of the file that changed nothing, and why: older, conflicting, withdrawn."""

    urn: Urn
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `passed_over` counts objects of the file by type."""

    new: tuple[Urn, ...]
    changed: tuple[Urn, ...]
    unchanged: int
    left: tuple[Left, ...]
    passed_over: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A row to write and what the journal calls it."""

    row: Row
    event: str


@dataclass(slots=True)
class _Tally:
    """What an import has done so far."""

    new: list[Urn] = field(default_factory=list)
    changed: list[Urn] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    unchanged: int = 0

    def add(self, found: Sequence[_Change | Left | None]) -> None:
        for one in found:
            if one is None:
                self.unchanged += 1
            elif isinstance(one, Left):
                self.left.append(one)
            else:
                (self.new if one.event == CREATED else self.changed).append(one.row.urn)

    def told(self, *, passed_over: Mapping[str, int]) -> Imported:
        return Imported(
            new=tuple(self.new),
            changed=tuple(self.changed),
            unchanged=self.unchanged,
            left=tuple(self.left),
            passed_over=passed_over,
        )


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def import_bundle(
    *,
    data: bytes,
    by: Officer,
    at: dt.datetime,
    terms: Terms | None = None,
    progress: Progress = _silent,
) -> Imported:
    """Take in the methods of the STIX bundle `data` as the bureau's own.

    `progress` is called with what is being done ("read", "checked", "stored"), how many
    objects that is done for, and their number.

    Raises:
        PermissionDenied: `by` may not write methods.
        Refused: the file has a fault; nothing of it was imported.
    """
    check_may_change(by)
    bundle = stix.read_bundle(data, progress=partial(progress, "read"))
    stix.check_with_stix2(bundle.objects, progress=partial(progress, "checked"))
    return _store(bundle, terms=terms or Terms(), by=by, at=at, progress=progress)


@transaction.atomic
def _store(
    bundle: stix.Bundle, *, terms: Terms, by: Officer, at: dt.datetime, progress: Progress
) -> Imported:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    me = keys.me()
    tally = _Tally()
    total = len(bundle.methods)
    for start in range(0, total, CHUNK):
        chunk = bundle.methods[start : start + CHUNK]
        held = _held(chunk, me=me)
        found = [
            _compare(record, held=held.get(record.key), terms=terms, me=me, at=at)
            for record in chunk
        ]
        _write([one for one in found if isinstance(one, _Change)], by=by, at=at)
        tally.add(found)
        progress("stored", min(start + CHUNK, total), total)
    return tally.told(passed_over=bundle.passed_over)


def _held(chunk: Sequence[MethodRecord], *, me: BureauId) -> dict[uuid.UUID, Method]:
    urns = [_urn(record, me=me) for record in chunk]
    found = Method.objects.select_for_update().defer("body", "search").filter(urn__in=urns)
    return {row.key: row for row in found.order_by("id")}


def _compare(
    record: MethodRecord, *, held: Method | None, terms: Terms, me: BureauId, at: dt.datetime
) -> _Change | Left | None:
    """Return the change that `record` makes, why it makes none, or None if all is as it was."""
    urn = _urn(record, me=me)
    if held is None:
        state = METHOD.next(METHOD.initial, MethodAct.COMPLETE)
        row = _row(
            record, key=rows.new_id(at=at), version=1, state=state, terms=terms, me=me, at=at
        )
        return _Change(row=row, event=CREATED)
    if record.modified < held.modified_at:
        return Left(urn=urn, reason="older")
    if record.modified == held.modified_at:
        same = bytes(held.source_digest) == rows.digest_of(record)
        return None if same else Left(urn=urn, reason="conflicting")
    if not METHOD.allows(MethodState(held.state), MethodAct.REVISE):
        return Left(urn=urn, reason=held.state)
    revised = METHOD.row(MethodState(held.state), MethodAct.REVISE)
    row = _row(
        record,
        key=held.id,
        version=held.version + 1,
        state=revised.target,
        terms=terms,
        me=me,
        at=at,
    )
    return _Change(row=row, event=revised.event)


def _row(
    record: MethodRecord,
    *,
    key: uuid.UUID,
    version: int,
    state: MethodState,
    terms: Terms,
    me: BureauId,
    at: dt.datetime,
) -> Row:
    completed = _completed(record, terms=terms)
    content = body.to_bytes(completed)
    longest = at + terms.retention
    return Row(
        id=key,
        urn=_urn(record, me=me),
        version=version,
        state=METHOD.next(state, MethodAct.WITHDRAW) if record.revoked else state,
        record=completed,
        stored_at=at,
        retain_until=longest if record.expires is None else min(record.expires, longest),
        content=content,
        digest=rows.digest_of(completed),
        source_digest=rows.digest_of(record),
    )


def _completed(record: MethodRecord, *, terms: Terms) -> MethodRecord:
    return replace(
        record,
        handling=record.handling or terms.handling,
        tlp=record.tlp or terms.tlp,
        source_grade=record.source_grade or terms.source_grade,
        information_grade=record.information_grade or terms.information_grade,
    )


def _write(changes: Sequence[_Change], *, by: Officer, at: dt.datetime) -> None:
    rows.insert([one.row for one in changes if one.event == CREATED])
    rows.replace([one.row for one in changes if one.event != CREATED], at=at)
    journal.record_many(
        [
            journal.NewEntry(kind=one.event, actor=by.pseudonym, subject=one.row.urn, at=at)
            for one in changes
        ]
    )
    indexing.index([one.row.id for one in changes])


def _urn(record: MethodRecord, *, me: BureauId) -> Urn:
    return ids.make_urn(bureau=me, kind=KIND, key=record.key)
