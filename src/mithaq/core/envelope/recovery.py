"""Getting the evidence out of a kept envelope, long after its sealing key was destroyed.

A bureau keeps the envelope as it came and its content key under a key of its own; together they
give back the signed content, which proves what the issuer wrote.
"""

from __future__ import annotations

from hmac import compare_digest

from mithaq.core import cose
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.errors import BadCommitment, CannotDecrypt, Malformed
from mithaq.core.envelope.evidence import write_evidence
from mithaq.core.envelope.sealing import commitment
from mithaq.core.envelope.stages import ContentKey


def recover_evidence(data: bytes, *, content_key: ContentKey) -> bytes:
    """Return the evidence in the envelope `data`; `verify_evidence` then says what it proves.

    Raises:
        Malformed: `data` is no envelope.
        BadCommitment: it was sealed with another content key.
        CannotDecrypt: it was altered.
    """
    try:
        message = cose.read_sign1(data)
        encrypted = cose.read_encrypt(message.payload or b"")
        _, commits = Context.from_headers(encrypted.headers)
        if not compare_digest(commits, commitment(content_key)):
            raise BadCommitment
        signed = cose.decrypt(encrypted, content_key=content_key)
    except cose.CannotDecrypt as fault:
        raise CannotDecrypt from fault
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise Malformed(fault.detail) from fault
    return write_evidence(context_header=encrypted.protected, signed=signed)
