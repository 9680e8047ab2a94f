"""Reading receipts: what they claim, and what they prove."""

from __future__ import annotations

import datetime as dt
from dataclasses import InitVar, dataclass
from functools import lru_cache
from typing import Protocol

from mithaq.core import cbor, cose
from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.cose import Header, PublicKey, Sign1
from mithaq.core.envelope.limits import Claim, Label
from mithaq.core.envelope.receipts.errors import (
    BadReceipt,
    BadReceiptSignature,
    ReceiptFromFuture,
)
from mithaq.core.envelope.receipts.facts import ReceiptFacts, check_statement, read_leaf
from mithaq.core.envelope.receipts.issuing import CONTENT_TYPE, MAX_BATCH, RFC9162_SHA256
from mithaq.core.envelope.stages import TOKEN, StageForged
from mithaq.core.ids import BureauId, Digest, KeyId
from mithaq.core.journal.errors import BadProof
from mithaq.core.journal.tree import inclusion_root
from mithaq.core.keys import KeyRole

MAX_RECEIPT = 4096  # bytes


class Directory(Protocol):
    """What reading a receipt asks the directory."""

    def key(self, *, bureau: BureauId, kid: KeyId, role: KeyRole, at: dt.datetime) -> PublicKey:
        """Return the key of `bureau` with that thumbprint and role, valid at `at`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt whose signature, place in its batch and reporter are verified."""

    token: InitVar[object]
    facts: ReceiptFacts
    node: KeyId

    def __post_init__(self, token: object) -> None:
        if token is not TOKEN:
            raise StageForged


def read_facts(data: bytes) -> ReceiptFacts:
    """Return what a receipt claims, unverified; to find the envelope it speaks of.

    Raises:
        BadReceipt: it cannot be read.
    """
    leaf, _ = _split(data)
    return read_leaf(leaf)


def read_receipt(data: bytes, *, keyring: Directory, at: dt.datetime) -> Receipt:
    """Return the receipt of `data`, verified.

    1. Receipt, proof and facts are in their one form.
    2. The reporter can know what it states, and a refusal has a ground.
    3. It is not from the future.
    4. The directory gives the node key for the reporter at the time of the statement.
    5. Reporter and size of the batch are the signed ones.
    6. The facts are at their place under the signed root.

    Raises:
        BadReceipt: 1 or 5 does not hold.
        WrongReporter: 2 does not hold.
        ReceiptFromFuture: 3 does not hold.
        BadReceiptSignature: 6 does not hold.
        MithaqError: of the directory, if 4 does not hold.
    """
    leaf, inclusion = _split(data)  # discharges 1
    facts = read_leaf(leaf)  # discharges 1
    message, size, index, path = _inclusion(inclusion)  # discharges 1
    check_statement(facts)  # discharges 2
    if facts.at - at > CLOCK_SKEW:  # discharges 3
        raise ReceiptFromFuture
    key = keyring.key(  # discharges 4
        bureau=facts.reporter, kid=message.kid, role=KeyRole.NODE, at=facts.at
    )
    _check_signed_headers(message, reporter=facts.reporter, size=size)  # discharges 5
    try:
        root = inclusion_root(leaf=leaf, index=index, size=size, proof=path)
        _verify_root(key, message.protected, message.signature, root=root)  # discharges 6
    except (BadProof, cose.BadSignature, cose.WrongAlgorithm) as fault:
        raise BadReceiptSignature from fault
    return Receipt(token=TOKEN, facts=facts, node=key.kid)


@lru_cache(maxsize=256)
def _verify_root(key: PublicKey, protected: bytes, signature: bytes, *, root: Digest) -> None:
    """Verify the signature of a batch; what verified once is remembered, a failure never."""
    message = Sign1(
        protected=protected,
        headers={},
        unprotected={},
        payload=None,
        kid=key.kid,
        alg=key.alg,
        signature=signature,
    )
    cose.verify1(message, key=key, payload=root)


def _split(data: bytes) -> tuple[bytes, bytes]:
    match _decode(data):
        case [bytes() as leaf, bytes() as inclusion]:
            return leaf, inclusion
        case _:
            raise BadReceipt("not facts and their proof")


def _decode(data: bytes) -> cbor.Value:
    try:
        return cbor.decode(data, max_size=MAX_RECEIPT)
    except cbor.Malformed as fault:
        raise BadReceipt(fault.detail) from fault


def _inclusion(data: bytes) -> tuple[Sign1, int, int, list[bytes]]:
    try:
        message = cose.read_sign1_with_unprotected(data)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise BadReceipt(fault.detail) from fault
    match message.unprotected:
        case {Header.VERIFIABLE_PROOFS.value: {-1: [bytes() as proof], **others}, **rest}:
            if others or rest or message.payload is not None:
                raise BadReceipt("more than one proof of inclusion")
        case _:
            raise BadReceipt("no proof of inclusion")
    match _decode(proof):
        case [int() as size, int() as index, list() as path]:
            return message, size, index, _path(path)
        case _:
            raise BadReceipt("not a proof of inclusion")


def _path(values: list[cbor.Value]) -> list[bytes]:
    path = [value for value in values if isinstance(value, bytes)]
    if len(path) != len(values):
        raise BadReceipt("not a proof of inclusion")
    return path


def _check_signed_headers(message: Sign1, *, reporter: BureauId, size: int) -> None:
    fields = cbor.Fields(message.headers, fault=BadReceipt)
    signed = (
        fields.text(Header.CONTENT_TYPE),
        fields.integer(Header.VERIFIABLE_STRUCTURE),
        fields.integer(Label.SIZE, most=MAX_BATCH),
        fields.fields(Header.CWT_CLAIMS).text(Claim.ISSUER),
    )
    if signed != (CONTENT_TYPE, RFC9162_SHA256, size, reporter):
        raise BadReceipt("the signed header is of another kind, reporter or batch")
