"""Evidence comes back out of a kept envelope and its content key."""

from __future__ import annotations

import pytest

from mithaq.core import cose, envelope
from mithaq.core.envelope import ContentKey
from mithaq.core.envelope.recovery import recover_evidence
from tests.factories.envelopes import XA, XB, Craft, bureau, flip, open_as, seal


def test_the_evidence_is_that_of_the_opening() -> None:
    data = seal()
    opened = open_as(XB, data)

    assert recover_evidence(data, content_key=opened.content_key) == opened.evidence


def test_another_content_key_recovers_nothing() -> None:
    with pytest.raises(envelope.BadCommitment):
        recover_evidence(seal(), content_key=ContentKey(b"o" * 32))


def test_an_altered_content_is_not_recovered() -> None:
    def alter(encrypted: bytes) -> bytes:
        ciphertext = cose.read_encrypt(encrypted).ciphertext
        at = encrypted.index(ciphertext)
        return flip(encrypted, at)

    with pytest.raises(envelope.CannotDecrypt):
        recover_evidence(Craft(encrypted=alter).build(), content_key=ContentKey(b"c" * 32))


@pytest.mark.parametrize(
    "data",
    [b"", cose.sign1(payload=b"x", signer=bureau(XA).node, protected={})],
    ids=["empty", "another message"],
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(envelope.Malformed):
        recover_evidence(data, content_key=ContentKey(b"c" * 32))
