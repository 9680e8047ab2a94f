from __future__ import annotations

import datetime as dt
import pathlib
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from mithaq.apps.journal import queries, store
from mithaq.apps.journal.actions import sequencing
from mithaq.apps.journal.models import Checkpoint, Event, Leaf, Node, Pending
from mithaq.apps.journal.store import Mark
from mithaq.core.cose import Algorithm
from mithaq.core.ids import Digest
from mithaq.core.journal.checkpoint import read_checkpoint
from mithaq.core.journal.errors import Inconsistent, Truncated
from mithaq.core.journal.tree import merkle_batch
from mithaq.core.keys import PrivateKey
from tests.factories import journals
from tests.factories.journals import Journal

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)


def leaves() -> list[bytes]:
    return [bytes(leaf.commitment) for leaf in Leaf.objects.order_by("position")]


@pytest.mark.django_db
def test_nothing_is_signed_when_nothing_waits() -> None:
    assert Journal().sequence() is None
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("batches", [(1,), (7,), (3, 1, 8), (1,) * 9])
def test_the_signed_root_is_that_of_all_leaves(batches: tuple[int, ...]) -> None:
    journal = Journal()

    written = journal.grow(*batches)

    state = queries.latest_checkpoint()
    assert state is not None
    found = read_checkpoint(state.signed, key=journal.key).checkpoint
    assert (found.origin, found.size) == (journal.origin, sum(batches))
    assert found.root == merkle_batch(leaves())[0]
    assert list(queries.positions(written).values()) == list(range(sum(batches)))


@pytest.mark.django_db
def test_every_complete_subtree_above_the_leaves_is_stored() -> None:
    Journal().grow(5, 2)

    stored = {(node.level, node.index) for node in Node.objects.all()}
    assert stored == {(1, 0), (1, 1), (1, 2), (2, 0)}


@pytest.mark.django_db
def test_more_than_one_step_is_placed_under_one_checkpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequencing, "LARGEST_STEP", 4)
    journal = Journal()
    written = journal.write(10)

    checkpointed = journal.sequence()

    assert checkpointed is not None
    assert sorted(checkpointed.positions.values()) == list(range(10))
    assert checkpointed.positions.keys() == set(written)
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_only_an_ed25519_key_signs() -> None:
    journal = Journal()
    journal.private = PrivateKey(alg=Algorithm.ML_DSA_65, seed=bytes(32))
    journal.write(1)

    with pytest.raises(Inconsistent):
        journal.sequence()


@pytest.mark.django_db(transaction=True)
def test_the_mark_follows_the_commit(files: pathlib.Path) -> None:
    journal = Journal()
    journal.write(3)

    with transaction.atomic():
        checkpointed = journal.sequence()
        before = store.read_mark(files)

    assert checkpointed is not None
    assert before is None
    assert store.read_mark(files) == Mark(size=3, root=checkpointed.root)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_sequence_leaves_no_gap_and_no_mark(files: pathlib.Path) -> None:
    journal = Journal()
    journal.grow(2)
    written = journal.write(3)

    with transaction.atomic():
        journal.sequence()
        transaction.set_rollback(True)

    mark = store.read_mark(files)
    assert mark is not None
    assert mark.size == 2
    checkpointed = journal.sequence()
    assert checkpointed is not None
    assert checkpointed.positions.keys() == set(written)
    assert sorted(checkpointed.positions.values()) == [2, 3, 4]


@pytest.mark.django_db
def test_a_tree_smaller_than_the_mark_is_not_signed(files: pathlib.Path) -> None:
    journal = Journal()
    journal.grow(2)
    store.advance_mark(files, Mark(size=3, root=Digest(bytes(32))))
    journal.write(5)

    with pytest.raises(Truncated):
        journal.sequence()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 5], ids=["at the mark", "beyond the mark"])
def test_a_tree_with_another_past_is_not_signed(files: pathlib.Path, size: int) -> None:
    journal = Journal()
    journal.grow(2, *[3] * (size > 2))
    store.advance_mark(files, Mark(size=2, root=Digest(bytes(32))))
    journal.write(1)

    with pytest.raises(Inconsistent):
        journal.sequence()


@pytest.mark.django_db
def test_a_tree_that_was_never_signed_at_the_mark_is_not_signed(files: pathlib.Path) -> None:
    journal = Journal()
    journal.grow(2, 3)
    store.advance_mark(files, Mark(size=4, root=Digest(bytes(32))))
    journal.write(1)

    with pytest.raises(Inconsistent):
        journal.sequence()


def in_own_connection(work: object, count: int) -> list[object]:
    """Run `work` in threads, each with a real connection of its own."""

    def run(number: int) -> object:
        try:
            assert callable(work)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_sequencers_at_once_place_each_entry_once_and_leave_no_gap(files: pathlib.Path) -> None:
    journal = Journal()

    def write_and_sequence(_: int) -> list[uuid.UUID]:
        written: list[uuid.UUID] = []
        for turn in range(6):
            written += journal.write(turn + 1)
            with transaction.atomic():
                lost = journal.write(1)
                journal.sequence()
                transaction.set_rollback(turn % 3 == 2)
            written += [] if turn % 3 == 2 else lost
            journal.sequence()
        return written

    results = in_own_connection(write_and_sequence, 4)

    written = {entry for result in results for entry in journals.ids(result)}
    placed = dict(Leaf.objects.values_list("event_id", "position"))
    assert placed.keys() == written
    assert sorted(placed.values()) == list(range(len(written)))
    assert set(Event.objects.values_list("id", flat=True)) == written
    assert not Pending.objects.exists()
    state, mark = queries.latest_checkpoint(), store.read_mark(files)
    assert state is not None
    assert state.root == merkle_batch(leaves())[0]
    assert mark == Mark(size=len(written), root=state.root)


@pytest.mark.django_db(transaction=True)
def test_a_second_sequencer_waits_for_the_first_to_end() -> None:
    journal = Journal()
    journal.write(2)
    placed, finish = threading.Event(), threading.Event()

    def first_then_second(number: int) -> object:
        if number == 0:
            with transaction.atomic():
                journal.sequence()
                placed.set()
                finish.wait(0.5)
            return None
        placed.wait(5)
        journal.write(1)
        return journal.sequence()

    _, second = in_own_connection(first_then_second, 2)

    assert isinstance(second, sequencing.Checkpointed)
    assert list(second.positions.values()) == [2]
