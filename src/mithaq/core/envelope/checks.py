"""One function for each obligation of an envelope; `opening` calls them in order.

Each returns when its obligation is discharged and raises its own error when it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from hmac import compare_digest
from typing import Protocol

from mithaq.core import cbor, cose
from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.cose import Encrypted, Header, PublicKey, Sign1, SignedMessage
from mithaq.core.cose.encrypt import Unsealer
from mithaq.core.envelope import errors
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.limits import (
    ENCRYPTED_TYPE,
    MAX_ATTACHMENT,
    MAX_ENVELOPE,
    MAX_LIFETIME,
    NO_TIME,
    Label,
)
from mithaq.core.envelope.routing import Routing, read_routing_headers
from mithaq.core.envelope.sealing import commitment
from mithaq.core.envelope.stages import ContentKey, Outer
from mithaq.core.ids import BureauId, Digest, KeyId, MessageId
from mithaq.core.keys import KeyNotHeld, KeyRole

Seen = Callable[[BureauId, MessageId], Digest | None]
"""Returns the digest of the envelope already taken under that issuer and id, if any."""


class Directory(Protocol):
    """What opening asks the directory; `mithaq.core.directory.Keyring` answers it."""

    def key(self, *, bureau: BureauId, kid: KeyId, role: KeyRole, at: dt.datetime) -> PublicKey:
        """Return the key of `bureau` with that thumbprint and role, valid at `at`."""
        ...

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        """Return the pair that speaks for `bureau` at `at`."""
        ...


def size(data: bytes) -> None:
    """Obligation 1.

    Raises:
        TooLarge: the envelope is larger than 1 MiB.
    """
    if len(data) > MAX_ENVELOPE:
        raise errors.TooLarge


def read_form(data: bytes) -> Sign1:
    """Obligation 2: return the outside, its signature not yet verified.

    Raises:
        Malformed: it is not a COSE_Sign1 in its one form.
    """
    try:
        return cose.read_sign1(data)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.Malformed(fault.detail) from fault


def read_outside(message: Sign1) -> Routing:
    """Obligations 2 and 3: return what the outside claims.

    Raises:
        Malformed, UnknownProfile: a header parameter is missing or mistyped, or the version unknown.
    """
    fields = cbor.Fields(message.headers, fault=errors.Malformed)
    routing = read_routing_headers(fields, fault=errors.Malformed)
    if fields.text(Header.CONTENT_TYPE) != ENCRYPTED_TYPE:
        raise errors.Malformed("the outside does not announce an encrypted content")
    if message.payload is None or fields.integer(Label.SIZE) != len(message.payload):
        raise errors.Malformed("the encrypted content is not of the size announced")
    return routing


def audience(routing: Routing, me: BureauId) -> None:
    """Obligation 4.

    Raises:
        WrongRecipient: it is addressed to another bureau.
    """
    if routing.audience != me:
        raise errors.WrongRecipient


def on_the_way(routing: Routing, me: BureauId) -> None:
    """Obligation 4 of a relay.

    Raises:
        NotOnTheWay: the issuer did not name this bureau as a relay.
    """
    if me not in routing.via:
        raise errors.NotOnTheWay


def node_key(kid: KeyId, routing: Routing, *, keyring: Directory, at: dt.datetime) -> PublicKey:
    """Obligation 5: return the node key.

    A key rotated out signs nothing more, nor does a key sign before it is in use.

    Raises:
        MithaqError: of the directory, which does not give the key for then and now.
    """
    issuer = routing.issuer
    keyring.key(bureau=issuer, kid=kid, role=KeyRole.NODE, at=routing.issued_at)
    return keyring.key(bureau=issuer, kid=kid, role=KeyRole.NODE, at=at)


def verify_outside(message: Sign1, key: PublicKey) -> bytes:
    """Obligation 6: return the encrypted layer.

    Raises:
        BadSignature: the node key did not sign it.
    """
    try:
        return cose.verify1(message, key=key)
    except (cose.BadSignature, cose.WrongAlgorithm) as fault:
        raise errors.BadSignature("of the node") from fault


def lifetime(routing: Routing) -> None:
    """Obligation 7.

    Raises:
        BadLifetime: it expires before it is issued, or lives too long.
    """
    if not NO_TIME < routing.expires_at - routing.issued_at <= MAX_LIFETIME:
        raise errors.BadLifetime


def not_expired(routing: Routing, at: dt.datetime) -> None:
    """Obligation 8.

    Raises:
        Expired: it has expired, with five minutes of grace.
    """
    if at - routing.expires_at >= CLOCK_SKEW:
        raise errors.Expired


def not_from_future(routing: Routing, at: dt.datetime) -> None:
    """Obligation 9.

    Raises:
        FromFuture: it was issued later than five minutes from now.
    """
    if routing.issued_at - at > CLOCK_SKEW:
        raise errors.FromFuture


def read_context(payload: bytes) -> tuple[Encrypted, Context, bytes]:
    """Obligation 10: return the encrypted layer, its context and its commitment.

    Raises:
        BadContext, UnknownProfile: the layer or its context is not well formed.
    """
    try:
        encrypted = cose.read_encrypt(payload)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.BadContext(fault.detail) from fault
    context, commits = Context.from_headers(encrypted.headers)
    return encrypted, context, commits


def same_header(routing: Routing, context: Context) -> None:
    """Obligation 11.

    Raises:
        HeaderMismatch: outside and context disagree.
    """
    if context.routing != routing:
        raise errors.HeaderMismatch


def not_replayed(outer: Outer, seen: Seen) -> None:
    """Obligation 12.

    Raises:
        Replayed, ConflictingCopy: it, or another of its id, was taken before.
    """
    earlier = seen(outer.context.issuer, outer.context.message_id)
    if earlier is None:
        return
    if earlier == outer.digest:
        raise errors.Replayed(earlier)
    raise errors.ConflictingCopy(earlier)


def unwrap(encrypted: Encrypted, keystore: Unsealer) -> ContentKey:
    """Obligations 13 and 14: return the content key.

    Raises:
        WrongSealingKey, CannotUnwrap: the key is not held, or does not unwrap.
    """
    try:
        return ContentKey(cose.unwrap_content_key(encrypted, keys=keystore))
    except KeyNotHeld as fault:
        raise errors.WrongSealingKey from fault
    except cose.CannotDecrypt as fault:
        raise errors.CannotUnwrap from fault


def committed(promised: bytes, content_key: ContentKey) -> None:
    """Obligation 15.

    Raises:
        BadCommitment: the header commits to another content key.
    """
    if not compare_digest(promised, commitment(content_key)):
        raise errors.BadCommitment


def decrypt(encrypted: Encrypted, content_key: ContentKey) -> bytes:
    """Obligation 16: return the signed content.

    Raises:
        CannotDecrypt: key, context or content were altered.
    """
    try:
        return cose.decrypt(encrypted, content_key=content_key)
    except cose.CannotDecrypt as fault:
        raise errors.CannotDecrypt from fault


def read_content(signed: bytes) -> SignedMessage:
    """Obligation 17: return the signed content, its signatures not yet verified.

    Raises:
        BadContent: it is not a COSE_Sign in its one form.
    """
    try:
        message = cose.read_sign(signed)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise errors.BadContent(fault.detail) from fault
    if message.protected or message.payload is None:
        raise errors.BadContent("the signed content has parameters of its own, or no payload")
    return message


def verify_content(
    message: SignedMessage, authority: tuple[PublicKey, PublicKey], context_header: bytes
) -> bytes:
    """Obligation 19: return the content.

    Raises:
        MissingSignature, UnexpectedSignature, BadSignature: not exactly the two keys have signed.
    """
    try:
        return cose.verify_all(message, keys=authority, external_aad=context_header)
    except cose.MissingSignature as fault:
        raise errors.MissingSignature from fault
    except cose.UnexpectedSignature as fault:
        raise errors.UnexpectedSignature from fault
    except (cose.BadSignature, cose.WrongAlgorithm) as fault:
        raise errors.BadSignature("of the authority") from fault


def manifest(context: Context) -> None:
    """Obligation 20.

    Raises:
        BadManifest: an attachment is named twice or too large.
    """
    digests = {attachment.digest for attachment in context.attachments}
    if len(digests) != len(context.attachments):
        raise errors.BadManifest("an attachment is named twice")
    if any(not 0 <= attachment.size <= MAX_ATTACHMENT for attachment in context.attachments):
        raise errors.BadManifest("an attachment is too large")
