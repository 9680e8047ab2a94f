"""The keyring: which key of which bureau for what, at which instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mithaq.core.cose import PublicKey
from mithaq.core.directory.descriptor import Descriptor, MemberKey, authority_pair
from mithaq.core.directory.errors import KeyExpired, UnknownSender
from mithaq.core.ids import BureauId, KeyId
from mithaq.core.keys import KeyRole


class Keyring:
    """The keys of all members, out of descriptors that were believed. It never changes.

    Of several descriptors of one bureau the one with the highest serial number is in force. A key
    that it no longer names was in force until it was issued, so that old evidence can still be
    checked and nothing new be signed. When the descriptor in force expires its keys end with it:
    whoever withholds the one after it, in which a stolen key is no longer named, gains that much.
    """

    __slots__ = ("_by_kid", "_descriptors", "_keys")

    def __init__(self, descriptors: Iterable[Descriptor]) -> None:
        self._descriptors: dict[BureauId, Descriptor] = {}
        self._by_kid: dict[tuple[BureauId, KeyId, KeyRole], MemberKey] = {}
        named: dict[BureauId, dict[KeyId, MemberKey]] = {}
        for descriptor in sorted(descriptors, key=lambda descriptor: descriptor.serial):
            self._descriptors[descriptor.bureau] = descriptor
            named[descriptor.bureau] = _succeed(named.get(descriptor.bureau, {}), descriptor)
        self._keys = {member: tuple(keys.values()) for member, keys in named.items()}
        for member, keys in named.items():
            self._by_kid |= {(member, kid, key.role): key for kid, key in keys.items()}

    def bureaus(self) -> frozenset[BureauId]:
        """Return the members."""
        return frozenset(self._descriptors)

    def descriptor(self, bureau: BureauId) -> Descriptor:
        """Return the descriptor in force of `bureau`.

        Raises:
            UnknownSender: it is no member.
        """
        try:
            return self._descriptors[bureau]
        except KeyError as fault:
            raise UnknownSender(f"{bureau} is no member") from fault

    def key(self, *, bureau: BureauId, kid: KeyId, role: KeyRole, at: dt.datetime) -> PublicKey:
        """Return the key of `bureau` with that thumbprint and role, in force at `at`.

        Raises:
            UnknownSender: there is no such member, or it has no such key for that role.
            KeyExpired: the key was not in force then.
        """
        found = self._by_kid.get((bureau, kid, role))
        if found is None:
            raise UnknownSender("the member has no such key for that role")
        if not found.validity.contains(at):
            raise KeyExpired
        return found.public

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        """Return the pair that speaks for `bureau` at `at`: Ed25519, ML-DSA-65.

        Where two pairs overlap it is the older one, until its time ends.

        Raises:
            UnknownSender: it is no member.
            KeyExpired: it has no pair in force.
        """
        return authority_pair(self._of(bureau), at=at)

    def sealing(self, *, bureau: BureauId, at: dt.datetime) -> PublicKey:
        """Return the key to seal for `bureau` with at `at`: the newest in force.

        Raises:
            UnknownSender: it is no member.
            KeyExpired: it has no sealing key in force.
        """
        return max(
            self._in_force(bureau, role=KeyRole.SEALING, at=at),
            key=lambda key: key.validity.starts_at,
        ).public

    def journal(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, ...]:
        """Return the keys that may sign the journal of `bureau` at `at`, oldest first.

        Raises:
            UnknownSender: it is no member.
            KeyExpired: it has no journal key in force.
        """
        found = self._in_force(bureau, role=KeyRole.JOURNAL, at=at)
        return tuple(key.public for key in sorted(found, key=lambda key: key.validity.starts_at))

    def _of(self, bureau: BureauId) -> tuple[MemberKey, ...]:
        try:
            return self._keys[bureau]
        except KeyError as fault:
            raise UnknownSender(f"{bureau} is no member") from fault

    def _in_force(
        self, bureau: BureauId, *, role: KeyRole, at: dt.datetime
    ) -> tuple[MemberKey, ...]:
        keys = self._of(bureau)
        found = tuple(key for key in keys if key.role is role and key.validity.contains(at))
        if not found:
            raise KeyExpired(f"no {role} key of that member is in force")
        return found


def _succeed(held: Mapping[KeyId, MemberKey], descriptor: Descriptor) -> dict[KeyId, MemberKey]:
    """Return the keys after `descriptor`: those it names while it lasts, and the others, ended."""
    named = {key.public.kid: _until(key, descriptor.expires_at) for key in descriptor.keys}
    ended = {kid: _until(key, descriptor.issued_at) for kid, key in held.items()}
    return ended | named


def _until(key: MemberKey, instant: dt.datetime) -> MemberKey:
    ends_at = key.validity.ends_at
    if ends_at is not None and ends_at <= instant:
        return key
    return replace(key, validity=replace(key.validity, ends_at=instant))
