"""Makes tests/vectors/journal.json: `python -m tests.factories.journal_vectors` from the root.

Everything in it comes out the same each time.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib
import uuid
from collections.abc import Mapping
from dataclasses import replace

from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal import entry as entries
from mithaq.core.journal import tree
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.proof import Proof
from tests.factories import logs
from tests.factories.trees import Grown

FILE = pathlib.Path(__file__).parent.parent / "vectors" / "journal.json"
AT = dt.datetime(2026, 11, 21, 8, 30, 0, 250000, tzinfo=dt.UTC)
LOG = logs.log()
WITNESS = logs.witness()
SIZES = (1, 2, 3, 6, 7, 8)
SAMPLE = Entry(
    id=uuid.UUID("0199d5d0-0000-7000-8000-000000000001"),
    kind="envelope-sealed",
    actor="o-7",
    subject="urn:mithaq:XA:method:0199d5d0-0000-7000-8000-000000000002",
    purpose="prevention",
    pact="urn:mithaq:XS:pact:0199d5d0-0000-7000-8000-000000000003",
    peer="XB",
    at=AT,
    salt=bytes(range(32)),
)


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def make() -> Mapping[str, object]:
    grown = Grown(SIZES[-1])
    return {
        "title": "Journal: commitments, trees, checkpoints, proofs; each invalid one is refused",
        "entry": entry_row(),
        "leaves": [text(leaf) for leaf in grown.leaves],
        "roots": [
            {"size": size, "root": text(tree.root_at(hash_at=grown.hash_at, size=size))}
            for size in SIZES
        ],
        "inclusion": [
            {"index": index, "size": size, "path": [text(digest) for digest in path]}
            for size in SIZES
            for index in range(size)
            for path in [tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size)]
        ],
        "consistency": [
            {"old": old, "size": size, "path": [text(digest) for digest in path]}
            for size in SIZES
            for old in SIZES
            if old < size
            for path in [tree.consistency_proof(hash_at=grown.hash_at, old=old, size=size)]
        ],
        "key": LOG.key.to_text(),
        "witness": WITNESS.key.to_text(),
        "checkpoint": witnessed().decode(),
        "invalid_checkpoints": invalid_checkpoints(),
        "proof": proof().decode(),
        "invalid_proofs": invalid_proofs(),
    }


def entry_row() -> Mapping[str, object]:
    return {
        "id": str(SAMPLE.id),
        "kind": SAMPLE.kind,
        "actor": SAMPLE.actor,
        "subject": SAMPLE.subject,
        "purpose": SAMPLE.purpose,
        "pact": SAMPLE.pact,
        "peer": SAMPLE.peer,
        "microseconds": 1795249800250000,
        "salt": text(SAMPLE.salt),
        "opened": text(entries.to_bytes(SAMPLE)),
        "commitment": text(entries.commitment(SAMPLE)),
    }


def witnessed() -> bytes:
    data = logs.signed(by=LOG)
    seen = checkpoints.read_checkpoint(data, key=LOG.key)
    line = checkpoints.cosign(signed=seen, key=WITNESS.key, signer=WITNESS, at=AT)
    return checkpoints.add_cosignature(data, line=line, witness=WITNESS.key)


def invalid_checkpoints() -> list[Mapping[str, str]]:
    """Return checkpoints that have to be refused under the log's key and a quorum of one."""
    good, bad, alone = witnessed().decode(), "journal.bad_checkpoint", "journal.not_witnessed"
    root, line = good.split("\n")[2], good.splitlines()[-2]
    rows = [
        ("another size", good.replace("\n7\n", "\n8\n"), bad),
        ("a leading zero", good.replace("\n7\n", "\n07\n"), bad),
        ("bits in the padding of the root", good.replace(root, f"{root[:-2]}9="), bad),
        ("no padding", good.replace(root, root[:-1]), bad),
        ("no last line feed", good[:-1], bad),
        ("an empty line more", good.replace("\n\n", "\n\n\n"), bad),
        ("the log's line twice", good.replace(line, f"{line}\n{line}"), bad),
        ("the log's line missing", good.replace(f"{line}\n", ""), bad),
        ("the witness's line missing", "".join(good.splitlines(keepends=True)[:-1]), alone),
        ("another time of the witness", with_later_time(good), alone),
    ]
    return [{"reason": reason, "data": data, "code": code} for reason, data, code in rows]


def with_later_time(good: str) -> str:
    *lines, last = good.splitlines(keepends=True)
    name, encoded = last.removeprefix("— ").rstrip("\n").split(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[11] ^= 1
    return "".join(lines) + f"— {name} {text(bytes(raw))}\n"


def proof() -> bytes:
    """Return a proof that opens the sample entry, the second of three."""
    leaves = [b"first", entries.commitment(SAMPLE), b"third"]
    root, paths = tree.merkle_batch(leaves)
    return Proof(
        index=1,
        path=paths[1],
        checkpoint=logs.signed(by=LOG, size=3, root=root),
        extra=entries.to_bytes(SAMPLE),
    ).to_bytes()


def invalid_proofs() -> list[Mapping[str, str]]:
    good = proof().decode()
    extra = good.split("\n")[1]
    other = f"extra {text(entries.to_bytes(replace(SAMPLE, actor='o-8')))}"
    rows = [
        ("another index", good.replace("index 1", "index 0"), "journal.bad_proof"),
        ("an index outside", good.replace("index 1", "index 3"), "journal.bad_proof"),
        ("another actor", good.replace(extra, other), "journal.bad_proof"),
        ("no entry", good.replace(f"{extra}\n", ""), "journal.bad_entry"),
        ("another size", good.replace("\n3\n", "\n4\n"), "journal.bad_checkpoint"),
        ("another version", good.replace("@v1", "@v2"), "journal.bad_proof"),
    ]
    return [{"reason": reason, "data": data, "code": code} for reason, data, code in rows]


def write() -> str:
    return json.dumps(make(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(write(), encoding="utf-8")
