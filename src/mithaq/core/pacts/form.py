"""Clauses in canonical form: a map with `type`, `ref` and the fields of the type.

Invariants: what is read and written again is the same, byte for byte (the pact compares); a type
or a field that is not known here makes the clause an `Unknown`, which refuses, never a clause
with a part left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mithaq.core import cbor
from mithaq.core.clock import Period, from_seconds
from mithaq.core.ids import BureauId
from mithaq.core.pacts import allowed
from mithaq.core.pacts.clause import MAX_CODES, Clause
from mithaq.core.pacts.composed import COMPOSED, Unknown
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.limits import MAX_DAYS, MAX_QUOTA, Deadlines, Quota, Retention, Validity
from mithaq.core.pacts.ways import Directions, OnwardRule, OnwardTransfer, Relay

MAX_CLAUSES = 64  # beside each other; a pact with more is not read by people either
MAX_NESTING = 4  # composites inside each other
_LONGEST_SPAN = MAX_DAYS * 86_400  # seconds

_Reader = Callable[[str, cbor.Fields], Clause]


def read_clauses(fields: cbor.Fields, *, depth: int = 0) -> tuple[Clause, ...]:
    """Return the clauses of the field `clauses`.

    Raises:
        MalformedPact: too many, nested too deeply, or one of them is not well formed.
    """
    if depth > MAX_NESTING:
        raise MalformedPact("clauses are nested too deeply")
    values = fields.array("clauses", longest=MAX_CLAUSES)
    return tuple(_clause(value, depth=depth) for value in values)


def read_period(fields: cbor.Fields) -> Period:
    """Return the period of the fields `starts_at` and `ends_at`.

    Raises:
        MalformedPact: they are not seconds of a calendar date; null is an open end only.
    """
    ends_at = fields.take("ends_at")
    return Period(
        starts_at=instant_of(fields.take("starts_at")),
        ends_at=None if ends_at is None else instant_of(ends_at),
    )


def instant_of(value: cbor.Value) -> dt.datetime:
    """Return the instant of a number of seconds.

    Raises:
        MalformedPact: it is not a number of a calendar date since 1970.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedPact("an instant is not a number of seconds")
    try:
        return from_seconds(value)
    except ValueError as fault:
        raise MalformedPact("an instant is no calendar date") from fault


def _clause(value: cbor.Value, *, depth: int) -> Clause:
    fields = cbor.Fields(value, fault=MalformedPact)
    ref, kind = fields.text("ref"), fields.text("type")
    content = _text_keys(fields.rest())
    if kind in COMPOSED:
        clause = COMPOSED[kind](ref, read_clauses(fields, depth=depth + 1))
    elif kind in _READERS:
        clause = _READERS[kind](ref, fields)
    else:
        return Unknown(ref=ref, type=kind, content=content)
    if fields.rest():
        return Unknown(ref=ref, type=kind, content=content)
    return clause


def _text_keys(content: Mapping[cbor.Key, cbor.Value]) -> dict[str, cbor.Value]:
    found = {key: value for key, value in content.items() if isinstance(key, str)}
    if len(found) < len(content):
        raise MalformedPact("a field of a clause is not named by a text")
    return found


def _codes(fields: cbor.Fields, key: str = "allowed") -> frozenset[str]:
    return frozenset(fields.texts(key, longest=MAX_CODES))


def _listed(kind: type[allowed.Allowed]) -> _Reader:
    def read(ref: str, fields: cbor.Fields) -> Clause:
        return kind(ref=ref, allowed=_codes(fields))

    return read


def _fields(ref: str, fields: cbor.Fields) -> Clause:
    return allowed.Fields(ref=ref, kind=fields.text("kind"), allowed=_codes(fields))


def _retention(ref: str, fields: cbor.Fields) -> Clause:
    return Retention(ref=ref, days=fields.integer("days", most=MAX_DAYS))


def _quota(ref: str, fields: cbor.Fields) -> Clause:
    return Quota(
        ref=ref,
        most=fields.integer("most", most=MAX_QUOTA),
        window=_span(fields, "seconds"),
        kinds=_codes(fields, "kinds"),
    )


def _deadlines(ref: str, fields: cbor.Fields) -> Clause:
    seconds = fields.fields("seconds")
    urgencies = _text_keys(seconds.rest())
    return Deadlines(ref=ref, shortest={name: _span(seconds, name) for name in urgencies})


def _validity(ref: str, fields: cbor.Fields) -> Clause:
    return Validity(ref=ref, period=read_period(fields))


def _directions(ref: str, fields: cbor.Fields) -> Clause:
    pairs = fields.array("pairs", longest=MAX_CODES)
    return Directions(ref=ref, pairs=frozenset(_pair(pair) for pair in pairs))


def _pair(value: cbor.Value) -> tuple[BureauId, BureauId]:
    match value:
        case [str(sender), str(receiver)]:
            return BureauId(sender), BureauId(receiver)
        case _:
            raise MalformedPact("a direction is not a pair of bureaus")


def _relay(ref: str, fields: cbor.Fields) -> Clause:
    names = fields.texts("bureaus", longest=MAX_CODES)
    return Relay(ref=ref, bureaus=frozenset(BureauId(name) for name in names))


def _onward(ref: str, fields: cbor.Fields) -> Clause:
    code = fields.text("rule")
    if code not in _ONWARD:
        # A rule of a later version: readable, and refused like every clause we cannot read.
        return Unknown(ref=ref, type=OnwardTransfer.type, content={"rule": code})
    return OnwardTransfer(ref=ref, rule=_ONWARD[code])


def _span(fields: cbor.Fields, key: str) -> dt.timedelta:
    return dt.timedelta(seconds=fields.integer(key, most=_LONGEST_SPAN))


_ONWARD: Mapping[str, OnwardRule] = MappingProxyType({rule.value: rule for rule in OnwardRule})
_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        allowed.Purposes.type: _listed(allowed.Purposes),
        allowed.Kinds.type: _listed(allowed.Kinds),
        allowed.Handling.type: _listed(allowed.Handling),
        allowed.Tlp.type: _listed(allowed.Tlp),
        allowed.Offences.type: _listed(allowed.Offences),
        allowed.PersonCategories.type: _listed(allowed.PersonCategories),
        allowed.Fields.type: _fields,
        Retention.type: _retention,
        Quota.type: _quota,
        Deadlines.type: _deadlines,
        Validity.type: _validity,
        Directions.type: _directions,
        Relay.type: _relay,
        OnwardTransfer.type: _onward,
    }
)
TYPES = frozenset({*COMPOSED, *_READERS})
