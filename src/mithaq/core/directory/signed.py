"""Signed descriptors: making them, and deciding whether to believe one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NewType

from mithaq.core import cbor, cose
from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.cose import Header, PublicKey, SignedMessage, Signer
from mithaq.core.directory import canonical
from mithaq.core.directory.descriptor import Descriptor
from mithaq.core.directory.errors import MalformedDescriptor, Stale, Untrusted
from mithaq.core.ids import KeyId
from mithaq.core.keys import KeyRole

Fingerprint = NewType("Fingerprint", str)  # 64 lower-case hexadecimal digits
CONTENT_TYPE = "application/vnd.mithaq.descriptor+cbor"
MAX_SIZE = 512 * 1024  # bytes, signatures included
_AAD = canonical.FORMAT.encode()
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_GROUP = 4  # hexadecimal digits


def fingerprint(pair: tuple[PublicKey, PublicKey]) -> Fingerprint:
    """Return what operators compare aloud: the SHA-256 over the authority pair."""
    keys = cbor.encode([[int(key.alg), key.raw] for key in pair])
    return Fingerprint(sha256(keys).hexdigest())


def grouped(found: Fingerprint) -> str:
    """Return a fingerprint in groups of four digits, to be read aloud."""
    return " ".join(found[start : start + _GROUP] for start in range(0, len(found), _GROUP))


def parse_fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint that a person typed, with or without groups.

    Raises:
        Untrusted: it is not 64 hexadecimal digits.
    """
    digits = "".join(text.split()).lower()
    if _FINGERPRINT.fullmatch(digits) is None:
        raise Untrusted("a fingerprint has 64 hexadecimal digits")
    return Fingerprint(digits)


def sign_descriptor(*, descriptor: Descriptor, signers: Sequence[Signer]) -> bytes:
    """Return `descriptor` signed by the authority pair in force when it is issued.

    Where that pair is not the one that signed the descriptor before, the signers are both pairs.
    """
    return cose.sign(
        payload=canonical.to_bytes(descriptor),
        signers=signers,
        protected={Header.CONTENT_TYPE: CONTENT_TYPE},
        external_aad=_AAD,
    )


def read_descriptor(
    data: bytes, *, pinned: Fingerprint | None, previous: Descriptor | None, at: dt.datetime
) -> Descriptor:
    """Return the descriptor in `data` if it may be believed at `at`.

    `previous` is the descriptor of that bureau in force here; at first contact there is none,
    and `pinned` is the fingerprint that the operators compared.

    1. The bytes are a COSE_Sign of our content type around a descriptor in canonical form.
    2. It is in force at `at`.
    3. First contact: its own authority pair has the pinned fingerprint.
    4. Later: it is of the same bureau and of a higher serial number.
    5. Its own authority pair has signed, and later the pair before it as well.
    6. Every signature is by an authority key that it, or the one before it, names; all hold.

    Raises:
        MalformedDescriptor: 1 does not hold.
        Stale: 2 does not hold, or the serial number is not higher.
        Untrusted: 3, 5 or 6 does not hold, it is of another bureau, or nothing is known to
            judge it by.
    """
    message = _message(data)  # discharges 1
    descriptor = _payload(message)
    _check_in_force(descriptor, at)  # discharges 2
    if previous is None:
        _check_pinned(descriptor, pinned)  # discharges 3
        required, allowed = [*descriptor.authority(descriptor.issued_at)], [descriptor]
    else:
        _check_succeeds(descriptor, previous)  # discharges 4
        before = _pair_before(previous, descriptor.issued_at)
        required = [*descriptor.authority(descriptor.issued_at), *before]
        allowed = [descriptor, previous]
    _check_signatures(message, required=required, allowed=allowed)  # discharges 5 and 6
    return descriptor


def trusted_descriptor(data: bytes) -> Descriptor:
    """Return a descriptor that `read_descriptor` took before, as the node kept it.

    Raises:
        MalformedDescriptor: the bytes are no descriptor.
    """
    return _payload(_message(data))


def _message(data: bytes) -> SignedMessage:
    if len(data) > MAX_SIZE:
        raise MalformedDescriptor("a descriptor has at most 512 KiB")
    try:
        message = cose.read_sign(data)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise MalformedDescriptor(fault.detail) from fault
    if message.headers != {Header.CONTENT_TYPE: CONTENT_TYPE}:
        raise MalformedDescriptor("the message is not a descriptor")
    return message


def _payload(message: SignedMessage) -> Descriptor:
    if message.payload is None:
        raise MalformedDescriptor("the descriptor is not carried")
    return canonical.from_bytes(message.payload)


def _check_in_force(descriptor: Descriptor, at: dt.datetime) -> None:
    if at + CLOCK_SKEW < descriptor.issued_at:
        raise Stale("the descriptor is issued in the future")
    if at >= descriptor.expires_at:
        raise Stale("the descriptor has expired")


def _check_pinned(descriptor: Descriptor, pinned: Fingerprint | None) -> None:
    own = fingerprint(descriptor.authority(descriptor.issued_at))
    if pinned is None or own != pinned:
        raise Untrusted("the authority keys are not those that were pinned")


def _check_succeeds(descriptor: Descriptor, previous: Descriptor) -> None:
    if descriptor.bureau != previous.bureau:
        raise Untrusted("the descriptor of another bureau")
    if descriptor.serial <= previous.serial or descriptor.issued_at < previous.issued_at:
        raise Stale("a descriptor at least as new is known")


def _pair_before(previous: Descriptor, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
    try:
        return previous.authority(at)
    except MalformedDescriptor as fault:
        raise Untrusted("the authority keys known before had expired") from fault


def _check_signatures(
    message: SignedMessage, *, required: Sequence[PublicKey], allowed: Sequence[Descriptor]
) -> None:
    named = {
        key.public.kid: key.public
        for descriptor in allowed
        for key in descriptor.keys
        if key.role is KeyRole.AUTHORITY
    }
    present: list[KeyId] = [signature.kid for signature in message.signatures]
    if {key.kid for key in required} - set(present):
        raise Untrusted("a key that has to sign has not")
    if set(present) - named.keys():
        raise Untrusted("a key has signed that nobody knows")
    try:
        cose.verify_all(message, keys=[named[kid] for kid in present], external_aad=_AAD)
    except (cose.BadSignature, cose.WrongAlgorithm, cose.MissingSignature) as fault:
        raise Untrusted("a signature does not hold") from fault
