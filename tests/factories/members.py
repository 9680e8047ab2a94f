from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from hashlib import sha256

from mithaq.core.clock import Period
from mithaq.core.cose import Algorithm
from mithaq.core.directory import Contact, Descriptor, MemberKey, sign_descriptor
from mithaq.core.ids import BureauId
from mithaq.core.keys import KeyRole, PrivateKey

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
NAMES = {"ar": "أطلس", "fr": "Atlas", "en": "Atlas", "es": "Atlas"}


def private(label: str, *, alg: Algorithm = Algorithm.ED25519) -> PrivateKey:
    """Return the key that belongs to `label`, the same every time."""
    return PrivateKey(alg=alg, seed=sha256(f"{label} {alg.name}".encode()).digest())


def authority(label: str) -> tuple[PrivateKey, PrivateKey]:
    return private(label), private(label, alg=Algorithm.ML_DSA_65)


def member_key(
    key: PrivateKey,
    *,
    role: KeyRole,
    starts_at: dt.datetime = AT - YEAR,
    ends_at: dt.datetime | None = AT + YEAR,
) -> MemberKey:
    return MemberKey(
        public=key.public, role=role, validity=Period(starts_at=starts_at, ends_at=ends_at)
    )


def pair(
    label: str, *, starts_at: dt.datetime = AT - YEAR, ends_at: dt.datetime | None = AT + YEAR
) -> tuple[MemberKey, ...]:
    return tuple(
        member_key(key, role=KeyRole.AUTHORITY, starts_at=starts_at, ends_at=ends_at)
        for key in authority(label)
    )


def descriptor(
    *,
    bureau: str = "XA",
    serial: int = 1,
    keys: tuple[MemberKey, ...] | None = None,
    names: Mapping[str, str] = NAMES,
    kind: str = "national-bureau",
    languages: tuple[str, ...] = ("ar", "fr"),
    endpoint: str = "https://atlas.example",
    contacts: tuple[Contact, ...] = (
        Contact(purpose="duty", channel="phone", address="+000 00 00"),
    ),
    issued_at: dt.datetime = AT,
    expires_at: dt.datetime = AT + YEAR,
    journal: str = "xa.mithaq.example/journal",
) -> Descriptor:
    return Descriptor(
        bureau=BureauId(bureau),
        serial=serial,
        kind=kind,
        names=names,
        languages=languages,
        endpoint=endpoint,
        keys=all_keys(bureau) if keys is None else keys,
        contacts=contacts,
        issued_at=issued_at,
        expires_at=expires_at,
        journal=journal,
    )


def all_keys(label: str) -> tuple[MemberKey, ...]:
    return (
        *pair(label),
        member_key(private(f"{label} node"), role=KeyRole.NODE),
        member_key(private(f"{label} journal"), role=KeyRole.JOURNAL),
        member_key(private(f"{label} sealing", alg=Algorithm.XWING), role=KeyRole.SEALING),
    )


def signed(described: Descriptor, *, by: tuple[str, ...] = ("XA",)) -> bytes:
    signers = [key for label in by for key in authority(label)]
    return sign_descriptor(descriptor=described, signers=signers)
