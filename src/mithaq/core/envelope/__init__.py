"""The envelope: a signed and sealed message from one bureau to one other.

Implements docs/protocol/envelope.md: COSE_Sign1 by the node, over COSE_Encrypt for the
addressee, over COSE_Sign by both keys of the issuing authority, over the content.

Invariants: what `open_` returns has discharged every obligation of `OBLIGATIONS`, and there is
no other way to get it; whoever signs the content has signed addressee, pact and purpose with
it; a relay can verify an envelope and cannot read it.
"""

from __future__ import annotations

from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.envelope.checks import Directory, Seen
from mithaq.core.envelope.context import Attachment, Context
from mithaq.core.envelope.errors import (
    BadCommitment,
    BadContent,
    BadContext,
    BadLifetime,
    BadManifest,
    BadRelease,
    BadSignature,
    CannotDecrypt,
    CannotUnwrap,
    ConflictingCopy,
    Expired,
    FromFuture,
    HeaderMismatch,
    Malformed,
    MissingSignature,
    NotOnTheWay,
    Replayed,
    TooLarge,
    UnexpectedSignature,
    UnknownProfile,
    WrongRecipient,
    WrongSealingKey,
)
from mithaq.core.envelope.evidence import Evidence, read_evidence, verify_evidence
from mithaq.core.envelope.limits import MAX_ENVELOPE, MAX_LIFETIME, PROFILE
from mithaq.core.envelope.obligations import OBLIGATIONS, OUTER_OBLIGATIONS, Obligation
from mithaq.core.envelope.opening import (
    open_,
    read_routing,
    verify_outer,
    verify_relay,
)
from mithaq.core.envelope.release import NamedAttachment, Release
from mithaq.core.envelope.routing import Routing
from mithaq.core.envelope.sealing import new_content_key, seal
from mithaq.core.envelope.stages import (
    ContentKey,
    Opened,
    Outer,
    SealedBytes,
    StageForged,
    Transit,
)

__all__ = [
    "CLOCK_SKEW",
    "MAX_ENVELOPE",
    "MAX_LIFETIME",
    "OBLIGATIONS",
    "OUTER_OBLIGATIONS",
    "PROFILE",
    "Attachment",
    "BadCommitment",
    "BadContent",
    "BadContext",
    "BadLifetime",
    "BadManifest",
    "BadRelease",
    "BadSignature",
    "CannotDecrypt",
    "CannotUnwrap",
    "ConflictingCopy",
    "ContentKey",
    "Context",
    "Directory",
    "Evidence",
    "Expired",
    "FromFuture",
    "HeaderMismatch",
    "Malformed",
    "MissingSignature",
    "NamedAttachment",
    "NotOnTheWay",
    "Obligation",
    "Opened",
    "Outer",
    "Release",
    "Replayed",
    "Routing",
    "SealedBytes",
    "Seen",
    "StageForged",
    "TooLarge",
    "Transit",
    "UnexpectedSignature",
    "UnknownProfile",
    "WrongRecipient",
    "WrongSealingKey",
    "new_content_key",
    "open_",
    "read_evidence",
    "read_routing",
    "seal",
    "verify_evidence",
    "verify_outer",
    "verify_relay",
]
