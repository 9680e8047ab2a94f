from __future__ import annotations

import uuid

import pytest
from django.db import connection

from mithaq.apps.journal import actions, queries
from mithaq.apps.journal.models import Leaf
from mithaq.core.journal import proof as proofs
from mithaq.core.journal.errors import BadEntry, Inconsistent
from mithaq.core.journal.tree import verify_consistency
from tests.factories import flushing
from tests.factories.journals import AT, Journal

pytestmark = pytest.mark.django_db


def test_every_entry_can_be_proven() -> None:
    journal = Journal()
    written = journal.grow(3, 1, 5)

    for position, key in enumerate(written):
        entry, shown = proofs.verify_entry(queries.proof(key), key=journal.key)

        assert (entry.id, shown.index) == (key, position)


def test_an_erased_entry_is_proven_by_its_leaf_alone() -> None:
    journal = Journal()
    written = journal.grow(4)
    leaf = bytes(Leaf.objects.get(event_id=written[1]).commitment)
    actions.erase(ids=[written[1]], by="dpo", at=AT)

    closed = queries.proof(written[1])

    assert proofs.verify_proof(closed, leaf=leaf, key=journal.key).index == 1
    with pytest.raises(BadEntry):
        proofs.verify_entry(closed, key=journal.key)


def test_an_entry_without_a_position_cannot_be_proven() -> None:
    journal = Journal()
    journal.grow(2)
    (waiting,) = journal.write(1)

    for key in (waiting, uuid.UUID(int=1)):
        with pytest.raises(queries.UnknownEntry):
            queries.proof(key)


def test_there_is_no_checkpoint_at_first() -> None:
    assert queries.latest_checkpoint() is None
    assert queries.checkpoint_at(1) is None


def test_any_two_checkpoints_are_shown_to_be_of_one_log() -> None:
    Journal().grow(3, 1, 5)
    old, new = queries.checkpoint_at(3), queries.checkpoint_at(9)
    assert old is not None
    assert new is not None

    verify_consistency(
        old=3,
        size=9,
        proof=queries.consistency_path(old=3, size=9),
        old_root=old.root,
        root=new.root,
    )


def test_positions_are_given_for_those_that_have_one() -> None:
    journal = Journal()
    placed = journal.grow(2)
    waiting = journal.write(1)

    assert queries.positions([*placed, *waiting]) == {placed[0]: 0, placed[1]: 1}


def test_a_path_through_a_missing_node_is_an_inconsistency() -> None:
    journal = Journal()
    written = journal.grow(4)
    with flushing.unguarded("journal_node"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_node WHERE level = 1")

    with pytest.raises(Inconsistent):
        queries.proof(written[0])
