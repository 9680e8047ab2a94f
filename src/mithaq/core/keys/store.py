"""Where private keys work, wherever they live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mithaq.core.cose import PublicKey, Signer
from mithaq.core.ids import KeyId
from mithaq.core.keys.errors import KeyNotHeld
from mithaq.core.keys.roles import ALGORITHMS, HeldKey, KeyRole


class KeyStore(Protocol):
    """Holds private keys and uses them; none ever leaves it."""

    def signer(self, kid: KeyId) -> Signer:
        """Return the signer of key `kid`."""
        ...

    def unseal(self, *, kid: KeyId, sealed: bytes, info: bytes) -> bytes:
        """Return what was sealed for key `kid` with `info`."""
        ...

    def public(self, kid: KeyId) -> PublicKey:
        """Return the public half of key `kid`."""
        ...

    def kids(self, role: KeyRole) -> Sequence[KeyId]:
        """Return the keys of `role`, newest first."""
        ...


class MemoryKeyStore:
    """A key store of opened keys, in this process."""

    __slots__ = ("_held", "_kids")

    def __init__(self, keys: Iterable[HeldKey]) -> None:
        ordered = sorted(keys, key=_order)
        self._held = {held.key.kid: held for held in ordered}
        self._kids = {
            role: tuple(held.key.kid for held in ordered if held.role is role) for role in KeyRole
        }

    def signer(self, kid: KeyId) -> Signer:
        """Return the signer of key `kid`.

        Raises:
            KeyNotHeld: it is not here.
        """
        return self._key(kid).key

    def unseal(self, *, kid: KeyId, sealed: bytes, info: bytes) -> bytes:
        """Return what was sealed for key `kid` with `info`.

        Raises:
            KeyNotHeld: that sealing key is not here.
            CannotDecrypt: it was sealed for another key, or was altered.
        """
        if kid not in self._kids[KeyRole.SEALING] and kid not in self._kids[KeyRole.STORAGE]:
            raise KeyNotHeld("no sealing key of that thumbprint")
        return self._key(kid).key.unseal(sealed=sealed, info=info)

    def public(self, kid: KeyId) -> PublicKey:
        """Return the public half of key `kid`.

        Raises:
            KeyNotHeld: it is not here.
        """
        return self._key(kid).public

    def kids(self, role: KeyRole) -> Sequence[KeyId]:
        """Return the keys of `role`, newest first; of an age, in the order of `ALGORITHMS`."""
        return self._kids[role]

    def _key(self, kid: KeyId) -> HeldKey:
        try:
            return self._held[kid]
        except KeyError as fault:
            raise KeyNotHeld from fault


def _order(held: HeldKey) -> tuple[float, int]:
    return -held.created_at.timestamp(), ALGORITHMS[held.role].index(held.key.alg)
