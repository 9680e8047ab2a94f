"""Opening: the numbered obligations, discharged by name, failing closed.

`verify_outer` discharges the first eleven, without any secret; `open_` the rest. Each block
below says which obligation it discharges; the order is that of `OBLIGATIONS`, and the result
of either function cannot be built with one of them left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol, TypeVar

from mithaq.core import cbor, cose
from mithaq.core.cose import Encrypted, Header, PublicKey, Sign1, SignedMessage
from mithaq.core.cose.encrypt import Unsealer
from mithaq.core.envelope import errors
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.evidence import write_evidence
from mithaq.core.envelope.limits import (
    CLOCK_SKEW,
    ENCRYPTED_TYPE,
    MAX_ATTACHMENT,
    MAX_ENVELOPE,
    MAX_LIFETIME,
    Label,
)
from mithaq.core.envelope.obligations import OBLIGATIONS, OUTER_OBLIGATIONS
from mithaq.core.envelope.routing import Routing, read_routing_headers
from mithaq.core.envelope.sealing import commitment
from mithaq.core.envelope.stages import TOKEN, ContentKey, Opened, Outer, Transit
from mithaq.core.ids import BureauId, Digest, KeyId, MessageId
from mithaq.core.keys import KeyNotHeld, KeyRole

Seen = Callable[[BureauId, MessageId], Digest | None]
"""Returns the digest of the envelope already taken under that issuer and id, if any."""

_Outside = TypeVar("_Outside", Outer, Transit)


class Directory(Protocol):
    """What opening asks the directory; `mithaq.core.directory.Keyring` answers it."""

    def key(self, *, bureau: BureauId, kid: KeyId, role: KeyRole, at: dt.datetime) -> PublicKey:
        """Return the key of `bureau` with that thumbprint and role, valid at `at`."""
        ...

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        """Return the pair that speaks for `bureau` at `at`."""
        ...


def read_routing(data: bytes) -> Routing:
    """Return what the outside of `data` claims, unverified; for logs and refusals only.

    Raises:
        TooLarge, Malformed, UnknownProfile: it cannot be read.
    """
    _check_size(data)
    return _read_outside(_read_form(data))


def verify_outer(data: bytes, *, me: BureauId, keyring: Directory, at: dt.datetime) -> Outer:
    """Return `data` as an envelope for `me`, verified as far as that needs no secret.

    1. size, 2. form, 3. profile, 4. audience, 5. sender, 6. node signature, 7. lifetime,
    8. not expired, 9. not from the future, 10. context, 11. outside and context agree.

    Raises:
        MithaqError: of `mithaq.core.envelope.errors`, the first that does not hold; of the
            directory, if it does not give the key.
    """
    _check_size(data)  # discharges 1
    message = _read_form(data)  # discharges 2
    routing = _read_outside(message)  # discharges 3
    _check_audience(routing, me)  # discharges 4
    return _verify(Outer, message, routing, digest=_digest(data), keyring=keyring, at=at)


def verify_relay(data: bytes, *, me: BureauId, keyring: Directory, at: dt.datetime) -> Transit:
    """Return `data` as an envelope that `me` may pass on.

    The obligations of `verify_outer`; instead of the audience, the issuer named `me` a relay.

    Raises:
        NotOnTheWay: it did not.
        MithaqError: as `verify_outer`.
    """
    _check_size(data)
    message = _read_form(data)
    routing = _read_outside(message)
    _check_on_the_way(routing, me)
    return _verify(Transit, message, routing, digest=_digest(data), keyring=keyring, at=at)


def open_(
    outer: Outer,
    *,
    keystore: Unsealer,
    keyring: Directory,
    seen: Seen,
    at: dt.datetime,
) -> Opened:
    """Return what `outer` holds, with every obligation discharged.

    12. not replayed, 13. recipient key, 14. unwraps, 15. commitment, 16. decrypts,
    17. content, 18. authority, 19. both signatures, 20. manifest.

    Raises:
        Replayed: this very envelope was taken before.
        ConflictingCopy: another one was taken under its id.
        MithaqError: as `verify_outer`.
    """
    _check_not_replayed(outer, seen)  # discharges 12
    content_key = _unwrap(outer.encrypted, keystore)  # discharges 13, 14
    _check_commitment(outer.commitment, content_key)  # discharges 15
    signed = _decrypt(outer.encrypted, content_key)  # discharges 16
    message = _read_content(signed)  # discharges 17
    context = outer.context
    authority = keyring.authority(bureau=context.issuer, at=context.issued_at)  # discharges 18
    payload = _verify_content(message, authority, outer.encrypted.protected)  # discharges 19
    _check_manifest(context)  # discharges 20
    return Opened(
        token=TOKEN,
        context=context,
        digest=outer.digest,
        payload=payload,
        evidence=write_evidence(context_header=outer.encrypted.protected, signed=signed),
        content_key=content_key,
        opened_at=at,
        discharged=OBLIGATIONS,
    )


def _verify(
    stage: type[_Outside],
    message: Sign1,
    routing: Routing,
    *,
    digest: Digest,
    keyring: Directory,
    at: dt.datetime,
) -> _Outside:
    key = _node_key(message.kid, routing, keyring=keyring, at=at)  # discharges 5
    payload = _verify_outside(message, key)  # discharges 6
    _check_lifetime(routing)  # discharges 7
    _check_not_expired(routing, at)  # discharges 8
    _check_not_from_future(routing, at)  # discharges 9
    encrypted, context, commits = _read_context(payload)  # discharges 10
    _check_same_header(routing, context)  # discharges 11
    return stage(
        token=TOKEN,
        context=context,
        digest=digest,
        node=key.kid,
        verified_at=at,
        discharged=OUTER_OBLIGATIONS,
        encrypted=encrypted,
        commitment=commits,
    )


def _digest(data: bytes) -> Digest:
    return Digest(sha256(data).digest())


def _check_size(data: bytes) -> None:
    if len(data) > MAX_ENVELOPE:
        raise errors.TooLarge


def _read_form(data: bytes) -> Sign1:
    try:
        return cose.read_sign1(data)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.Malformed(fault.detail) from fault


def _read_outside(message: Sign1) -> Routing:
    fields = cbor.Fields(message.headers, fault=errors.Malformed)
    routing = read_routing_headers(fields, fault=errors.Malformed)
    if fields.text(Header.CONTENT_TYPE) != ENCRYPTED_TYPE:
        raise errors.Malformed("the outside does not announce an encrypted content")
    if message.payload is None or fields.integer(Label.SIZE) != len(message.payload):
        raise errors.Malformed("the encrypted content is not of the size announced")
    return routing


def _check_audience(routing: Routing, me: BureauId) -> None:
    if routing.audience != me:
        raise errors.WrongRecipient


def _check_on_the_way(routing: Routing, me: BureauId) -> None:
    if me not in routing.via:
        raise errors.NotOnTheWay


def _node_key(kid: KeyId, routing: Routing, *, keyring: Directory, at: dt.datetime) -> PublicKey:
    """A key rotated out signs nothing more, nor does a key sign before it is in use."""
    issuer = routing.issuer
    keyring.key(bureau=issuer, kid=kid, role=KeyRole.NODE, at=routing.issued_at)
    return keyring.key(bureau=issuer, kid=kid, role=KeyRole.NODE, at=at)


def _verify_outside(message: Sign1, key: PublicKey) -> bytes:
    try:
        return cose.verify1(message, key=key)
    except (cose.BadSignature, cose.WrongAlgorithm) as fault:
        raise errors.BadSignature("of the node") from fault


def _check_lifetime(routing: Routing) -> None:
    if not routing.issued_at < routing.expires_at <= routing.issued_at + MAX_LIFETIME:
        raise errors.BadLifetime


def _check_not_expired(routing: Routing, at: dt.datetime) -> None:
    if at >= routing.expires_at + CLOCK_SKEW:
        raise errors.Expired


def _check_not_from_future(routing: Routing, at: dt.datetime) -> None:
    if routing.issued_at > at + CLOCK_SKEW:
        raise errors.FromFuture


def _read_context(payload: bytes) -> tuple[Encrypted, Context, bytes]:
    try:
        encrypted = cose.read_encrypt(payload)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.BadContext(fault.detail) from fault
    context, commits = Context.from_headers(encrypted.headers)
    return encrypted, context, commits


def _check_same_header(routing: Routing, context: Context) -> None:
    if context.routing != routing:
        raise errors.HeaderMismatch


def _check_not_replayed(outer: Outer, seen: Seen) -> None:
    earlier = seen(outer.context.issuer, outer.context.message_id)
    if earlier is None:
        return
    if earlier == outer.digest:
        raise errors.Replayed(earlier)
    raise errors.ConflictingCopy(earlier)


def _unwrap(encrypted: Encrypted, keystore: Unsealer) -> ContentKey:
    try:
        return ContentKey(cose.unwrap_content_key(encrypted, keys=keystore))
    except KeyNotHeld as fault:
        raise errors.WrongSealingKey from fault
    except cose.CannotDecrypt as fault:
        raise errors.CannotUnwrap from fault


def _check_commitment(committed: bytes, content_key: ContentKey) -> None:
    if not compare_digest(committed, commitment(content_key)):
        raise errors.BadCommitment


def _decrypt(encrypted: Encrypted, content_key: ContentKey) -> bytes:
    try:
        return cose.decrypt(encrypted, content_key=content_key)
    except cose.CannotDecrypt as fault:
        raise errors.CannotDecrypt from fault


def _read_content(signed: bytes) -> SignedMessage:
    try:
        message = cose.read_sign(signed)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.BadContent(fault.detail) from fault
    if message.protected or message.payload is None:
        raise errors.BadContent("the signed content has parameters of its own, or no payload")
    return message


def _verify_content(
    message: SignedMessage, authority: tuple[PublicKey, PublicKey], context_header: bytes
) -> bytes:
    try:
        return cose.verify_all(message, keys=authority, external_aad=context_header)
    except cose.MissingSignature as fault:
        raise errors.MissingSignature from fault
    except cose.UnexpectedSignature as fault:
        raise errors.UnexpectedSignature from fault
    except (cose.BadSignature, cose.WrongAlgorithm) as fault:
        raise errors.BadSignature("of the authority") from fault


def _check_manifest(context: Context) -> None:
    digests = {attachment.digest for attachment in context.attachments}
    if len(digests) != len(context.attachments):
        raise errors.BadManifest("an attachment is named twice")
    if any(not 0 <= attachment.size <= MAX_ATTACHMENT for attachment in context.attachments):
        raise errors.BadManifest("an attachment is too large")
