"""Questions about this bureau and its keys. Nothing here writes."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from collections.abc import Sequence

from django.conf import settings

from mithaq.apps.keys import store
from mithaq.apps.keys.models import Key
from mithaq.core.clock import Period
from mithaq.core.cose import Algorithm, PublicKey, Signer, hpke
from mithaq.core.directory import MemberKey
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, KeyId
from mithaq.core.keys import KeyRole, KeyStore, MemoryKeyStore

STORAGE_LABEL = b"mithaq/storage/v1"
KID_SIZE = 32  # bytes


class NoKeyInForce(MithaqError):
    """This bureau has no key of the role at that time; its keys have to be rotated."""

    code = "keys.none_in_force"


def me() -> BureauId:
    """Return the bureau of this node."""
    return BureauId(settings.MITHAQ_BUREAU)


def journal_origin() -> str:
    """Return the origin line of this node's journal."""
    return str(settings.MITHAQ_ORIGIN)


def keystore() -> KeyStore:
    """Return the opened key store; the file is read again when it has changed.

    Threads that ask at the same time wait for one of them to open it.
    """
    with _opening:
        return _opened(store.stamp())


_opening = threading.Lock()


@functools.lru_cache(maxsize=8)
def _opened(stamp: tuple[str, int, int]) -> MemoryKeyStore:
    """Return the key store of the file with that stamp; opening takes Argon2id's second."""
    return MemoryKeyStore(store.read())


def authority_signers(*, at: dt.datetime) -> tuple[Signer, Signer]:
    """Return the two signers that speak for the bureau at `at`: Ed25519, ML-DSA-65.

    Raises:
        NoKeyInForce: one of them is missing.
    """
    signers = {signer.alg: signer for signer in _in_force(KeyRole.AUTHORITY, at=at)}
    try:
        return signers[Algorithm.ED25519], signers[Algorithm.ML_DSA_65]
    except KeyError as fault:
        raise NoKeyInForce(KeyRole.AUTHORITY) from fault


def node_signer(*, at: dt.datetime) -> Signer:
    """Return the signer that speaks for this node at `at`."""
    return _one(KeyRole.NODE, at=at)


def journal_signer(*, at: dt.datetime) -> Signer:
    """Return the signer of the journal's checkpoints at `at`."""
    return _one(KeyRole.JOURNAL, at=at)


def seal_for_storage(data: bytes, *, context: bytes) -> bytes:
    """Return `data` sealed for this bureau itself: the kid of the key, then what was sealed."""
    kid = keystore().kids(KeyRole.STORAGE)[0]
    info = STORAGE_LABEL + context
    return kid + hpke.seal(plaintext=data, key=keystore().public(kid), info=info)


def unseal_from_storage(sealed: bytes, *, context: bytes) -> bytes:
    """Return what `seal_for_storage` sealed in the same context.

    Raises:
        CannotDecrypt: it was sealed in another context, or altered.
        KeyNotHeld: the storage key is gone.
    """
    kid, rest = KeyId(sealed[:KID_SIZE]), sealed[KID_SIZE:]
    return keystore().unseal(kid=kid, sealed=rest, info=STORAGE_LABEL + context)


def member_keys(*, at: dt.datetime) -> tuple[MemberKey, ...]:
    """Return the public keys for the descriptor: those that did not end before `at`."""
    rows = Key.objects.filter(ends_at__gt=at, destroyed_at=None).exclude(role=KeyRole.STORAGE)
    return tuple(
        MemberKey(
            public=PublicKey(alg=Algorithm(row.algorithm), raw=bytes(row.public)),
            role=KeyRole(row.role),
            validity=Period(starts_at=row.starts_at, ends_at=row.ends_at),
        )
        for row in rows.order_by("role", "algorithm", "starts_at")
    )


def sealing_keys_ended(*, before: dt.datetime) -> Sequence[Key]:
    """Return the sealing keys whose time ended before that instant and that still exist."""
    rows = Key.objects.filter(role=KeyRole.SEALING, destroyed_at=None, ends_at__lt=before)
    return list(rows)


def _one(role: KeyRole, *, at: dt.datetime) -> Signer:
    signers = _in_force(role, at=at)
    if len(signers) == 0:
        raise NoKeyInForce(role)
    return signers[0]


def _in_force(role: KeyRole, *, at: dt.datetime) -> list[Signer]:
    """Return the signers of `role` valid at `at`, oldest first.

    The oldest is used while it holds, so that others have the time to learn of a new one.
    """
    held = keystore()
    kids = held.kids(role)
    periods = _periods(kids)
    return [held.signer(kid) for kid in reversed(kids) if periods[kid].contains(at)]


_known_periods: dict[KeyId, Period] = {}


def _periods(kids: Sequence[KeyId]) -> dict[KeyId, Period]:
    """Return when each key may be used; a key's period never changes once it is stored."""
    missing = [kid for kid in kids if kid not in _known_periods]
    if len(missing) > 0:
        for row in Key.objects.filter(pk__in=missing):
            period = Period(starts_at=row.starts_at, ends_at=row.ends_at)
            _known_periods[KeyId(bytes(row.kid))] = period
    never = Period(starts_at=dt.datetime.max.replace(tzinfo=dt.UTC))
    return {kid: _known_periods.get(kid, never) for kid in kids}
