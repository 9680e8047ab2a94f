"""The stages of trust, each a type that only the function before it can make.

`SealedBytes` comes from sealing; what comes from the network is plain `bytes`. Construction
asks for a token that this package keeps to itself, so a stage cannot be made elsewhere by
accident, neither by its constructor nor by `dataclasses.replace`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import InitVar, dataclass, field
from typing import NewType

from mithaq.core.cose import Encrypted
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.obligations import OBLIGATIONS, OUTER_OBLIGATIONS, Obligation
from mithaq.core.ids import Digest, KeyId

SealedBytes = NewType("SealedBytes", bytes)
ContentKey = NewType("ContentKey", bytes)  # 32 random bytes, for one envelope


class _Token:
    """Held by the functions of this package that verify."""


TOKEN = _Token()


class StageForged(TypeError):
    """A stage of trust was built without the checks that it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """An envelope whose outer obligations are discharged; nothing has been decrypted."""

    token: InitVar[_Token]
    context: Context
    digest: Digest  # SHA-256 of the whole envelope
    node: KeyId
    verified_at: dt.datetime
    discharged: tuple[Obligation, ...]
    encrypted: Encrypted = field(repr=False)
    commitment: bytes = field(repr=False)

    def __post_init__(self, token: _Token) -> None:
        _demand(token, self.discharged, OUTER_OBLIGATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(_Outside):
    """An envelope for this bureau, verified from outside and not yet opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit(_Outside):
    """An envelope that this bureau relays, verified from outside. It cannot be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An envelope whose every obligation is discharged.

    `payload` is the signed content. `evidence` is what proves, to anyone who knows the issuer's
    keys, that the issuer sent this content to this audience under this pact. `content_key`
    decrypts the attachments and is forgotten afterwards.
    """

    token: InitVar[_Token]
    context: Context
    digest: Digest
    payload: bytes = field(repr=False)
    evidence: bytes = field(repr=False)
    content_key: ContentKey = field(repr=False)
    opened_at: dt.datetime
    discharged: tuple[Obligation, ...]

    def __post_init__(self, token: _Token) -> None:
        _demand(token, self.discharged, OBLIGATIONS)


def _demand(
    token: object, discharged: tuple[Obligation, ...], wanted: tuple[Obligation, ...]
) -> None:
    if token is not TOKEN or discharged != wanted:
        raise StageForged
