"""Why an envelope is refused: one class and one code for each obligation."""

from __future__ import annotations

from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest


class TooLarge(MithaqError):
    """The envelope is larger than 1 MiB."""

    code = "envelope.too_large"


class Malformed(MithaqError):
    """A layer of the envelope is not in its one form."""

    code = "envelope.malformed"


class UnknownProfile(MithaqError):
    """The envelope is of a profile that this version does not know."""

    code = "envelope.unknown_profile"


class WrongRecipient(MithaqError):
    """The envelope is addressed to another bureau."""

    code = "envelope.wrong_recipient"


class NotOnTheWay(MithaqError):
    """The issuer did not name this bureau as a relay."""

    code = "envelope.not_on_the_way"


class BadSignature(MithaqError):
    """A signature does not verify."""

    code = "envelope.bad_signature"


class MissingSignature(MithaqError):
    """One of the two signatures of the issuing authority is missing."""

    code = "envelope.missing_signature"


class UnexpectedSignature(MithaqError):
    """A key has signed that is not of the issuing authority."""

    code = "envelope.unexpected_signature"


class BadLifetime(MithaqError):
    """The envelope expires before it is issued, or lives longer than 30 days."""

    code = "envelope.bad_lifetime"


class Expired(MithaqError):
    """The envelope has expired."""

    code = "envelope.expired"


class FromFuture(MithaqError):
    """The envelope was issued later than now."""

    code = "envelope.from_future"


class BadContext(MithaqError):
    """The context header is incomplete or mistyped."""

    code = "envelope.bad_context"


class HeaderMismatch(MithaqError):
    """The outer header and the context header disagree."""

    code = "envelope.header_mismatch"


class Replayed(MithaqError):
    """The same envelope has arrived before; its receipt is sent again."""

    code = "envelope.replayed"

    def __init__(self, earlier: Digest) -> None:
        super().__init__()
        self.earlier = earlier


class ConflictingCopy(MithaqError):
    """Another envelope has arrived before under the same message id: an alarm."""

    code = "envelope.conflicting_copy"

    def __init__(self, earlier: Digest) -> None:
        super().__init__()
        self.earlier = earlier


class WrongSealingKey(MithaqError):
    """The envelope is sealed for a key that is not, or no longer, of this bureau."""

    code = "envelope.wrong_sealing_key"


class CannotUnwrap(MithaqError):
    """The content key was wrapped for another key or another context."""

    code = "envelope.cannot_unwrap"


class BadCommitment(MithaqError):
    """The content key is not the one the header commits to."""

    code = "envelope.key_commitment"


class CannotDecrypt(MithaqError):
    """The content does not decrypt."""

    code = "envelope.cannot_decrypt"


class BadContent(MithaqError):
    """What was sealed is not a signed content in its one form."""

    code = "envelope.bad_content"


class BadManifest(MithaqError):
    """The manifest of the attachments is beyond its limits or contradicts itself."""

    code = "envelope.bad_manifest"


class BadRelease(MithaqError):
    """The signed content is not a release."""

    code = "envelope.bad_release"
