"""Publishing our own descriptor and accepting those of others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction

from mithaq.apps.directory import queries
from mithaq.apps.directory.models import Descriptor as DescriptorRow
from mithaq.apps.directory.models import Member
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core.directory import (
    Contact,
    Descriptor,
    Fingerprint,
    fingerprint,
    read_descriptor,
    sign_descriptor,
    trusted_descriptor,
)

LIFETIME = dt.timedelta(days=365)


@transaction.atomic
def publish(
    *,
    kind: str,
    names: Mapping[str, str],
    contacts: Sequence[Contact],
    by: str,
    at: dt.datetime,
) -> bytes:
    """Return our new descriptor, signed by our authority and in force at this node at once."""
    previous = Member.objects.select_for_update().filter(pk=keys.me()).first()
    descriptor = Descriptor(
        bureau=keys.me(),
        serial=1 if previous is None else previous.serial + 1,
        kind=kind,
        names=dict(names),
        languages=tuple(settings.MITHAQ_LANGUAGES),
        endpoint=str(settings.MITHAQ_ENDPOINT),
        keys=keys.member_keys(at=at),
        contacts=tuple(contacts),
        issued_at=at,
        expires_at=at + LIFETIME,
        journal=keys.journal_origin(),
    )
    signed = sign_descriptor(descriptor=descriptor, signers=keys.authority_signers(at=at))
    _keep(descriptor, signed, at=at)
    journal.record(kind="descriptor-published", actor=by, subject=_subject(descriptor), at=at)
    return signed


@transaction.atomic
def load(*, signed: bytes, pinned: Fingerprint | None, by: str, at: dt.datetime) -> Descriptor:
    """Return the descriptor of a member that is now in force here.

    The first of a member needs its fingerprint, which an officer has from the member itself; a
    later one has to be signed by the keys of the one before. Loading the one in force again
    changes nothing.

    Raises:
        MithaqError: of `mithaq.core.directory`, if it is not to be trusted.
    """
    claimed = trusted_descriptor(signed)  # says only whose it claims to be
    row = Member.objects.select_for_update().filter(pk=claimed.bureau).first()
    if row is not None and bytes(row.descriptor) == signed:
        return claimed
    descriptor = read_descriptor(
        signed, pinned=pinned, previous=queries.in_force_before(claimed), at=at
    )
    _keep(descriptor, signed, at=at)
    journal.record(
        kind="descriptor-loaded",
        actor=by,
        subject=_subject(descriptor),
        peer=descriptor.bureau,
        at=at,
    )
    return descriptor


def _keep(descriptor: Descriptor, signed: bytes, *, at: dt.datetime) -> None:
    Member.objects.update_or_create(
        bureau=descriptor.bureau,
        defaults={
            "serial": descriptor.serial,
            "fingerprint": fingerprint(descriptor.authority(descriptor.issued_at)),
            "descriptor": signed,
            "loaded_at": at,
        },
    )
    DescriptorRow.objects.create(
        bureau=descriptor.bureau, serial=descriptor.serial, signed=signed, loaded_at=at
    )


def _subject(descriptor: Descriptor) -> str:
    return f"{descriptor.bureau}/{descriptor.serial}"
