"""Receipts: what a bureau states about an envelope, signed so that anyone can check it.

Implements docs/protocol/receipts.md. A receipt is the array [facts, proof of inclusion]; the
proof is a COSE receipt (RFC 9942, RFC9162_SHA256) whose detached payload is the root of the
Merkle tree over the facts of a batch. One signature serves the batch; each receipt stands alone.

Invariants: only the audience can state that it received, opened or refused, only the issuer
that it accepted, gave up or failed, only another bureau that it relayed; a refusal, and nothing
else, has a ground.
"""

from __future__ import annotations

from mithaq.core.envelope.receipts.errors import (
    BadReceipt,
    BadReceiptSignature,
    ReceiptFromFuture,
    WrongReporter,
)
from mithaq.core.envelope.receipts.facts import ReceiptFacts
from mithaq.core.envelope.receipts.issuing import MAX_BATCH, ReceiptBytes, issue
from mithaq.core.envelope.receipts.reading import Receipt, read_facts, read_receipt

__all__ = [
    "MAX_BATCH",
    "BadReceipt",
    "BadReceiptSignature",
    "Receipt",
    "ReceiptBytes",
    "ReceiptFacts",
    "ReceiptFromFuture",
    "WrongReporter",
    "issue",
    "read_facts",
    "read_receipt",
]
