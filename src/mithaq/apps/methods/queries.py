"""Questions about methods. Nothing here writes."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from mithaq.apps.keys import queries as keys
from mithaq.apps.methods.models import Method, MethodVersion
from mithaq.apps.methods.permissions import check_may_read, may_read
from mithaq.apps.people.models import Officer
from mithaq.core.errors import MithaqError
from mithaq.core.gate.folding import fold
from mithaq.core.records import body
from mithaq.core.records.method import Method as MethodRecord

PAGE = 50  # rows
LONGEST_PAGE = 200  # rows
LONGEST_SEARCH = 200  # characters
# The built-in configuration of PostgreSQL for each language; any other is taken word by word.
CONFIGURATIONS = {"ar": "arabic", "fr": "french", "en": "english", "es": "spanish"}
OTHER_CONFIGURATION = "simple"


class NotFound(MithaqError):
    """There is no such method, or it is not for this officer to see."""

    code = "record.not_found"


class BadCursor(MithaqError):
    """The place to go on from was not given out by this list."""

    code = "methods.bad_cursor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; what is empty narrows nothing. `own` is None for both."""

    search: str = ""
    offence: str = ""
    stage: str = ""
    tlp: str = ""
    state: str = ""
    origin: str = ""
    own: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of a list, newest first, and where the next page begins; empty at the end."""

    rows: Sequence[Method]
    cursor: str


def method_for(*, officer: Officer, urn: str) -> Method:
    """Return the method `urn` if `officer` may see it.

    Raises:
        NotFound: it is absent or not for this officer, which answer alike.
    """
    row = Method.objects.defer("search").filter(urn=urn).first() if may_read(officer) else None
    if row is None:
        raise NotFound
    return row


def listed(
    *, officer: Officer, filters: Filters | None = None, cursor: str = "", size: int = PAGE
) -> Page:
    """Return a page of methods, those stored last first, from `cursor` on.

    Raises:
        PermissionDenied: the officer may not see methods.
        BadCursor: `cursor` is not one of a former page.
    """
    check_may_read(officer)
    rows = _narrowed(filters or Filters()).defer("body", "search")
    if cursor:
        stored_at, key = _read_cursor(cursor)
        rows = rows.filter(Q(stored_at__lt=stored_at) | Q(stored_at=stored_at, id__lt=key))
    size = max(1, min(size, LONGEST_PAGE))
    found = list(rows.order_by("-stored_at", "-id")[: size + 1])
    more = len(found) > size
    return Page(rows=found[:size], cursor=_write_cursor(found[size - 1]) if more else "")


def own_in_full(*, officer: Officer, filters: Filters) -> list[Method]:
    """Return all methods of our own that `filters` leave, with their bodies, oldest first.

    Raises:
        PermissionDenied: the officer may not see methods.
    """
    check_may_read(officer)
    rows = _narrowed(filters).filter(origin=keys.me()).defer("search")
    return list(rows.order_by("stored_at", "id"))


def versions(method: Method) -> Sequence[MethodVersion]:
    """Return the former versions of `method`, newest first."""
    return list(method.versions.order_by("-version"))


def record_of(method: Method) -> MethodRecord:
    """Return the record that the row `method` keeps."""
    return body.from_body(method.body)


def is_own(method: Method) -> bool:
    """Return whether `method` is this bureau's own."""
    return method.origin == keys.me()


def _narrowed(filters: Filters) -> QuerySet[Method]:
    rows = Method.objects.all()
    if filters.search.strip():
        rows = rows.filter(_search(filters.search[:LONGEST_SEARCH]))
    if filters.offence:
        rows = rows.filter(offences__contains=[filters.offence])
    if filters.stage:
        rows = rows.filter(stages__contains=[filters.stage])
    if filters.own is not None:
        rows = rows.filter(origin=keys.me()) if filters.own else rows.exclude(origin=keys.me())
    exact = {"tlp": filters.tlp, "state": filters.state, "origin": filters.origin}
    return rows.filter(**{name: value for name, value in exact.items() if value})


def _search(text: str) -> Q:
    """Match the words in any language; what is not indexed yet matches by its title."""
    folded = fold(text).replace("\0", " ")
    queries = [
        SearchQuery(folded, config=name, search_type="websearch")
        for name in (*CONFIGURATIONS.values(), OTHER_CONFIGURATION)
    ]
    waiting = Q(search__isnull=True, title__icontains=text.replace("\0", " ").strip())
    return Q(search=reduce(or_, queries)) | waiting


def _write_cursor(row: Method) -> str:
    return base64.urlsafe_b64encode(f"{row.stored_at.isoformat()}|{row.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[dt.datetime, uuid.UUID]:
    try:
        stored_at, key = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        instant, found = dt.datetime.fromisoformat(stored_at), uuid.UUID(key)
    except (ValueError, binascii.Error) as fault:
        raise BadCursor from fault
    if instant.tzinfo is None:
        raise BadCursor
    return instant, found
