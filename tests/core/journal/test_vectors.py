"""The published vectors hold; other implementers read the same file."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TypedDict

import cbor2
import pytest

from mithaq.core.errors import MithaqError
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal import entry as entries
from mithaq.core.journal import proof as proofs
from mithaq.core.journal import tree
from mithaq.core.journal.note import VerifierKey
from tests.factories import journal_vectors


class Invalid(TypedDict):
    reason: str
    data: str
    code: str


VECTORS = json.loads(journal_vectors.FILE.read_text(encoding="utf-8"))
KEY = VerifierKey.from_text(VECTORS["key"])
WITNESS = VerifierKey.from_text(VECTORS["witness"])
LEAVES = [base64.b64decode(leaf) for leaf in VECTORS["leaves"]]
ROOTS = {row["size"]: base64.b64decode(row["root"]) for row in VECTORS["roots"]}


def path(row: dict[str, list[str]]) -> list[bytes]:
    return [base64.b64decode(digest) for digest in row["path"]]


def test_the_file_is_what_the_maker_makes() -> None:
    assert journal_vectors.FILE.read_text(encoding="utf-8") == journal_vectors.write()


def test_the_commitment_follows_from_the_fields_by_other_means() -> None:
    row = VECTORS["entry"]
    names = ("kind", "actor", "subject", "purpose", "pact", "peer", "microseconds")
    identity = bytes.fromhex(row["id"].replace("-", ""))
    fields = ["mithaq/journal-entry/v1", identity, *(row[name] for name in names)]
    salt = base64.b64decode(row["salt"])

    assert base64.b64decode(row["opened"]) == cbor2.dumps([*fields, salt])
    assert base64.b64decode(row["commitment"]) == hmac.digest(salt, cbor2.dumps(fields), "sha256")


def test_the_opened_entry_reads_back() -> None:
    opened = entries.from_bytes(base64.b64decode(VECTORS["entry"]["opened"]))

    assert entries.commitment(opened) == base64.b64decode(VECTORS["entry"]["commitment"])


@pytest.mark.parametrize("row", VECTORS["inclusion"])
def test_every_path_leads_to_its_root(row: dict[str, list[str]]) -> None:
    index, size = int(str(row["index"])), int(str(row["size"]))

    tree.verify_inclusion(
        leaf=LEAVES[index], index=index, size=size, proof=path(row), root=ROOTS[size]
    )


@pytest.mark.parametrize("row", VECTORS["consistency"])
def test_every_tree_continues_the_smaller(row: dict[str, list[str]]) -> None:
    old, size = int(str(row["old"])), int(str(row["size"]))

    tree.verify_consistency(
        old=old, size=size, proof=path(row), old_root=ROOTS[old], root=ROOTS[size]
    )


def test_the_checkpoint_is_signed_and_witnessed() -> None:
    read = checkpoints.read_checkpoint(
        VECTORS["checkpoint"].encode(), key=KEY, witnesses=(WITNESS,), quorum=1
    )

    assert read.checkpoint.size == 7


def test_the_proof_opens_the_entry() -> None:
    entry, shown = proofs.verify_entry(VECTORS["proof"].encode(), key=KEY)

    assert str(entry.id) == VECTORS["entry"]["id"]
    assert shown.index == 1


@pytest.mark.parametrize("row", VECTORS["invalid_checkpoints"], ids=lambda row: row["reason"])
def test_each_invalid_checkpoint_is_refused_by_name(row: Invalid) -> None:
    with pytest.raises(MithaqError) as refused:
        checkpoints.read_checkpoint(row["data"].encode(), key=KEY, witnesses=(WITNESS,), quorum=1)

    assert refused.value.code == row["code"]


@pytest.mark.parametrize("row", VECTORS["invalid_proofs"], ids=lambda row: row["reason"])
def test_each_invalid_proof_is_refused_by_name(row: Invalid) -> None:
    with pytest.raises(MithaqError) as refused:
        proofs.verify_entry(row["data"].encode(), key=KEY)

    assert refused.value.code == row["code"]
