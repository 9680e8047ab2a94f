"""Questions about members. Nothing here writes."""

from __future__ import annotations

import datetime as dt
import functools
from hashlib import sha256

from django.db.models import BinaryField, F, Func

from mithaq.apps.directory.models import Descriptor as DescriptorRow
from mithaq.apps.directory.models import Member
from mithaq.core.directory import (
    Descriptor,
    Keyring,
    UnknownSender,
    fingerprint,
    grouped,
    trusted_descriptor,
)
from mithaq.core.ids import BureauId


def keyring(*, at: dt.datetime) -> Keyring:
    """Return the keys of all members as this node knows them, those rotated out included.

    One short query a call; descriptors are parsed again only when one was added.
    """
    digest = Func(F("signed"), function="sha256", output_field=BinaryField())
    rows = DescriptorRow.objects.order_by("bureau", "serial")
    return _keyring(tuple(bytes(one) for one in rows.values_list(digest, flat=True)))


@functools.lru_cache(maxsize=8)
def _keyring(digests: tuple[bytes, ...]) -> Keyring:
    """Return the keyring of the descriptors with those digests, which are those stored now."""
    rows = DescriptorRow.objects.values_list("signed", flat=True)
    signed = {sha256(found).digest(): found for found in map(bytes, rows)}
    return Keyring(trusted_descriptor(signed[digest]) for digest in digests)


def descriptor(bureau: BureauId) -> Descriptor:
    """Return the descriptor in force of a member.

    Raises:
        UnknownSender: there is no such member.
    """
    row = Member.objects.filter(pk=bureau).first()
    if row is None:
        raise UnknownSender(bureau)
    return trusted_descriptor(bytes(row.descriptor))


def endpoint(*, bureau: BureauId, at: dt.datetime) -> str:
    """Return the address of a member's node.

    Raises:
        UnknownSender: there is no such member.
    """
    return keyring(at=at).descriptor(bureau).endpoint


def fingerprint_of(bureau: BureauId) -> str:
    """Return the fingerprint of a member's authority in groups, to be read aloud.

    Raises:
        UnknownSender: there is no such member.
    """
    found = descriptor(bureau)
    return grouped(fingerprint(found.authority(found.issued_at)))


def in_force_before(successor: Descriptor) -> Descriptor | None:
    """Return the descriptor in force of the bureau that `successor` says it is of, or None."""
    row = Member.objects.filter(pk=successor.bureau).first()
    return None if row is None else trusted_descriptor(bytes(row.descriptor))


def members() -> list[Member]:
    """Return the members, by code."""
    return list(Member.objects.order_by("bureau"))
