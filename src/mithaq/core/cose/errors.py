"""Faults of COSE messages and of public keys."""

from __future__ import annotations

from mithaq.core.errors import MithaqError


class Malformed(MithaqError):
    """The bytes are not the COSE message that is asked for."""

    code = "cose.malformed"


class WrongAlgorithm(MithaqError):
    """A key or a message names another algorithm than the one asked for."""

    code = "cose.wrong_algorithm"


class BadSignature(MithaqError):
    """A signature does not verify."""

    code = "cose.bad_signature"


class MissingSignature(MithaqError):
    """A required signature is not there."""

    code = "cose.missing_signature"


class UnexpectedSignature(MithaqError):
    """A signature is there that nobody asked for."""

    code = "cose.unexpected_signature"


class CannotDecrypt(MithaqError):
    """A content key or a content cannot be decrypted with this key and context."""

    code = "cose.cannot_decrypt"


class BadKey(MithaqError):
    """The bytes are not a public key of the algorithm."""

    code = "cose.bad_key"
