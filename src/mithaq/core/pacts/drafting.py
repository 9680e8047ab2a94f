"""From a draft that people write to a pact in canonical form.

A draft is what a YAML file holds: title, parties, validity and clauses, in the short form shown in
docs/protocol/pacts.md. Here, and only here, the code lists are read: each code must be on its
list, and a category of offence is written out with everything below it. What comes out no longer
depends on any list, so that a decision stays the same when the lists grow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from mithaq.core.clock import Period
from mithaq.core.codes import codelist
from mithaq.core.ids import BureauId, Urn
from mithaq.core.pacts import allowed
from mithaq.core.pacts.clause import ALWAYS_DEMANDED, Clause
from mithaq.core.pacts.composed import COMPOSED
from mithaq.core.pacts.errors import BadDraft, MalformedPact
from mithaq.core.pacts.limits import Deadlines, Quota, Retention, Validity
from mithaq.core.pacts.pact import Pact
from mithaq.core.pacts.ways import Directions, OnwardRule, OnwardTransfer, Relay

_KEYS = frozenset({"title", "version", "parties", "validity", "clauses"})

_Maker = Callable[[str, object, dt.datetime], Clause]


def draft(*, content: Mapping[str, object], pact_id: Urn, at: dt.datetime) -> Pact:
    """Return the pact that `content` describes.

    `at` is the day from which times such as `{days: 30}` are counted, at midnight UTC.

    Raises:
        BadDraft: anything is missing, unknown or not on its code list, or the draft does not
            state purposes, kinds, handling and retention. The detail says where.
    """
    if unknown := set(content) - _KEYS:
        raise BadDraft(f"unknown: {', '.join(sorted(unknown))}")
    today = at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        pact = Pact(
            id=pact_id,
            version=_number(content.get("version", 1), where="version"),
            title=_title(content.get("title")),
            parties=_bureaus(content.get("parties"), where="parties"),
            validity=_period(content.get("validity"), today, where="validity"),
            clauses=_clauses(content.get("clauses"), today, parent=""),
        )
    except MalformedPact as fault:
        raise BadDraft(fault.detail) from fault
    except OverflowError as fault:
        raise BadDraft("a time is beyond the calendar") from fault
    missing = [family.value for family in ALWAYS_DEMANDED if family not in pact.covered]
    if missing:
        raise BadDraft(f"no clause decides {', '.join(missing)}: nothing would be allowed")
    return pact


def _clauses(value: object, today: dt.datetime, *, parent: str) -> tuple[Clause, ...]:
    rows = _list(value, where=f"clauses of {parent}" if parent else "clauses")
    prefix = f"{parent}-" if parent else "c"
    return tuple(_clause(row, today, ref=f"{prefix}{at}") for at, row in enumerate(rows, 1))


def _clause(value: object, today: dt.datetime, *, ref: str) -> Clause:
    row = dict(_mapping(value, where=f"clause {ref}"))
    ref = str(row.pop("ref", ref))
    if len(row) != 1:
        raise BadDraft(f"clause {ref}: one kind of clause is expected, beside ref")
    ((kind, content),) = row.items()
    if kind in COMPOSED:
        return COMPOSED[kind](ref, _clauses(content, today, parent=ref))
    if kind not in _MAKERS:
        raise BadDraft(f"clause {ref}: {kind} is no kind of clause")
    return _MAKERS[kind](ref, content, today)


def _listed(kind: type[allowed.Allowed]) -> _Maker:
    def make(ref: str, content: object, today: dt.datetime) -> Clause:
        return kind(ref=ref, allowed=_codes(content, kind.codelist, where=f"clause {ref}"))

    return make


def _offences(ref: str, content: object, today: dt.datetime) -> Clause:
    offences = codelist("offence")
    named = _codes(content, "offence", where=f"clause {ref}")
    within = (offences.within(code) for code in named)
    return allowed.Offences(ref=ref, allowed=frozenset[str]().union(*within))


def _tlp(ref: str, content: object, today: dt.datetime) -> Clause:
    """Take a list of markings, or `most_open` for that one and all stricter ones."""
    if not isinstance(content, Mapping):
        return allowed.Tlp(ref=ref, allowed=_codes(content, "tlp", where=f"clause {ref}"))
    rows = _only(content, {"most_open"}, where=f"clause {ref}")
    (most_open,) = _codes([rows.get("most_open")], "tlp", where=f"clause {ref}")
    strict_first = codelist("tlp").codes
    return allowed.Tlp(
        ref=ref, allowed=frozenset(strict_first[: strict_first.index(most_open) + 1])
    )


def _fields(ref: str, content: object, today: dt.datetime) -> Clause:
    where = f"clause {ref}"
    rows = _only(content, {"kind", "allowed"}, where=where)
    (kind,) = _codes([rows.get("kind")], "record-kind", where=where)
    return allowed.Fields(
        ref=ref, kind=kind, allowed=frozenset(_texts(rows.get("allowed"), where=where))
    )


def _retention(ref: str, content: object, today: dt.datetime) -> Clause:
    rows = _only(content, {"days"}, where=f"clause {ref}")
    return Retention(ref=ref, days=_number(rows.get("days"), where=f"clause {ref}, days"))


def _quota(ref: str, content: object, today: dt.datetime) -> Clause:
    where = f"clause {ref}"
    rows = _only(content, {"most", "hours", "kinds"}, where=where)
    return Quota(
        ref=ref,
        most=_number(rows.get("most"), where=f"{where}, most"),
        window=dt.timedelta(hours=_number(rows.get("hours"), where=f"{where}, hours")),
        kinds=_codes(rows.get("kinds", []), "record-kind", where=where),
    )


def _deadlines(ref: str, content: object, today: dt.datetime) -> Clause:
    where = f"clause {ref}"
    rows = _mapping(content, where=where)
    return Deadlines(
        ref=ref,
        shortest={
            code: dt.timedelta(hours=_number(rows[code], where=f"{where}, {code}"))
            for code in _codes(list(rows), "urgency", where=where)
        },
    )


def _validity(ref: str, content: object, today: dt.datetime) -> Clause:
    return Validity(ref=ref, period=_period(content, today, where=f"clause {ref}"))


def _directions(ref: str, content: object, today: dt.datetime) -> Clause:
    pairs: set[tuple[BureauId, BureauId]] = set()
    for row in _list(content, where=f"clause {ref}"):
        match _bureaus(row, where=f"clause {ref}"):
            case (sender, receiver):
                pairs.add((sender, receiver))
            case _:
                raise BadDraft(f"clause {ref}: a direction is a pair of bureaus")
    return Directions(ref=ref, pairs=frozenset(pairs))


def _relay(ref: str, content: object, today: dt.datetime) -> Clause:
    return Relay(ref=ref, bureaus=frozenset(_bureaus(content, where=f"clause {ref}")))


def _onward(ref: str, content: object, today: dt.datetime) -> Clause:
    try:
        return OnwardTransfer(ref=ref, rule=OnwardRule(content))
    except ValueError as fault:
        raise BadDraft(f"clause {ref}: {content} is no rule of onward transfer") from fault


def _period(value: object, today: dt.datetime, *, where: str) -> Period:
    rows = _only(value, {"starts", "ends"}, where=where)
    ends = rows.get("ends")
    return Period(
        starts_at=_instant(rows.get("starts"), today, where=f"{where}, starts"),
        ends_at=None if ends is None else _instant(ends, today, where=f"{where}, ends"),
    )


def _instant(value: object, today: dt.datetime, *, where: str) -> dt.datetime:
    """Take a date, which begins at midnight UTC, or `{days: n}` counted from today."""
    if isinstance(value, Mapping):
        days = _number(_only(value, {"days"}, where=where).get("days"), where=where)
        return today + dt.timedelta(days=days)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    raise BadDraft(f"{where}: neither a date nor a number of days")


def _title(value: object) -> dict[str, str]:
    rows = _mapping(value, where="title")
    _codes(list(rows), "language", where="title")
    (*texts,) = _texts(list(rows.values()), where="title")
    return dict(zip(rows, texts, strict=True))


def _codes(value: object, name: str, *, where: str) -> frozenset[str]:
    codes = _texts(value, where=where)
    known = codelist(name)
    for code in codes:
        if code not in known:
            raise BadDraft(f"{where}: {code} is not on the list {name}")
    return frozenset(codes)


def _bureaus(value: object, *, where: str) -> tuple[BureauId, ...]:
    return tuple(BureauId(name) for name in _texts(value, where=where))


def _texts(value: object, *, where: str) -> tuple[str, ...]:
    found = [text for text in _list(value, where=where) if isinstance(text, str)]
    if len(found) < len(_list(value, where=where)):
        raise BadDraft(f"{where}: something is not a text")
    return tuple(found)


def _number(value: object, *, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadDraft(f"{where}: not a whole number")
    return value


def _list(value: object, *, where: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise BadDraft(f"{where}: a list is expected")
    return value


def _only(value: object, keys: set[str], *, where: str) -> Mapping[str, object]:
    rows = _mapping(value, where=where)
    if unknown := set(rows) - keys:
        raise BadDraft(f"{where}: unknown {', '.join(sorted(unknown))}")
    return rows


def _mapping(value: object, *, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise BadDraft(f"{where}: a mapping is expected")
    return value


_MAKERS: Mapping[str, _Maker] = MappingProxyType(
    {
        allowed.Purposes.type: _listed(allowed.Purposes),
        allowed.Kinds.type: _listed(allowed.Kinds),
        allowed.Handling.type: _listed(allowed.Handling),
        allowed.PersonCategories.type: _listed(allowed.PersonCategories),
        allowed.Offences.type: _offences,
        allowed.Tlp.type: _tlp,
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
