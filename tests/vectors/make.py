"""Make the published vectors anew: `python -m tests.vectors.make`.

Sealing is random, so every run gives other bytes; the files are made once a profile and then
kept. The private keys in them are derived from names and protect nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import pathlib
from hashlib import sha256

from mithaq.core import cbor, envelope
from mithaq.core.clock import Period, to_seconds
from mithaq.core.cose import Algorithm
from mithaq.core.envelope import ContentKey, attachments, receipts
from mithaq.core.ids import BureauId, Digest
from mithaq.core.keys import KeyRole, PrivateKey, keyfile
from tests.core.cbor import test_cbor
from tests.core.envelope.receipts.test_receipts import facts, sign_anyway
from tests.core.envelope.test_obligations import SAMPLES, Sample
from tests.factories.envelopes import (
    CONTENT_KEY,
    DAY,
    NOW,
    VALIDITY,
    XA,
    XB,
    XC,
    XS,
    bureau,
    flip,
    make_context,
    open_as,
    seal,
)

FOLDER = pathlib.Path(__file__).parent
PASSPHRASE = "five long words of a vector"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def write(name: str, content: dict[str, object]) -> None:
    document = json.dumps(content, ensure_ascii=False, indent=1)
    (FOLDER / name).write_text(document + "\n", encoding="utf-8")


def make_cbor() -> None:
    write(
        "cbor.json",
        {
            "title": "Deterministic CBOR: forms that are read, and forms that are refused",
            "source": "RFC 8949, appendix A, and our own",
            "valid": [form for _, form in test_cbor.EXAMPLES],
            "invalid": [
                {"reason": reason, "form": form, "code": "cbor.malformed"}
                for reason, form in test_cbor.REFUSED.items()
            ],
        },
    )


def make_keys() -> None:
    write(
        "keys.json",
        {
            "title": "From seed to public key and thumbprint",
            "keys": [
                {
                    "alg": int(alg),
                    "seed": text(seed),
                    "public": text(PrivateKey(alg=alg, seed=seed).public.raw),
                    "kid": text(PrivateKey(alg=alg, seed=seed).kid),
                }
                for alg in (Algorithm.ED25519, Algorithm.ML_DSA_65, Algorithm.XWING)
                for seed in (bytes(32), bytes(range(32)))
            ],
        },
    )


def make_keyfile() -> None:
    held = bureau(XA).held
    data = keyfile.seal(held, PASSPHRASE)
    write(
        "keyfile.json",
        {
            "title": "A key file; each invalid one is refused with keys.unreadable",
            "passphrase": PASSPHRASE,
            "valid": text(data),
            "seeds": [text(one.key.seed) for one in held],
            "invalid": [
                {"reason": "one bit of the header changed", "data": text(flip(data, 30))},
                {"reason": "one bit of the content changed", "data": text(flip(data, -1))},
                {"reason": "cut off", "data": text(data[:-1])},
                {"reason": "one byte more", "data": text(data + b"\x00")},
                {"reason": "Argon2id with 8 MiB", "data": text(weakened(data))},
            ],
        },
    )


def weakened(data: bytes) -> bytes:
    match cbor.decode(data):
        case [bytes() as raw, bytes() as content]:
            header = cbor.decode(raw)
            assert isinstance(header, dict)
            return cbor.encode([cbor.encode({**header, 3: 8192}), content])
        case _:
            raise AssertionError


def directory(periods: dict[bytes, Period]) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    for code in (XA, XB, XC, XS):
        for held in bureau(code).held:
            if held.role is KeyRole.STORAGE:
                continue
            period = periods.get(held.key.kid, VALIDITY)
            ends = None if period.ends_at is None else to_seconds(period.ends_at)
            entries.append(
                {
                    "bureau": code,
                    "role": held.role.value,
                    "alg": int(held.key.alg),
                    "public": text(held.public.raw),
                    "starts_at": to_seconds(period.starts_at),
                    "ends_at": ends,
                }
            )
    return entries


def seeds(code: BureauId) -> list[str]:
    return [text(held.key.seed) for held in bureau(code).held if held.role is KeyRole.SEALING]


def refused(sample: Sample) -> dict[str, object]:
    data = sample.data()
    seen = sample.seen(data)(XA, make_context().message_id)
    vector: dict[str, object] = {
        "obligation": sample.obligation.value,
        "code": sample.error.code,
        "at": to_seconds(sample.at),
        "seen": None if seen is None else text(seen),
        "envelope": text(data),
    }
    if sample.obligation is envelope.Obligation.SIZE:
        vector["envelope"] = None
        vector["zero_bytes"] = envelope.MAX_ENVELOPE + 1
    if sample.obligation is envelope.Obligation.AUTHORITY:
        late = Period(starts_at=NOW + DAY, ends_at=None)
        vector["directory"] = directory({bureau(XA).authority[0].kid: late})
    return vector


def opened(name: str, data: bytes) -> dict[str, object]:
    result = open_as(XB, data)
    return {
        "name": name,
        "at": to_seconds(NOW),
        "envelope": text(data),
        "digest": text(sha256(data).digest()),
        "context_header": text(envelope.read_evidence(result.evidence)[1]),
        "payload": text(result.payload),
        "content_key": text(result.content_key),
        "evidence": text(result.evidence),
    }


def make_envelope() -> None:
    everything = make_context(
        via=(XS,),
        in_reply_to=b"r" * 16,
        previous=Digest(b"v" * 32),
        sequence=2,
        attachments=(envelope.Attachment(digest=Digest(b"a" * 32), size=5, nonce_prefix=b"n" * 7),),
    )
    write(
        "envelope.json",
        {
            "title": "Envelopes that XB opens, and envelopes that it refuses",
            "me": XB,
            "sealing_seeds": seeds(XB),
            "directory": directory({}),
            "valid": [
                opened("the least there is", seal(payload=b"")),
                opened("every parameter", seal(everything)),
                opened("a longer life", seal(make_context(expires_at=NOW + 30 * DAY))),
            ],
            "invalid": [refused(sample) for sample in SAMPLES],
        },
    )


def make_receipts() -> None:
    items = [facts(number) for number in range(3)]
    batch = receipts.issue(items=items, signer=bureau(XB).node)
    future = facts(at=NOW + dt.timedelta(hours=1))
    write(
        "receipts.json",
        {
            "title": "Receipts of one batch of three, and receipts that are refused",
            "at": to_seconds(NOW),
            "directory": directory({}),
            "valid": [
                {"facts": text(item.to_bytes()), "receipt": text(data)}
                for item, data in zip(items, batch, strict=True)
            ],
            "invalid": [
                {
                    "reason": "one bit of the facts changed",
                    "code": "receipt.bad_signature",
                    "receipt": text(flip(batch[0], 10)),
                },
                {
                    "reason": "one bit of the signature or the path changed",
                    "code": "receipt.bad_signature",
                    "receipt": text(flip(batch[0], -70)),
                },
                {
                    "reason": "one byte more",
                    "code": "receipt.malformed",
                    "receipt": text(batch[0] + b"\x00"),
                },
                {
                    "reason": "the issuer states that it opened its own envelope",
                    "code": "receipt.wrong_reporter",
                    "receipt": text(sign_anyway(facts(reporter=XA))),
                },
                {
                    "reason": "a ground without refusal",
                    "code": "receipt.malformed",
                    "receipt": text(sign_anyway(facts(ground="pact.purpose"))),
                },
                {
                    "reason": "an hour from now",
                    "code": "receipt.from_future",
                    "receipt": text(sign_anyway(future)),
                },
                {
                    "reason": "signed by the node of another bureau",
                    "code": "envelope.unknown_sender",
                    "receipt": text(sign_anyway(facts(), signer=XS)),
                },
            ],
        },
    )


def make_attachments() -> None:
    data = b"a small file"
    sink = io.BytesIO()
    entry = attachments.encrypt(
        source=io.BytesIO(data), sink=sink, content_key=CONTENT_KEY, index=0
    )
    sealed = sink.getvalue()
    empty = io.BytesIO()
    nothing = attachments.encrypt(
        source=io.BytesIO(), sink=empty, content_key=ContentKey(CONTENT_KEY), index=1
    )
    write(
        "attachments.json",
        {
            "title": "Encrypted attachments; each invalid one is refused",
            "content_key": text(CONTENT_KEY),
            "valid": [
                attachment(0, entry, sealed) | {"plaintext": text(data)},
                attachment(1, nothing, empty.getvalue()) | {"plaintext": ""},
            ],
            "invalid": [
                attachment(1, entry, sealed) | {"reason": "another place of the manifest"},
                attachment(0, entry, flip(sealed, 0)) | {"reason": "one bit changed"},
                attachment(0, entry, sealed[:-1]) | {"reason": "cut off"},
                attachment(0, entry, sealed + b"\x00") | {"reason": "one byte more"},
            ],
        },
    )


def attachment(index: int, entry: envelope.Attachment, sealed: bytes) -> dict[str, object]:
    return {
        "index": index,
        "digest": text(entry.digest),
        "size": entry.size,
        "nonce_prefix": text(entry.nonce_prefix),
        "sealed": text(sealed),
        "code": "attachment.altered",
    }


def main() -> None:
    """Write every file of this folder."""
    make_cbor()
    make_keys()
    make_keyfile()
    make_envelope()
    make_receipts()
    make_attachments()


if __name__ == "__main__":
    main()
