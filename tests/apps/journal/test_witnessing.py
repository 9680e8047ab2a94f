from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mithaq.apps.journal import actions, queries
from mithaq.apps.journal.actions import WitnessConflict
from mithaq.apps.journal.models import Cosignature, Event, Witnessed
from mithaq.core.ids import Digest
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal import tree
from mithaq.core.journal.errors import BadCheckpoint, BadProof, NotWitnessed
from tests.factories import logs
from tests.factories.journals import AT, Journal
from tests.factories.trees import Grown

pytestmark = pytest.mark.django_db
LOG = logs.log("xb.mithaq.example/journal", number=5)
WITNESS = logs.witness("xa.mithaq.example", number=6)
PEER = Grown(12)


def checkpoint(size: int) -> bytes:
    root = tree.root_at(hash_at=PEER.hash_at, size=size)
    return logs.signed(by=LOG, size=size, root=root)


def consistency(old: int, size: int) -> tuple[Digest, ...]:
    return tree.consistency_proof(hash_at=PEER.hash_at, old=old, size=size)


def cosign(
    data: bytes, *, old: int = 0, proof: tuple[bytes, ...] = (), by: logs.NamedSigner = LOG
) -> bytes:
    return actions.cosign(
        checkpoint=data,
        old=old,
        proof=proof,
        log=by.key,
        witness=WITNESS.key,
        signer=WITNESS,
        at=AT,
    )


def test_a_checkpoint_seen_first_is_cosigned_and_remembered() -> None:
    line = cosign(checkpoint(5))

    data = checkpoints.add_cosignature(checkpoint(5), line=line, witness=WITNESS.key)
    read = checkpoints.read_checkpoint(data, key=LOG.key, witnesses=(WITNESS.key,), quorum=1)
    assert read.cosignatures[0].at == AT
    assert Witnessed.objects.get(pk=LOG.key.name).size == 5
    assert Event.objects.get().kind == "journal-witnessed"


@pytest.mark.parametrize("size", [5, 6, 12], ids=["the same", "one more", "many more"])
def test_a_checkpoint_that_continues_is_cosigned(size: int) -> None:
    cosign(checkpoint(5))

    cosign(checkpoint(size), old=5, proof=consistency(5, size))

    assert Witnessed.objects.get(pk=LOG.key.name).size == size


def test_a_second_history_is_not_cosigned() -> None:
    cosign(checkpoint(5))
    forked = logs.signed(by=LOG, size=8, root=bytes(32))

    with pytest.raises(BadProof):
        cosign(forked, old=5, proof=consistency(5, 8))

    assert Witnessed.objects.get(pk=LOG.key.name).size == 5


def test_another_root_at_the_same_size_is_not_cosigned() -> None:
    cosign(checkpoint(5))

    with pytest.raises(BadProof):
        cosign(logs.signed(by=LOG, size=5, root=bytes(32)), old=5)


@pytest.mark.parametrize("old", [0, 4, 6])
def test_a_proof_from_another_size_names_the_one_to_begin_at(old: int) -> None:
    cosign(checkpoint(5))

    with pytest.raises(WitnessConflict) as refused:
        cosign(checkpoint(8), old=old, proof=consistency(old, 8))

    assert refused.value.size == 5


def test_a_smaller_tree_is_not_cosigned() -> None:
    cosign(checkpoint(5))

    with pytest.raises(BadProof):
        cosign(checkpoint(4), old=5)


def test_a_checkpoint_of_another_key_is_not_cosigned() -> None:
    with pytest.raises(BadCheckpoint):
        cosign(checkpoint(5), by=logs.log(LOG.key.name, number=9))

    assert not Witnessed.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_histories_shown_at_once_one_is_cosigned() -> None:
    cosign(checkpoint(5))
    fork = Grown(12)
    for node in fork.frontier.append(b"another entry"):
        fork.hashes[node.level, node.index] = node.digest
    other = logs.signed(by=LOG, size=13, root=fork.frontier.root())
    path = tree.consistency_proof(hash_at=fork.hash_at, old=5, size=13)
    shown = [(checkpoint(12), consistency(5, 12)), (other, path)] * 3

    def show(which: tuple[bytes, tuple[Digest, ...]]) -> str:
        try:
            cosign(which[0], old=5, proof=which[1])
        except WitnessConflict as fault:
            return fault.code
        finally:
            connection.close()
        return "cosigned"

    with ThreadPoolExecutor(len(shown)) as pool:
        answers = sorted(pool.map(show, shown))

    assert answers == ["cosigned", *["journal.witness_conflict"] * 5]


def answered(journal: Journal, *, size: int) -> bytes:
    state = queries.checkpoint_at(size)
    assert state is not None
    seen = checkpoints.read_checkpoint(state.signed, key=journal.key)
    return checkpoints.cosign(signed=seen, key=WITNESS.key, signer=WITNESS, at=AT)


def test_what_a_witness_answers_stands_in_our_proofs() -> None:
    journal = Journal()
    (entry, *_) = journal.grow(3)

    actions.add_cosignature(size=3, line=answered(journal, size=3), witness=WITNESS.key, at=AT)

    assert f"— {WITNESS.key.name} ".encode() in queries.proof(entry)


def test_a_second_answer_changes_nothing() -> None:
    journal = Journal()
    journal.grow(3)
    line = answered(journal, size=3)
    before = Event.objects.count()

    for _ in range(2):
        actions.add_cosignature(size=3, line=line, witness=WITNESS.key, at=AT)

    assert Cosignature.objects.count() == 1
    assert Event.objects.count() == before + 1


def test_an_answer_to_another_checkpoint_is_refused() -> None:
    journal = Journal()
    journal.grow(3, 1)

    for size in (2, 4):
        with pytest.raises(NotWitnessed):
            actions.add_cosignature(
                size=size, line=answered(journal, size=3), witness=WITNESS.key, at=AT
            )


def test_a_log_key_is_no_witness() -> None:
    journal = Journal()
    journal.grow(3)

    with pytest.raises(NotWitnessed):
        actions.add_cosignature(size=3, line=answered(journal, size=3), witness=journal.key, at=AT)
