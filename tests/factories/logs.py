from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mithaq.core.ids import Digest
from mithaq.core.journal.checkpoint import Checkpoint, sign_checkpoint
from mithaq.core.journal.note import SignatureKind, VerifierKey


class NamedSigner:
    """An Ed25519 key with a name, made from a number so that tests can repeat themselves."""

    def __init__(self, name: str, *, kind: SignatureKind, number: int) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public = self._private.public_key().public_bytes_raw()
        self.key = VerifierKey(name=name, kind=kind, public=public)

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


def log(name: str = "xa.example/journal", *, number: int = 1) -> NamedSigner:
    return NamedSigner(name, kind=SignatureKind.LOG, number=number)


def witness(name: str = "xb.example/witness", *, number: int = 2) -> NamedSigner:
    return NamedSigner(name, kind=SignatureKind.WITNESS, number=number)


def signed(*, by: NamedSigner, size: int = 7, root: bytes = bytes(range(32))) -> bytes:
    checkpoint = Checkpoint(origin=by.key.name, size=size, root=Digest(root))
    return sign_checkpoint(checkpoint=checkpoint, key=by.key, signer=by)
