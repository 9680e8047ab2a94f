"""The canonical form of a descriptor: one deterministic CBOR map with text keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from mithaq.core import cbor
from mithaq.core.clock import Period, from_seconds, to_seconds
from mithaq.core.cose import Algorithm, BadKey, PublicKey
from mithaq.core.directory.descriptor import MAX_CONTACTS, MAX_KEYS, Contact, Descriptor, MemberKey
from mithaq.core.directory.errors import MalformedDescriptor
from mithaq.core.ids import BureauId
from mithaq.core.keys import KeyRole

FORMAT = "mithaq/descriptor/v1"
MAX_SIZE = 256 * 1024  # bytes
_ROLES = {role.value: role for role in KeyRole if role is not KeyRole.STORAGE}
_ALGORITHMS = {int(algorithm): algorithm for algorithm in Algorithm}


def to_bytes(descriptor: Descriptor) -> bytes:
    """Return the bytes that are signed; instants are cut to seconds."""
    keys: list[cbor.Encodable] = [_key(key) for key in descriptor.keys]
    fields: dict[cbor.Key, cbor.Encodable] = {
        **descriptor.rest,
        "format": FORMAT,
        "bureau": descriptor.bureau,
        "serial": descriptor.serial,
        "kind": descriptor.kind,
        "names": dict(descriptor.names),
        "languages": list(descriptor.languages),
        "endpoint": descriptor.endpoint,
        "journal": descriptor.journal,
        "keys": [*keys, *descriptor.unread_keys],
        "contacts": [_contact(contact) for contact in descriptor.contacts],
        "issued": to_seconds(descriptor.issued_at),
        "expires": to_seconds(descriptor.expires_at),
    }
    return cbor.encode(fields)


def _key(key: MemberKey) -> dict[cbor.Key, cbor.Encodable]:
    ends_at = key.validity.ends_at
    return {
        **key.rest,
        "alg": int(key.public.alg),
        "raw": key.public.raw,
        "role": key.role.value,
        "from": to_seconds(key.validity.starts_at),
        "until": None if ends_at is None else to_seconds(ends_at),
    }


def _contact(contact: Contact) -> dict[cbor.Key, cbor.Encodable]:
    return {
        **contact.rest,
        "purpose": contact.purpose,
        "channel": contact.channel,
        "address": contact.address,
    }


def from_bytes(data: bytes) -> Descriptor:
    """Return the descriptor whose canonical form is `data`; its signatures are elsewhere.

    Raises:
        MalformedDescriptor: a field is missing, mistyped or of another form.
    """
    fields = _fields(data)
    if fields.text("format") != FORMAT:
        raise MalformedDescriptor("another version of the format")
    listed = fields.array("keys", longest=MAX_KEYS)
    known = [value for value in listed if _is_known(value)]
    return Descriptor(
        bureau=BureauId(fields.text("bureau")),
        serial=fields.integer("serial"),
        kind=fields.text("kind"),
        names=_names(fields.take("names")),
        languages=fields.texts("languages"),
        endpoint=fields.text("endpoint"),
        journal=fields.text("journal"),
        keys=tuple(_read_key(value) for value in known),
        unread_keys=tuple(value for value in listed if not _is_known(value)),
        contacts=tuple(
            _read_contact(value) for value in fields.array("contacts", longest=MAX_CONTACTS)
        ),
        issued_at=_instant(fields.integer("issued")),
        expires_at=_instant(fields.integer("expires")),
        rest=fields.rest(),
    )


def _fields(data: bytes) -> cbor.Fields:
    try:
        value = cbor.decode(data, max_size=MAX_SIZE)
    except cbor.Malformed as fault:
        raise MalformedDescriptor(fault.detail) from fault
    return cbor.Fields(value, fault=MalformedDescriptor)


def _is_known(value: cbor.Value) -> bool:
    """Return whether this version knows the role and the algorithm of a listed key."""
    fields = cbor.Fields(value, fault=MalformedDescriptor)
    role, algorithm = fields.text("role"), fields.integer("alg", least=-(1 << 63))
    return role in _ROLES and algorithm in _ALGORITHMS


def _read_key(value: cbor.Value) -> MemberKey:
    fields = cbor.Fields(value, fault=MalformedDescriptor)
    algorithm = _ALGORITHMS[fields.integer("alg", least=-(1 << 63))]
    try:
        public = PublicKey(alg=algorithm, raw=fields.octets("raw"))
    except BadKey as fault:
        raise MalformedDescriptor(fault.detail) from fault
    role = _ROLES[fields.text("role")]
    validity = Period(
        starts_at=_instant(fields.integer("from")), ends_at=_end(fields.take("until"))
    )
    return MemberKey(public=public, role=role, validity=validity, rest=fields.rest())


def _end(value: cbor.Value) -> dt.datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedDescriptor("the end of a key's validity is no instant")
    return _instant(value)


def _instant(seconds: int) -> dt.datetime:
    try:
        return from_seconds(seconds)
    except ValueError as fault:
        raise MalformedDescriptor("an instant is on no calendar") from fault


def _read_contact(value: cbor.Value) -> Contact:
    fields = cbor.Fields(value, fault=MalformedDescriptor)
    return Contact(
        purpose=fields.text("purpose"),
        channel=fields.text("channel"),
        address=fields.text("address"),
        rest=fields.rest(),
    )


def _names(value: cbor.Value) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise MalformedDescriptor("the names are no map")
    names = {
        language: name
        for language, name in value.items()
        if isinstance(language, str) and isinstance(name, str)
    }
    if len(names) != len(value):
        raise MalformedDescriptor("a name is no text")
    return names
