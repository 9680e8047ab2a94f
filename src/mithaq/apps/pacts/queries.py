"""Questions about pacts. Nothing here writes.

A pact is parsed once a process and content: parsed copies are found by the stamp of the row, so
that each question costs one short query and a notice that another process has accepted counts
from the next question on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

from django.db import connection
from django.db.models import QuerySet

from mithaq.apps.keys import queries as keys
from mithaq.apps.pacts.models import Pact
from mithaq.core.errors import MithaqError
from mithaq.core.ids import Urn
from mithaq.core.pacts import SignedPact, Standing, UnknownPact, restored

MAX_PARSED = 512  # pacts kept parsed in a process; a bureau has fewer

# Asked for every batch of envelopes: written out because building it costs more than running it.
_NAMED = """
    SELECT urn, starts_at, id, stamp FROM pacts_pact WHERE urn = ANY(%s) ORDER BY urn, version
"""

_Version: TypeAlias = tuple[str, dt.datetime, int, bytes | memoryview]

_parsed: dict[bytes, SignedPact] = {}


class AlteredPact(MithaqError):
    """What is stored of a pact is not what was accepted."""

    code = "pact.altered"


def signed_pact(*, pact_id: str, at: dt.datetime) -> SignedPact:
    """Return the version of the pact that counts at `at`, with its notices.

    It is the newest that has begun by then; where none has, the newest. Whether it allows
    anything is for `decide` to say.

    Raises:
        UnknownPact: no version of it was ever accepted here.
    """
    try:
        return signed_pacts(pact_ids=(pact_id,), at=at)[Urn(pact_id)]
    except KeyError as fault:
        raise UnknownPact from fault


def signed_pacts(*, pact_ids: Iterable[str], at: dt.datetime) -> Mapping[Urn, SignedPact]:
    """Return what `signed_pact` would for each of `pact_ids`, in one query; unknown ones lack."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [list(set(pact_ids))])
        return _current(cursor.fetchall(), at=at)


def version_of(*, pact_id: str, version: int) -> SignedPact:
    """Return a version of the pact, superseded or not: the evidence of what it said.

    Raises:
        UnknownPact: that version was never accepted here.
    """
    row = Pact.objects.filter(urn=pact_id, version=version).only("stamp").first()
    if row is None:
        raise UnknownPact
    return _pact(pact_id, row.pk, bytes(row.stamp))


def pacts_with(*, audience: str, at: dt.datetime) -> Sequence[SignedPact]:
    """Return the pacts in force at `at` between this bureau and `audience`, by name."""
    parties = [keys.me(), audience]
    versions = Pact.objects.order_by("urn", "version")
    found = _current(versions.values_list("urn", "starts_at", "pk", "stamp"), at=at)
    return [
        pact
        for _, pact in sorted(found.items())
        if set(parties) <= set(pact.parties) and in_force(pact, at=at)
    ]


def in_force(pact: SignedPact, *, at: dt.datetime) -> bool:
    """Return whether `pact` is valid at `at` and neither suspended nor ended."""
    return pact.terms.validity.contains(at) and pact.standing(at) is Standing.STANDING


def rows() -> QuerySet[Pact]:
    """Return every version of every pact, newest version first."""
    return Pact.objects.order_by("urn", "-version")


def stamp(*, signed: bytes, notices: Iterable[bytes]) -> bytes:
    """Return what a pact and its notices are found by, in whatever order the notices come."""
    digests = sorted(sha256(notice).digest() for notice in notices)
    return sha256(sha256(signed).digest() + b"".join(digests)).digest()


def _current(versions: Iterable[_Version], *, at: dt.datetime) -> dict[Urn, SignedPact]:
    """Return of each pact the version that counts at `at`; `versions` begin with the oldest."""
    begun: dict[str, tuple[int, bytes]] = {}
    newest: dict[str, tuple[int, bytes]] = {}
    for urn, starts_at, key, mark in versions:
        newest[urn] = (key, bytes(mark))
        if starts_at <= at:
            begun[urn] = newest[urn]
    return {Urn(urn): _pact(urn, key, mark) for urn, (key, mark) in (newest | begun).items()}


def _pact(urn: str, key: int, mark: bytes) -> SignedPact:
    parsed = _parsed.get(mark)
    pact = parsed if parsed is not None else _read(key)
    if pact.id != urn:
        raise AlteredPact
    return pact


def _read(key: int) -> SignedPact:
    """Return the pact of a row and keep it parsed, under the stamp of what was read."""
    row = Pact.objects.get(pk=key)
    signed = bytes(row.signed)
    notices = [bytes(notice) for notice in row.notices.values_list("signed", flat=True)]
    pact = restored(signed=signed, notices=notices)
    if (pact.version, pact.hash) != (row.version, bytes(row.hash)):
        raise AlteredPact
    if len(_parsed) >= MAX_PARSED:
        _parsed.clear()
    _parsed[stamp(signed=signed, notices=notices)] = pact
    return pact
