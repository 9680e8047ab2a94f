"""The descriptor of a member: who it is, where its node answers, which keys speak for it.

Invariants: no two keys have one thumbprint; at its issue exactly one pair of authority keys,
Ed25519 and ML-DSA-65, is in force, which is the pair that has been in force longest; fields,
keys and roles that this version does not know survive reading and writing.
"""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mithaq.core import cbor
from mithaq.core.clock import Period
from mithaq.core.codes import LANGUAGES
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.directory.errors import KeyExpired, MalformedDescriptor
from mithaq.core.ids import BadIdentifier, BureauId, KeyId, bureau
from mithaq.core.keys import ALGORITHMS, KeyRole

MAX_KEYS = 64
MAX_CONTACTS = 32
MAX_TEXT = 256  # code points
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberKey:
    """A public key of a member, the one thing it is for, and when it may be used."""

    public: PublicKey
    role: KeyRole
    validity: Period
    rest: Mapping[cbor.Key, cbor.Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How to reach a desk of a member: a duty desk's number or mailbox, never a person's.

    `purpose` and `channel` are codes, such as "duty" and "phone".
    """

    purpose: str
    channel: str
    address: str
    rest: Mapping[cbor.Key, cbor.Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What a member says of itself, in force from `issued_at` until `expires_at`.

    `kind` is a code of the list bureau-kind; `journal` the origin line of its journal, empty if
    it publishes none. `unread_keys` are keys of a role or an algorithm of a later version.

    Raises:
        MalformedDescriptor: a field does not have the form that docs/protocol/directory.md asks.
    """

    bureau: BureauId
    serial: int
    kind: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    endpoint: str
    keys: tuple[MemberKey, ...]
    contacts: tuple[Contact, ...]
    issued_at: dt.datetime
    expires_at: dt.datetime
    journal: str = ""
    unread_keys: tuple[cbor.Value, ...] = ()
    rest: Mapping[cbor.Key, cbor.Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fault, holds in _CHECKS.items():
            if not holds(self):
                raise MalformedDescriptor(fault)
        self.authority(self.issued_at)

    def key(self, kid: KeyId) -> MemberKey | None:
        """Return the key with that thumbprint, whatever its validity."""
        return next((key for key in self.keys if key.public.kid == kid), None)

    def authority(self, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        """Return the authority pair in force at `at`: Ed25519, ML-DSA-65.

        Raises:
            MalformedDescriptor: there is none.
        """
        try:
            return authority_pair(self.keys, at=at)
        except KeyExpired as fault:
            raise MalformedDescriptor("no pair of authority keys is in force") from fault


def authority_pair(keys: tuple[MemberKey, ...], *, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
    """Return the authority pair in force at `at`: of each algorithm the key in force longest.

    The older pair speaks until its time ends, so that others have learned of the newer one.

    Raises:
        KeyExpired: one of the two is missing.
    """
    found: dict[Algorithm, PublicKey] = {}
    in_force = (k for k in keys if k.role is KeyRole.AUTHORITY and k.validity.contains(at))
    for key in sorted(in_force, key=lambda key: key.validity.starts_at):
        found.setdefault(key.public.alg, key.public)
    try:
        return found[Algorithm.ED25519], found[Algorithm.ML_DSA_65]
    except KeyError as fault:
        raise KeyExpired("no pair of authority keys is in force") from fault


def _is_bureau(descriptor: Descriptor) -> bool:
    try:
        return bureau(descriptor.bureau) == descriptor.bureau
    except BadIdentifier:
        return False


def _is_endpoint(descriptor: Descriptor) -> bool:
    text = descriptor.endpoint
    try:
        parts = urllib.parse.urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_TEXT
    bare = not (parts.query or parts.fragment or "@" in parts.netloc)
    local = parts.scheme == "http" and host == "127.0.0.1"
    return plain and bare and bool(host) and (parts.scheme == "https" or local)


def _are_names(descriptor: Descriptor) -> bool:
    texts = descriptor.names.values()
    return set(LANGUAGES) <= descriptor.names.keys() and all(map(_is_text, texts))


def _are_languages(descriptor: Descriptor) -> bool:
    languages = descriptor.languages
    known = all(_LANGUAGE.fullmatch(language) for language in languages)
    return known and 0 < len(set(languages)) == len(languages) <= MAX_CONTACTS


def _are_contacts(descriptor: Descriptor) -> bool:
    return len(descriptor.contacts) <= MAX_CONTACTS and all(
        _CODE.fullmatch(contact.purpose)
        and _CODE.fullmatch(contact.channel)
        and _is_text(contact.address)
        for contact in descriptor.contacts
    )


def _are_keys(descriptor: Descriptor) -> bool:
    kids = {key.public.kid for key in descriptor.keys}
    return len(kids) == len(descriptor.keys) <= MAX_KEYS and all(
        key.role is not KeyRole.STORAGE and key.public.alg in ALGORITHMS[key.role]
        for key in descriptor.keys
    )


def _is_text(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_TEXT and text.isprintable()


_CHECKS: Mapping[str, Callable[[Descriptor], bool]] = {
    "the bureau's code": _is_bureau,
    "the serial number": lambda descriptor: 0 < descriptor.serial < 1 << 63,
    "the kind of bureau": lambda descriptor: _CODE.fullmatch(descriptor.kind) is not None,
    "a name in each official language": _are_names,
    "the languages": _are_languages,
    "the endpoint": _is_endpoint,
    "the keys": _are_keys,
    "the contacts": _are_contacts,
    "the dates": lambda descriptor: descriptor.issued_at < descriptor.expires_at,
    "the origin of the journal": lambda descriptor: (
        not descriptor.journal or _is_text(descriptor.journal)
    ),
}
