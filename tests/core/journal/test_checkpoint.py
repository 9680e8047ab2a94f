from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.rekor.checkpoint import SignedCheckpoint as ForeignCheckpoint

from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal.checkpoint import Checkpoint
from mithaq.core.journal.errors import BadCheckpoint, NotWitnessed
from mithaq.core.journal.note import Signature, from_base64
from tests.factories import logs

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
LOG = logs.log()
WITNESS = logs.witness()
OTHER_WITNESS = logs.witness("xs.example/witness", number=3)
SIGNED = logs.signed(by=LOG)


def witnessed() -> bytes:
    seen = checkpoints.read_checkpoint(SIGNED, key=LOG.key)
    line = checkpoints.cosign(signed=seen, key=WITNESS.key, signer=WITNESS, at=AT)
    return checkpoints.add_cosignature(SIGNED, line=line, witness=WITNESS.key)


WITNESSED = witnessed()


@given(size=st.integers(0, 2**63 - 1), root=st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_reads_back_as_it_was(size: int, root: bytes) -> None:
    data = logs.signed(by=LOG, size=size, root=root)

    read = checkpoints.read_checkpoint(data, key=LOG.key).checkpoint

    assert read == Checkpoint(origin=LOG.key.name, size=size, root=Digest(root))


def test_a_foreign_reader_sees_the_same_checkpoint() -> None:
    foreign = ForeignCheckpoint.from_text(SIGNED.decode())

    assert foreign.checkpoint.origin == LOG.key.name
    assert foreign.checkpoint.log_size == 7
    assert foreign.checkpoint.log_hash == bytes(range(32)).hex()
    assert [signature.sig_hash for signature in foreign.signed_note.signatures] == [LOG.key.id]


@pytest.mark.parametrize("where", range(len(SIGNED)))
def test_any_changed_byte_of_a_checkpoint_is_refused(where: int) -> None:
    for mask in (0x01, 0x20, 0x80, 0xFF):
        changed = bytearray(SIGNED)
        changed[where] ^= mask

        with pytest.raises(BadCheckpoint):
            checkpoints.read_checkpoint(bytes(changed), key=LOG.key)


@given(where=st.integers(0, len(WITNESSED) - 1), mask=st.integers(1, 255))
def test_any_changed_byte_of_a_witnessed_checkpoint_is_refused(where: int, mask: int) -> None:
    changed = bytearray(WITNESSED)
    changed[where] ^= mask

    with pytest.raises(MithaqError) as refused:
        checkpoints.read_checkpoint(bytes(changed), key=LOG.key, witnesses=(WITNESS.key,), quorum=1)
    assert refused.value.code in {"journal.bad_checkpoint", "journal.not_witnessed"}


@given(length=st.integers(0, len(WITNESSED) - 1))
def test_a_shortened_witnessed_checkpoint_is_refused(length: int) -> None:
    with pytest.raises((BadCheckpoint, NotWitnessed)):
        checkpoints.read_checkpoint(
            WITNESSED[:length], key=LOG.key, witnesses=(WITNESS.key,), quorum=1
        )


def test_a_checkpoint_of_another_log_is_refused() -> None:
    same_key = logs.log("xb.example/journal")

    with pytest.raises(BadCheckpoint):
        checkpoints.read_checkpoint(SIGNED, key=same_key.key)


def test_a_checkpoint_by_another_key_is_refused() -> None:
    same_name = logs.log(number=9)

    with pytest.raises(BadCheckpoint):
        checkpoints.read_checkpoint(SIGNED, key=same_name.key)


@pytest.mark.parametrize("signer", [logs.log("xb.example/journal"), logs.witness(LOG.key.name)])
def test_no_key_signs_for_another_origin_or_as_a_witness(signer: logs.NamedSigner) -> None:
    with pytest.raises(BadCheckpoint):
        checkpoints.sign_checkpoint(
            checkpoint=Checkpoint(origin=LOG.key.name, size=1, root=Digest(bytes(32))),
            key=signer.key,
            signer=signer,
        )


ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("origin\n7\n", id="two lines"),
        pytest.param(f"\n7\n{ROOT}\n", id="no origin"),
        pytest.param(f"origin\n07\n{ROOT}\n", id="a leading zero"),
        pytest.param(f"origin\n+7\n{ROOT}\n", id="a sign"),
        pytest.param(f"origin\n\u0667\n{ROOT}\n", id="digits of another script"),
        pytest.param(f"origin\n{2**63}\n{ROOT}\n", id="a size too large"),
        pytest.param(f"origin\n{'9' * 5000}\n{ROOT}\n", id="a size far too long"),
        pytest.param(f"origin\n7\n{ROOT.replace('8=', '9=')}\n", id="padding bits"),
        pytest.param("origin\n7\nAAEC\n", id="a short root"),
        pytest.param(f"origin\n7\n{ROOT}\n\n", id="an empty extension"),
        pytest.param(f"origin\n7\n{ROOT}", id="no line feed"),
    ],
)
def test_what_is_no_checkpoint_in_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        Checkpoint.from_text(text)


def test_extension_lines_of_others_survive() -> None:
    text = f"origin\n7\n{ROOT}\nan extension\n"

    assert Checkpoint.from_text(text).to_text() == text


def test_a_cosignature_names_its_witness_and_its_second() -> None:
    read = checkpoints.read_checkpoint(
        WITNESSED, key=LOG.key, witnesses=(OTHER_WITNESS.key, WITNESS.key), quorum=1
    )

    assert read.cosignatures == (checkpoints.Cosignature(witness=WITNESS.key.name, at=AT),)


def test_a_quorum_that_is_not_reached_is_refused() -> None:
    with pytest.raises(NotWitnessed):
        checkpoints.read_checkpoint(
            WITNESSED, key=LOG.key, witnesses=(WITNESS.key, OTHER_WITNESS.key), quorum=2
        )


def test_an_unknown_witness_counts_for_nothing_and_harms_nothing() -> None:
    read = checkpoints.read_checkpoint(WITNESSED, key=LOG.key, witnesses=(OTHER_WITNESS.key,))

    assert read.cosignatures == ()


def test_a_cosignature_follows_the_published_message() -> None:
    line = WITNESSED.decode().splitlines()[-1]
    stamped = from_base64(line.split(" ")[2])[4:]
    message = (
        f"cosignature/v1\ntime {int(AT.timestamp())}\n".encode() + SIGNED.partition(b"\n\n")[0]
    )

    assert int.from_bytes(stamped[:8], "big") == int(AT.timestamp())
    assert WITNESS.key.verify(signature=stamped[8:], data=message + b"\n")


def test_a_later_cosignature_replaces_the_earlier() -> None:
    seen = checkpoints.read_checkpoint(WITNESSED, key=LOG.key)
    later = AT + dt.timedelta(minutes=1)
    line = checkpoints.cosign(signed=seen, key=WITNESS.key, signer=WITNESS, at=later)

    data = checkpoints.add_cosignature(WITNESSED, line=line, witness=WITNESS.key)

    read = checkpoints.read_checkpoint(data, key=LOG.key, witnesses=(WITNESS.key,), quorum=1)
    assert [cosignature.at for cosignature in read.cosignatures] == [later]


def test_a_log_key_does_not_cosign() -> None:
    seen = checkpoints.read_checkpoint(SIGNED, key=LOG.key)

    with pytest.raises(NotWitnessed):
        checkpoints.cosign(signed=seen, key=LOG.key, signer=LOG, at=AT)


def test_a_signature_of_a_log_key_is_no_cosignature() -> None:
    with pytest.raises(NotWitnessed):
        checkpoints.read_checkpoint(SIGNED, key=LOG.key, witnesses=(LOG.key,))


@pytest.mark.parametrize(
    ("line", "by"),
    [
        pytest.param(b"no line\n", WITNESS, id="no line"),
        pytest.param(b"\xff\xfe\n", WITNESS, id="no text"),
        pytest.param(WITNESSED.splitlines(keepends=True)[-1], OTHER_WITNESS, id="another witness"),
    ],
)
def test_what_is_no_cosignature_is_not_added(line: bytes, by: logs.NamedSigner) -> None:
    with pytest.raises(NotWitnessed):
        checkpoints.add_cosignature(SIGNED, line=line, witness=by.key)


def test_a_cosignature_of_another_checkpoint_is_not_added() -> None:
    line = WITNESSED.splitlines(keepends=True)[-1]

    with pytest.raises(NotWitnessed):
        checkpoints.add_cosignature(logs.signed(by=LOG, size=8), line=line, witness=WITNESS.key)


def test_a_cosignature_of_a_year_that_no_calendar_has_is_refused() -> None:
    text = checkpoints.read_checkpoint(SIGNED, key=LOG.key).note.text
    seconds = 2**62
    value = WITNESS.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    line = Signature(
        name=WITNESS.key.name, key_id=WITNESS.key.id, value=seconds.to_bytes(8, "big") + value
    )

    with pytest.raises(NotWitnessed):
        checkpoints.add_cosignature(SIGNED, line=line.to_text().encode(), witness=WITNESS.key)
