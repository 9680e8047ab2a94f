from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.journal import note as notes
from mithaq.core.journal.errors import BadNote
from mithaq.core.journal.note import Note, Signature, SignatureKind, VerifierKey
from tests.factories import logs

# The example of c2sp.org/signed-note, byte for byte.
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mF"
    "XmRKuwHjG1Yu72IneyaQM=\n"
)

LINE = PUBLISHED_NOTE.splitlines()[2] + "\n"


def test_the_published_note_verifies_under_the_published_key() -> None:
    key = VerifierKey.from_text(PUBLISHED_KEY)

    note = notes.read_note(PUBLISHED_NOTE.encode())

    (signature,) = note.signatures
    assert signature.is_of(key)
    assert key.verify(signature=signature.value, data=note.text.encode())


def test_the_published_key_is_written_as_it_was_read() -> None:
    assert VerifierKey.from_text(PUBLISHED_KEY).to_text() == PUBLISHED_KEY


def test_one_key_has_another_id_as_a_witness() -> None:
    as_log, as_witness = (
        VerifierKey(name="xa.example", kind=kind, public=bytes(32)) for kind in SignatureKind
    )

    assert as_log.id != as_witness.id


def test_a_text_may_hold_empty_lines_and_any_script() -> None:
    signer = logs.log()
    text = "ميثاق\n\n\nbetween equals\n"
    signature = notes.sign_text(text=text, key=signer.key, signer=signer)

    read = notes.read_note(Note(text=text, signatures=(signature,)).to_bytes())

    assert read.text == text
    assert signer.key.verify(signature=read.signatures[0].value, data=text.encode())


@given(data=st.text(alphabet="a\n— =Uw2QOg", max_size=60))
def test_whatever_is_read_as_a_note_is_written_again_as_it_was(data: str) -> None:
    for candidate in (data, f"{data}\n\n{LINE}", f"{data}{PUBLISHED_NOTE}"):
        try:
            note = notes.read_note(candidate.encode())
        except BadNote:
            continue
        assert note.to_bytes() == candidate.encode()


def test_another_text_does_not_verify() -> None:
    signer = logs.log()
    signature = notes.sign_text(text="a\n", key=signer.key, signer=signer)

    assert not signer.key.verify(signature=signature.value, data=b"b\n")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"text\n", id="no signature"),
        pytest.param(b"text\n\n", id="no signature line"),
        pytest.param(PUBLISHED_NOTE.encode()[:-1], id="no last line feed"),
        pytest.param(PUBLISHED_NOTE.encode() + b"\n", id="an empty line at the end"),
        pytest.param(PUBLISHED_NOTE.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(PUBLISHED_NOTE.encode().replace(b"This", b"\xff\xfe"), id="not UTF-8"),
        pytest.param(PUBLISHED_NOTE.replace("aQM=", "aQN=").encode(), id="padding bits"),
        pytest.param(PUBLISHED_NOTE.replace("aQM=", "aQM").encode(), id="no padding"),
        pytest.param(PUBLISHED_NOTE.replace("Uw2QOk", "Uw2 QOk").encode(), id="a space inside"),
        pytest.param(PUBLISHED_NOTE.replace("foo", "f+oo").encode(), id="a plus in the name"),
        pytest.param(PUBLISHED_NOTE.replace("foo", "f\u00a0o").encode(), id="a space in the name"),
        pytest.param(PUBLISHED_NOTE.replace("— ", "- ").encode(), id="another dash"),
        pytest.param(PUBLISHED_NOTE.encode() + LINE.encode(), id="a line twice"),
        pytest.param("text\n\n— name Uw2QOg==\n".encode(), id="a key id and no signature"),
        pytest.param(b"x" * 70_000 + b"\n\n" + LINE.encode(), id="too long"),
        pytest.param(
            b"text\n\n"
            + b"".join(
                Signature(name=f"n{number}", key_id=bytes(4), value=b"s").to_text().encode()
                for number in range(65)
            ),
            id="65 signatures",
        ),
    ],
)
def test_what_is_no_note_in_canonical_form_is_refused(data: bytes) -> None:
    with pytest.raises(BadNote):
        notes.read_note(data)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("example.com/foo", id="a name alone"),
        pytest.param("example.com/foo+530d903a", id="no key"),
        pytest.param(PUBLISHED_KEY.replace("530d903a", "530d903b"), id="the id of another key"),
        pytest.param(PUBLISHED_KEY.replace("530d903a", "530D903A"), id="capital digits"),
        pytest.param(PUBLISHED_KEY.replace("+Aek", "+Bek"), id="a type we do not read"),
        pytest.param(PUBLISHED_KEY.replace("com/foo", "com/fooo"), id="another name"),
        pytest.param(PUBLISHED_KEY[:-4], id="a short key"),
        pytest.param(PUBLISHED_KEY + "\n", id="a line feed"),
        pytest.param("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", id="no name"),
    ],
)
def test_what_is_no_verifier_key_in_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.from_text(text)


@pytest.mark.parametrize("text", ["AAF=", "AAE", "AA E=", "AAE=\n", "AAE=AA==", "é"])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(BadNote):
        notes.from_base64(text)
