"""Issuing receipts: one signature for a batch, each receipt complete in itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NewType

from mithaq.core import cbor, cose
from mithaq.core.cose import Header, Signer
from mithaq.core.envelope.limits import Claim, Label
from mithaq.core.envelope.receipts.errors import BadReceipt
from mithaq.core.envelope.receipts.facts import ReceiptFacts, check_statement
from mithaq.core.journal.tree import merkle_batch

ReceiptBytes = NewType("ReceiptBytes", bytes)

MAX_BATCH = 1024  # receipts under one signature
CONTENT_TYPE = "application/vnd.mithaq.receipt"
RFC9162_SHA256 = 1  # verifiable data structure, RFC 9942
INCLUSION = -1  # label of inclusion proofs, RFC 9942


def issue(*, items: Sequence[ReceiptFacts], signer: Signer) -> list[ReceiptBytes]:
    """Return one receipt for each of `items`, in their order, under one signature.

    `signer` is the node key of the reporter, who is the same for all items.

    Raises:
        BadReceipt: the batch is too large, of several reporters, or an item lacks its ground.
        WrongReporter: the reporter cannot know what an item states.
    """
    if not items:
        return []
    if len(items) > MAX_BATCH or len({item.reporter for item in items}) != 1:
        raise BadReceipt("a batch is too large or of several reporters")
    for item in items:
        check_statement(item)
    leaves = [item.to_bytes() for item in items]
    root, paths = merkle_batch(leaves)
    protected, signature = cose.sign1_detached(
        payload=root,
        signer=signer,
        protected={
            Header.CONTENT_TYPE: CONTENT_TYPE,
            Header.CWT_CLAIMS: {Claim.ISSUER.value: items[0].reporter},
            Header.VERIFIABLE_STRUCTURE: RFC9162_SHA256,
            Label.SIZE: len(items),
        },
    )
    receipts: list[ReceiptBytes] = []
    for index, (leaf, path) in enumerate(zip(leaves, paths, strict=True)):
        proof = cbor.encode([len(items), index, path])
        inclusion = cose.assemble(
            protected=protected,
            unprotected={Header.VERIFIABLE_PROOFS: {INCLUSION: [proof]}},
            signature=signature,
        )
        receipts.append(ReceiptBytes(cbor.encode([leaf, inclusion])))
    return receipts
