from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from mithaq.apps.journal import actions, queries
from mithaq.apps.journal.actions import NewEntry
from mithaq.apps.journal.models import Erasure, Event, Leaf, Pending
from mithaq.core.journal import entry as entries
from mithaq.core.journal.errors import BadEntry
from tests.factories import journals

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 21, 8, 30, 0, 250000, tzinfo=dt.UTC)


def test_an_entry_waits_with_the_commitment_to_its_event() -> None:
    written = actions.record(
        kind="envelope-sealed", actor="o-1", subject="s", at=AT, purpose="p", pact="q", peer="XB"
    )

    event = Event.objects.get(pk=written)
    assert (event.kind, event.actor, event.subject, event.at) == ("envelope-sealed", "o-1", "s", AT)
    assert (event.purpose, event.pact, event.peer) == ("p", "q", "XB")
    pending = Pending.objects.get(pk=written)
    assert bytes(pending.commitment) == entries.commitment(queries.entry(event))


def test_ids_come_back_in_the_order_of_the_entries() -> None:
    news = [NewEntry(kind="sign-in", actor="o-1", subject=str(n), at=AT) for n in range(5)]

    written = actions.record_many(news)

    subjects = {event.id: event.subject for event in Event.objects.all()}
    assert [subjects[key] for key in written] == ["0", "1", "2", "3", "4"]


def test_nothing_is_written_for_no_entries() -> None:
    assert actions.record_many([]) == []


def test_two_entries_about_the_same_have_different_salts() -> None:
    actions.record_many([NewEntry(kind="sign-in", actor="o-1", subject="s", at=AT)] * 2)

    assert len({bytes(event.salt) for event in Event.objects.all()}) == 2


def test_an_entry_goes_with_the_transaction_it_belongs_to() -> None:
    class Undone(Exception):
        pass

    def change_and_fail() -> None:
        with transaction.atomic():
            actions.record(kind="sign-in", actor="o-1", subject="s", at=AT)
            raise Undone

    with pytest.raises(Undone):
        change_and_fail()

    assert not Event.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(NewEntry(kind="no-such", actor="o", subject="s", at=AT), id="unknown kind"),
        pytest.param(
            NewEntry(kind="sign-in", actor="o" * 257, subject="s", at=AT), id="a text too long"
        ),
        pytest.param(
            NewEntry(kind="sign-in", actor="o", subject="a\0b", at=AT), id="a null character"
        ),
        pytest.param(
            NewEntry(kind="sign-in", actor="o", subject="s", at=AT.replace(tzinfo=None)),
            id="no zone",
        ),
    ],
)
def test_what_cannot_be_committed_to_is_refused(entry: NewEntry) -> None:
    with pytest.raises(BadEntry):
        actions.record_many([entry])


def test_an_erased_entry_leaves_its_leaf_and_an_entry_about_it() -> None:
    journal = journals.Journal()
    first, second = journal.write(2)
    journal.sequence()

    erased = actions.erase(ids=[first], by="dpo", at=AT)

    assert erased == 1
    assert not Event.objects.filter(pk=first).exists()
    assert Event.objects.filter(pk=second).exists()
    assert Leaf.objects.filter(event_id=first).exists()
    saying = Event.objects.get(pk=Erasure.objects.get(pk=first).by_event_id)
    assert (saying.kind, saying.actor, saying.subject) == ("entry-erased", "dpo", str(first))


def test_the_entry_about_an_erasure_is_never_erased() -> None:
    (first,) = journals.Journal().write(1)
    actions.erase(ids=[first], by="dpo", at=AT)
    saying = Erasure.objects.get(pk=first).by_event_id

    assert actions.erase(ids=[saying], by="dpo", at=AT) == 0
    assert Event.objects.filter(pk=saying).exists()


def test_erasing_what_is_not_there_changes_nothing() -> None:
    assert actions.erase(ids=[uuid.UUID(int=1)], by="dpo", at=AT) == 0
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_leaf SET commitment = '\\x00'",
        "DELETE FROM journal_leaf",
        "TRUNCATE journal_leaf",
        "UPDATE journal_node SET digest = '\\x00'",
        "DELETE FROM journal_node",
        "TRUNCATE journal_node",
        "UPDATE journal_checkpoint SET size = 1",
        "DELETE FROM journal_checkpoint",
        "TRUNCATE journal_checkpoint",
        "UPDATE journal_cosignature SET size = 1",
        "DELETE FROM journal_cosignature",
        "TRUNCATE journal_cosignature",
        "UPDATE journal_erasure SET by_event_id = event_id",
        "DELETE FROM journal_erasure",
        "TRUNCATE journal_erasure",
        "UPDATE journal_event SET actor = 'o-2'",
        "TRUNCATE journal_event",
        "UPDATE journal_pending SET commitment = '\\x00'",
        "TRUNCATE journal_pending",
    ],
)
def test_the_database_refuses_to_rewrite_the_journal(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
