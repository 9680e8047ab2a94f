from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.errors import MithaqError
from mithaq.core.journal import entry as entries
from mithaq.core.journal import proof as proofs
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.errors import BadCheckpoint, BadEntry, BadProof
from mithaq.core.journal.proof import Proof
from mithaq.core.journal.tree import merkle_batch
from tests.factories import logs

LOG = logs.log()
ENTRY = Entry(
    id=uuid.UUID(int=5),
    kind="envelope-opened",
    actor="officer:7",
    subject="urn:mithaq:XA:method:0199d5d0-0000-7000-8000-000000000002",
    at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    salt=bytes(range(32)),
)
LEAVES = [b"first", b"second", entries.commitment(ENTRY), b"fourth", b"fifth"]
INDEX = 2


def written(*, extra: bytes = b"", index: int = INDEX) -> bytes:
    root, paths = merkle_batch(LEAVES)
    checkpoint = logs.signed(by=LOG, size=len(LEAVES), root=root)
    return Proof(index=index, path=paths[INDEX], checkpoint=checkpoint, extra=extra).to_bytes()


OPENED = written(extra=entries.to_bytes(ENTRY))


def test_a_proof_has_the_form_that_c2sp_publishes() -> None:
    lines = written(extra=b"more").decode().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 2"]
    assert lines[6:9] == ["", LOG.key.name, "5"]


def test_a_proof_shows_the_leaf_at_its_index() -> None:
    shown = proofs.verify_proof(written(), leaf=LEAVES[INDEX], key=LOG.key)

    assert (shown.index, shown.signed.checkpoint.size) == (INDEX, len(LEAVES))


def test_an_opened_proof_shows_the_entry() -> None:
    entry, shown = proofs.verify_entry(OPENED, key=LOG.key)

    assert entry == ENTRY
    assert shown.index == INDEX


def test_a_proof_of_another_leaf_is_refused() -> None:
    with pytest.raises(BadProof):
        proofs.verify_proof(written(), leaf=b"first", key=LOG.key)


def test_a_proof_that_names_another_index_is_refused() -> None:
    with pytest.raises(BadProof):
        proofs.verify_proof(written(index=3), leaf=LEAVES[INDEX], key=LOG.key)


def test_a_proof_of_another_log_is_refused() -> None:
    with pytest.raises(BadCheckpoint):
        proofs.verify_proof(written(), leaf=LEAVES[INDEX], key=logs.log(number=9).key)


def test_a_proof_without_an_entry_opens_none() -> None:
    with pytest.raises(BadEntry):
        proofs.verify_entry(written(), key=LOG.key)


@given(where=st.integers(0, len(OPENED) - 1), mask=st.integers(1, 255))
def test_any_changed_byte_of_an_opened_proof_is_refused(where: int, mask: int) -> None:
    changed = bytearray(OPENED)
    changed[where] ^= mask

    with pytest.raises(MithaqError) as refused:
        proofs.verify_entry(bytes(changed), key=LOG.key)
    assert refused.value.code in {
        "journal.bad_proof",
        "journal.bad_entry",
        "journal.bad_checkpoint",
    }


@pytest.mark.parametrize("where", range(len(written())))
def test_any_changed_byte_of_a_closed_proof_is_refused(where: int) -> None:
    changed = bytearray(written())
    changed[where] ^= 0x01

    with pytest.raises((BadProof, BadCheckpoint)):
        proofs.verify_proof(bytes(changed), leaf=LEAVES[INDEX], key=LOG.key)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"c2sp.org/tlog-proof@v1\n\n", id="a header alone"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nextra bW9y\n\n", id="no index"),
        pytest.param(written().replace(b"index 2", b"index 02"), id="a leading zero"),
        pytest.param(written().replace(b"index 2", b"index -2"), id="a negative index"),
        pytest.param(written().replace(b"index 2", b"index " + b"2" * 9999), id="an endless index"),
        pytest.param(written().replace(b"@v1", b"@v2"), id="another version"),
        pytest.param(written().replace(b"index 2\n", b"index 2\nAAEC\n"), id="a short hash"),
        pytest.param(written().replace(b"index 2\n", b"extra \nindex 2\n"), id="an empty extra"),
        pytest.param(bytes(200_000), id="too long"),
        pytest.param(
            written().replace(b"index 2\n", b"index 2\n" + (b"A" * 43 + b"=\n") * 62),
            id="more hashes than a path can have",
        ),
    ],
)
def test_what_is_no_proof_in_canonical_form_is_refused(data: bytes) -> None:
    with pytest.raises(BadProof):
        proofs.read_proof(data)
