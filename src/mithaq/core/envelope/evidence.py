"""Evidence: what proves who sent which content to whom, when no sealing key is left.

The deterministic CBOR array [context header, COSE_Sign], both byte strings. A court needs the
two public authority keys of the issuer at the time and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mithaq.core import cbor, cose
from mithaq.core.cose import PublicKey, headers
from mithaq.core.envelope import checks
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.errors import BadContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A content and the context it was signed for, both signatures verified."""

    context: Context
    payload: bytes = field(repr=False)


def write_evidence(*, context_header: bytes, signed: bytes) -> bytes:
    """Return the evidence of the signed content under its context header."""
    return cbor.encode([context_header, signed])


def read_evidence(data: bytes) -> tuple[Context, bytes]:
    """Return the context that evidence claims and its context header, unverified.

    With it the issuer and the time are known, for which `verify_evidence` wants the keys.

    Raises:
        BadContent: it is not evidence.
        BadContext, UnknownProfile: its context cannot be read.
    """
    context_header, _ = _split(data)
    return _context(context_header), context_header


def verify_evidence(data: bytes, *, authority: tuple[PublicKey, PublicKey]) -> Evidence:
    """Return what the evidence proves.

    1. It is in its one form. 2. Both keys of `authority`, and nobody else, signed the content
    under the context.

    Raises:
        MithaqError: of `mithaq.core.envelope.errors`, if one does not hold.
    """
    context_header, signed = _split(data)  # discharges 1
    context = _context(context_header)
    message = checks.read_content(signed)
    payload = checks.verify_content(message, authority, context_header)  # discharges 2
    return Evidence(context=context, payload=payload)


def _split(data: bytes) -> tuple[bytes, bytes]:
    try:
        value = cbor.decode(data, max_size=cbor.MAX_SIZE)
    except cbor.Malformed as fault:
        raise BadContent(fault.detail) from fault
    match value:
        case [bytes() as context_header, bytes() as signed]:
            return context_header, signed
        case _:
            raise BadContent("not evidence")


def _context(context_header: bytes) -> Context:
    try:
        parameters = headers.read(context_header)
    except cose.Malformed as fault:
        raise BadContent(fault.detail) from fault
    context, _ = Context.from_headers(parameters)
    return context
