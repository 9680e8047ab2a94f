"""The published vectors hold, read as another implementation would read them."""

from __future__ import annotations

import base64
import io
import json
import pathlib
from typing import TypedDict, cast

import pytest

from mithaq.core import cbor, envelope
from mithaq.core.clock import Period, from_seconds
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.directory.errors import KeyExpired, UnknownSender
from mithaq.core.envelope import Attachment, ContentKey, attachments, receipts
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, KeyId, MessageId
from mithaq.core.keys import HeldKey, KeyRole, MemoryKeyStore, PrivateKey, Unreadable, keyfile

FOLDER = pathlib.Path(__file__).parent


class Entry(TypedDict):
    bureau: str
    role: str
    alg: int
    public: str
    starts_at: int
    ends_at: int | None


Vector = dict[str, str]


def load(name: str) -> dict[str, object]:
    return cast("dict[str, object]", json.loads((FOLDER / name).read_text(encoding="utf-8")))


def listed(name: str, group: str) -> list[Vector]:
    return cast("list[Vector]", load(name)[group])


def octets(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


class Listed:
    """The directory of a file of vectors."""

    def __init__(self, entries: object) -> None:
        self._keys = [self._read(entry) for entry in cast("list[Entry]", entries)]

    def _read(self, entry: Entry) -> tuple[str, str, PublicKey, Period]:
        ends = entry["ends_at"]
        period = Period(
            starts_at=from_seconds(entry["starts_at"]),
            ends_at=None if ends is None else from_seconds(ends),
        )
        key = PublicKey(alg=Algorithm(entry["alg"]), raw=octets(entry["public"]))
        return entry["bureau"], entry["role"], key, period

    def key(self, *, bureau: BureauId, kid: KeyId, role: KeyRole, at: object) -> PublicKey:
        for owner, purpose, key, period in self._keys:
            if (owner, purpose, key.kid) == (bureau, role, kid):
                return self._valid(key, period, at)
        raise UnknownSender

    def authority(self, *, bureau: BureauId, at: object) -> tuple[PublicKey, PublicKey]:
        first, second = (
            self._valid(key, period, at)
            for owner, purpose, key, period in self._keys
            if (owner, purpose) == (bureau, KeyRole.AUTHORITY)
        )
        return first, second

    def _valid(self, key: PublicKey, period: Period, at: object) -> PublicKey:
        if not period.contains(at):  # type: ignore[arg-type]  # an instant, as the protocol says
            raise KeyExpired
        return key


@pytest.mark.parametrize("form", cast("list[str]", load("cbor.json")["valid"]))
def test_a_valid_form_is_read_and_written_alike(form: str) -> None:
    assert cbor.encode(cbor.decode(bytes.fromhex(form))).hex() == form


@pytest.mark.parametrize("vector", listed("cbor.json", "invalid"), ids=lambda one: one["reason"])
def test_an_invalid_form_is_refused(vector: Vector) -> None:
    with pytest.raises(MithaqError) as refusal:
        cbor.decode(bytes.fromhex(vector["form"]))
    assert refusal.value.code == vector["code"]


@pytest.mark.parametrize("vector", listed("keys.json", "keys"), ids=lambda one: str(one["alg"]))
def test_a_seed_gives_its_public_key_and_thumbprint(vector: Vector) -> None:
    key = PrivateKey(alg=Algorithm(int(vector["alg"])), seed=octets(vector["seed"]))

    assert key.public.raw == octets(vector["public"])
    assert key.kid == octets(vector["kid"])


def test_the_key_file_opens() -> None:
    vector = cast("dict[str, str]", load("keyfile.json"))

    held = keyfile.open_(octets(vector["valid"]), vector["passphrase"])

    seeds = cast("list[str]", load("keyfile.json")["seeds"])
    assert [one.key.seed for one in held] == [octets(seed) for seed in seeds]


@pytest.mark.parametrize("vector", listed("keyfile.json", "invalid"), ids=lambda one: one["reason"])
def test_an_invalid_key_file_is_refused(vector: Vector) -> None:
    with pytest.raises(Unreadable):
        keyfile.open_(octets(vector["data"]), cast("str", load("keyfile.json")["passphrase"]))


def open_vector(vector: Vector) -> envelope.Opened:
    document = load("envelope.json")
    seeds = cast("list[str]", document["sealing_seeds"])
    at = from_seconds(int(vector["at"]))
    keystore = MemoryKeyStore(
        HeldKey(
            role=KeyRole.SEALING,
            key=PrivateKey(alg=Algorithm.XWING, seed=octets(seed)),
            created_at=at,
        )
        for seed in seeds
    )
    earlier = vector.get("seen")

    def seen(issuer: BureauId, message_id: MessageId) -> Digest | None:
        return None if earlier is None else Digest(octets(earlier))

    data = (
        bytes(int(vector["zero_bytes"])) if "zero_bytes" in vector else octets(vector["envelope"])
    )
    keyring = Listed(vector.get("directory", document["directory"]))
    me = BureauId(cast("str", document["me"]))
    outer = envelope.verify_outer(data, me=me, keyring=keyring, at=at)
    return envelope.open_(outer, keystore=keystore, keyring=keyring, seen=seen, at=at)


@pytest.mark.parametrize("vector", listed("envelope.json", "valid"), ids=lambda one: one["name"])
def test_a_valid_envelope_opens(vector: Vector) -> None:
    opened = open_vector(vector)

    assert opened.payload == octets(vector["payload"])
    assert opened.digest == octets(vector["digest"])
    assert opened.content_key == octets(vector["content_key"])
    assert opened.evidence == octets(vector["evidence"])
    assert envelope.read_evidence(opened.evidence)[1] == octets(vector["context_header"])


@pytest.mark.parametrize(
    "vector",
    listed("envelope.json", "invalid"),
    ids=lambda one: f"{one['obligation']}: {one['code']}",
)
def test_an_invalid_envelope_is_refused_with_its_code(vector: Vector) -> None:
    with pytest.raises(MithaqError) as refusal:
        open_vector(vector)
    assert refusal.value.code == vector["code"]


def test_every_obligation_has_an_invalid_envelope() -> None:
    refused = {vector["obligation"] for vector in listed("envelope.json", "invalid")}

    assert refused == set(envelope.OBLIGATIONS)


def read_receipt(vector: Vector) -> receipts.Receipt:
    document = load("receipts.json")
    return receipts.read_receipt(
        octets(vector["receipt"]),
        keyring=Listed(document["directory"]),
        at=from_seconds(cast("int", document["at"])),
    )


@pytest.mark.parametrize("vector", listed("receipts.json", "valid"))
def test_a_valid_receipt_is_read(vector: Vector) -> None:
    assert read_receipt(vector).facts.to_bytes() == octets(vector["facts"])


@pytest.mark.parametrize(
    "vector", listed("receipts.json", "invalid"), ids=lambda one: one["reason"]
)
def test_an_invalid_receipt_is_refused_with_its_code(vector: Vector) -> None:
    with pytest.raises(MithaqError) as refusal:
        read_receipt(vector)
    assert refusal.value.code == vector["code"]


def decrypt(vector: Vector) -> bytes:
    sink = io.BytesIO()
    attachments.decrypt(
        source=io.BytesIO(octets(vector["sealed"])),
        sink=sink,
        content_key=ContentKey(octets(cast("str", load("attachments.json")["content_key"]))),
        index=int(vector["index"]),
        attachment=Attachment(
            digest=Digest(octets(vector["digest"])),
            size=int(vector["size"]),
            nonce_prefix=octets(vector["nonce_prefix"]),
        ),
    )
    return sink.getvalue()


@pytest.mark.parametrize("vector", listed("attachments.json", "valid"))
def test_a_valid_attachment_is_decrypted(vector: Vector) -> None:
    assert decrypt(vector) == octets(vector["plaintext"])


@pytest.mark.parametrize(
    "vector", listed("attachments.json", "invalid"), ids=lambda one: one["reason"]
)
def test_an_invalid_attachment_is_refused_with_its_code(vector: Vector) -> None:
    with pytest.raises(MithaqError) as refusal:
        decrypt(vector)
    assert refusal.value.code == vector["code"]
