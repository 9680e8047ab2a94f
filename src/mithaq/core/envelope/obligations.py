"""What must hold before anybody reads an envelope: the numbered list, in its order."""

from __future__ import annotations

from enum import StrEnum


class Obligation(StrEnum):
    """One condition; docs/protocol/envelope.md has the same list with the same numbers."""

    SIZE = "size"  # 1 MiB at most
    FORM = "form"  # the outside is deterministic CBOR and COSE of this profile
    PROFILE = "profile"  # the version is known
    AUDIENCE = "audience"  # it is addressed to this bureau
    SENDER = "sender"  # the directory gives this node key for the issuer, then and now
    NODE_SIGNATURE = "node-signature"  # the outside is signed with that key
    LIFETIME = "lifetime"  # it expires after it is issued, within 30 days
    NOT_EXPIRED = "not-expired"  # it has not expired
    NOT_FROM_FUTURE = "not-from-future"  # it has been issued
    CONTEXT = "context"  # the encrypted layer and its context are complete and well formed
    SAME_HEADER = "same-header"  # outside and context say the same
    NOT_REPLAYED = "not-replayed"  # no envelope of that id has been taken before
    RECIPIENT_KEY = "recipient-key"  # it is sealed for a key that this bureau holds
    UNWRAPS = "unwraps"  # the content key unwraps under exactly this context
    COMMITMENT = "commitment"  # it is the content key that the context commits to
    DECRYPTS = "decrypts"  # the content decrypts under exactly this context
    CONTENT = "content"  # what was sealed is a signed content in its one form
    AUTHORITY = "authority"  # the directory gives the issuer's authority keys of that time
    BOTH_SIGNATURES = "both-signatures"  # both have signed content and context, nobody else
    MANIFEST = "manifest"  # the attachments are within the limits


OBLIGATIONS: tuple[Obligation, ...] = tuple(Obligation)

OUTER_OBLIGATIONS: tuple[Obligation, ...] = OBLIGATIONS[
    : OBLIGATIONS.index(Obligation.SAME_HEADER) + 1
]
