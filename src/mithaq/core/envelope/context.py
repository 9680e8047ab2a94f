"""The context header: under what an envelope is sent.

It is the protected header of the COSE_Encrypt layer and, byte for byte, the external data of
the inner signatures: whoever signs the content signs its addressee, its pact and its purpose.
Relays can read it; it holds codes and hashes, never words about a person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

from mithaq.core import cbor
from mithaq.core.cose import Header
from mithaq.core.envelope.errors import BadContext
from mithaq.core.envelope.limits import (
    DIGEST_SIZE,
    MAX_ATTACHMENTS,
    MAX_CODE,
    MAX_CONTENT_TYPE,
    PROFILE,
    SIGNED_TYPE,
    Label,
)
from mithaq.core.envelope.routing import Routing, read_routing_headers
from mithaq.core.ids import (
    MESSAGE_ID_SIZE,
    BadIdentifier,
    BureauId,
    Digest,
    MessageId,
    Urn,
    urn,
)

NONCE_PREFIX_SIZE = 7  # bytes, before the counter and the mark of the last chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What the signed manifest says of one attachment, in its encrypted form.

    `digest` is the SHA-256 of the ciphertext, by which it is stored and fetched; `size` counts
    bytes of plaintext. Names and types travel inside, in the release.
    """

    digest: Digest
    size: int
    nonce_prefix: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything an envelope says about itself besides its content.

    `sequence` counts what the issuer has sent to this audience, from 1; `previous` is the
    digest of the envelope before, and absent for the first. Instants are whole seconds.
    """

    issuer: BureauId
    audience: BureauId
    message_id: MessageId
    issued_at: dt.datetime
    expires_at: dt.datetime
    pact_id: Urn
    pact_hash: Digest
    purpose: str
    handling: str
    kind: str
    content_type: str
    sequence: int
    via: tuple[BureauId, ...] = ()
    in_reply_to: MessageId | None = None
    previous: Digest | None = None
    attachments: tuple[Attachment, ...] = ()
    profile: int = PROFILE

    @property
    def routing(self) -> Routing:
        """The part that the outside repeats."""
        return Routing(
            issuer=self.issuer,
            audience=self.audience,
            via=self.via,
            message_id=self.message_id,
            issued_at=self.issued_at,
            expires_at=self.expires_at,
            profile=self.profile,
        )

    def headers(self, *, commitment: bytes) -> dict[int, cbor.Encodable]:
        """Return the header parameters; `commitment` binds the content key."""
        headers = self.routing.headers() | {
            Header.CONTENT_TYPE: SIGNED_TYPE,
            Label.COMMITMENT: commitment,
            Label.PACT_ID: self.pact_id,
            Label.PACT_HASH: self.pact_hash,
            Label.PURPOSE: self.purpose,
            Label.HANDLING: self.handling,
            Label.KIND: self.kind,
            Label.CONTENT_TYPE: self.content_type,
            Label.SEQUENCE: self.sequence,
            Label.ATTACHMENTS: [
                [entry.digest, entry.size, entry.nonce_prefix] for entry in self.attachments
            ],
        }
        if self.in_reply_to is not None:
            headers[Label.IN_REPLY_TO] = self.in_reply_to
        if self.previous is not None:
            headers[Label.PREVIOUS] = self.previous
        return headers

    @classmethod
    def from_headers(cls, headers: dict[cbor.Key, cbor.Value]) -> tuple[Self, bytes]:
        """Return the context and the commitment; parameters of later versions are passed over.

        Raises:
            BadContext: a parameter is missing or mistyped.
            UnknownProfile: the profile is not ours.
        """
        fields = cbor.Fields(headers, fault=BadContext)
        routing = read_routing_headers(fields, fault=BadContext)
        if fields.text(Header.CONTENT_TYPE) != SIGNED_TYPE:
            raise BadContext("the encrypted content is not announced as signed")
        context = cls(
            issuer=routing.issuer,
            audience=routing.audience,
            via=routing.via,
            message_id=routing.message_id,
            issued_at=routing.issued_at,
            expires_at=routing.expires_at,
            pact_id=_urn(fields.text(Label.PACT_ID)),
            pact_hash=Digest(fields.octets(Label.PACT_HASH, size=DIGEST_SIZE)),
            purpose=fields.text(Label.PURPOSE, longest=MAX_CODE),
            handling=fields.text(Label.HANDLING, longest=MAX_CODE),
            kind=fields.text(Label.KIND, longest=MAX_CODE),
            content_type=fields.text(Label.CONTENT_TYPE, longest=MAX_CONTENT_TYPE),
            sequence=fields.integer(Label.SEQUENCE, least=1, most=(1 << 63) - 1),
            in_reply_to=_message_id(fields),
            previous=_previous(fields),
            attachments=tuple(
                _attachment(entry)
                for entry in fields.array(Label.ATTACHMENTS, longest=MAX_ATTACHMENTS)
            ),
        )
        return context, fields.octets(Label.COMMITMENT, size=DIGEST_SIZE)


def _urn(text: str) -> Urn:
    try:
        return urn(text)
    except BadIdentifier as fault:
        raise BadContext("the pact has no name of the right form") from fault


def _message_id(fields: cbor.Fields) -> MessageId | None:
    if not fields.has(Label.IN_REPLY_TO):
        return None
    return MessageId(fields.octets(Label.IN_REPLY_TO, size=MESSAGE_ID_SIZE))


def _previous(fields: cbor.Fields) -> Digest | None:
    if not fields.has(Label.PREVIOUS):
        return None
    return Digest(fields.octets(Label.PREVIOUS, size=DIGEST_SIZE))


def _attachment(entry: cbor.Value) -> Attachment:
    match entry:
        case [bytes() as digest, int() as size, bytes() as prefix] if (
            len(digest) == DIGEST_SIZE
            and len(prefix) == NONCE_PREFIX_SIZE
            and not isinstance(size, bool)
        ):
            return Attachment(digest=Digest(digest), size=size, nonce_prefix=prefix)
        case _:
            raise BadContext("an entry of the manifest is malformed")
