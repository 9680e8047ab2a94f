from __future__ import annotations

import pathlib
import uuid

import pytest
from django.db import connection, transaction

from mithaq.apps.journal import actions, queries, store
from mithaq.apps.journal.models import Checkpoint, Erasure, Event, Leaf
from mithaq.apps.journal.queries import Trust
from mithaq.apps.journal.store import Mark
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal.audit import Report
from tests.factories import flushing, logs
from tests.factories.journals import AT, Journal

pytestmark = pytest.mark.django_db
WITNESS = logs.witness()


@pytest.fixture
def journal() -> Journal:
    """A journal of eleven entries under three checkpoints."""
    made = Journal()
    made.grow(3, 5, 3)
    return made


@pytest.fixture
def marked(journal: Journal, files: pathlib.Path) -> Mark:
    """The mark that stands when the three checkpoints are committed."""
    state = queries.latest_checkpoint()
    assert state is not None
    mark = Mark(size=state.size, root=state.root)
    store.advance_mark(files, mark)
    return mark


def audit(journal: Journal, files: pathlib.Path, *elsewhere: bytes) -> Report:
    trust = Trust(keys=(journal.key,), witnesses=(WITNESS.key,), elsewhere=elsewhere)
    return queries.audit(trust=trust, folder=files)


def places(report: Report) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.position) for fault in report.faults]


def tamper(table: str, statement: str, *values: bytes | int | uuid.UUID) -> None:
    """Change a table behind the back of its triggers."""
    with flushing.unguarded(table), connection.cursor() as cursor:
        cursor.execute(statement, values)


def event_at(position: int) -> uuid.UUID:
    return Leaf.objects.get(position=position).event_id


@pytest.mark.usefixtures("marked")
def test_a_journal_as_it_was_written_holds(journal: Journal, files: pathlib.Path) -> None:
    journal.write(2)  # they wait

    report = audit(journal, files)

    assert report.faults == []
    assert (report.size, report.kept, report.statements) == (11, 11, 4)


@pytest.mark.django_db(transaction=True)
def test_an_audit_of_its_own_reads_one_state(journal: Journal, files: pathlib.Path) -> None:
    assert audit(journal, files).holds


def test_erased_entries_are_counted(journal: Journal, files: pathlib.Path) -> None:
    actions.erase(ids=[event_at(4), event_at(5)], by="dpo", at=AT)
    journal.sequence()

    report = audit(journal, files)

    assert report.holds
    assert (report.size, report.kept, report.erased) == (13, 11, 2)


@pytest.mark.parametrize("column", ["kind", "actor", "subject", "purpose", "pact", "peer"])
def test_an_altered_event_is_found(journal: Journal, files: pathlib.Path, column: str) -> None:
    event = event_at(6)
    statement = "UPDATE journal_event SET {} = 'x' WHERE id = %s"
    tamper("journal_event", statement.format(column), event)

    report = audit(journal, files)

    assert places(report) == [("journal.inconsistent", 6)]
    assert report.faults[0].event_id == event


def test_an_event_moved_in_time_is_found(journal: Journal, files: pathlib.Path) -> None:
    statement = "UPDATE journal_event SET at = at + interval '1 microsecond' WHERE id = %s"
    tamper("journal_event", statement, event_at(6))

    assert places(audit(journal, files)) == [("journal.inconsistent", 6)]


def test_an_event_that_went_without_an_erasure_is_found(
    journal: Journal, files: pathlib.Path
) -> None:
    Event.objects.filter(pk=event_at(6)).delete()

    assert places(audit(journal, files)) == [("journal.inconsistent", 6)]


def test_an_erasure_that_points_at_another_entry_is_none(
    journal: Journal, files: pathlib.Path
) -> None:
    Erasure.objects.create(event_id=event_at(6), by_event_id=event_at(7))
    Event.objects.filter(pk=event_at(6)).delete()

    assert places(audit(journal, files)) == [("journal.inconsistent", 6)]


def test_an_altered_leaf_is_found(journal: Journal, files: pathlib.Path) -> None:
    statement = "UPDATE journal_leaf SET commitment = %s WHERE position = 6"
    tamper("journal_leaf", statement, bytes(32))

    assert ("journal.inconsistent", 6) in places(audit(journal, files))


def test_a_missing_leaf_is_found(journal: Journal, files: pathlib.Path) -> None:
    event = event_at(6)
    tamper("journal_leaf", "DELETE FROM journal_leaf WHERE position = 6")

    report = audit(journal, files)

    assert places(report)[0] == ("journal.inconsistent", 6)
    assert event in [fault.event_id for fault in report.faults]


def test_entries_that_changed_places_are_found(journal: Journal, files: pathlib.Path) -> None:
    statement = "UPDATE journal_leaf SET position = 11 - position WHERE position IN (%s, %s)"
    with flushing.unguarded("journal_leaf"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_leaf DROP CONSTRAINT journal_leaf_pkey")
        cursor.execute(statement, [5, 6])

    assert ("journal.inconsistent", 4) in places(audit(journal, files))
    assert ("journal.inconsistent", 6) in places(audit(journal, files))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_node SET digest = '\\x00' WHERE level = 2 AND index = 1",
        "DELETE FROM journal_node WHERE level = 2 AND index = 1",
    ],
    ids=["altered", "missing"],
)
def test_a_wrong_node_is_found(journal: Journal, files: pathlib.Path, statement: str) -> None:
    tamper("journal_node", statement)

    assert places(audit(journal, files)) == [("journal.inconsistent", 4)]


@pytest.mark.parametrize(
    ("level", "index", "position"), [(1, 5, 10), (7, 0, 0), (1, -1, 0)], ids=str
)
def test_a_node_above_no_subtree_is_found(
    journal: Journal, files: pathlib.Path, *, level: int, index: int, position: int
) -> None:
    tamper("journal_node", "INSERT INTO journal_node VALUES (%s, %s, '')", level, index)

    assert places(audit(journal, files)) == [("journal.inconsistent", position)]


def cut(size: int) -> None:
    """Take everything from `size` on away, as a restored old copy would."""
    tamper("journal_leaf", "DELETE FROM journal_leaf WHERE position >= %s", size)
    tamper("journal_node", "DELETE FROM journal_node WHERE (index + 1) << level::int > %s", size)
    tamper("journal_checkpoint", "DELETE FROM journal_checkpoint WHERE size > %s", size)
    kept = Leaf.objects.values("event_id")
    Event.objects.exclude(id__in=kept).delete()


@pytest.mark.usefixtures("marked")
def test_a_journal_cut_short_is_found_by_the_mark(journal: Journal, files: pathlib.Path) -> None:
    cut(8)

    report = audit(journal, files)

    assert places(report) == [("journal.truncated", 8)]
    assert "mark: 11 entries were signed" in report.faults[0].detail


def test_a_journal_cut_short_with_its_mark_is_found_by_what_a_witness_kept(
    journal: Journal, files: pathlib.Path
) -> None:
    state = queries.latest_checkpoint()
    assert state is not None
    cut(8)

    assert audit(journal, files).holds
    assert places(audit(journal, files, state.signed)) == [("journal.truncated", 8)]


def test_a_checkpoint_from_elsewhere_that_is_none_is_a_fault(
    journal: Journal, files: pathlib.Path
) -> None:
    report = audit(journal, files, b"no checkpoint")

    assert [fault.code for fault in report.faults] == ["journal.bad_checkpoint"]


def test_a_damaged_mark_is_a_fault(journal: Journal, files: pathlib.Path) -> None:
    files.mkdir(parents=True, exist_ok=True)
    (files / store.FILE_NAME).write_text("11\n", encoding="ascii")

    assert [fault.code for fault in audit(journal, files).faults] == ["journal.inconsistent"]


def test_a_checkpoint_of_another_key_is_found(journal: Journal, files: pathlib.Path) -> None:
    forged = Journal(number=9)
    forged.write(1)
    forged.sequence()

    report = audit(journal, files)

    assert "journal.bad_checkpoint" in [fault.code for fault in report.faults]


def test_after_a_rotation_both_keys_are_believed(journal: Journal, files: pathlib.Path) -> None:
    later = Journal(number=9)
    later.write(1)
    later.sequence()

    report = queries.audit(trust=Trust(keys=(journal.key, later.key)), folder=files)

    assert report.holds


def test_without_a_key_nothing_holds(journal: Journal, files: pathlib.Path) -> None:
    assert not queries.audit(trust=Trust(keys=()), folder=files).holds


def test_a_checkpoint_under_another_size_is_found(journal: Journal, files: pathlib.Path) -> None:
    state = queries.checkpoint_at(3)
    assert state is not None
    Checkpoint.objects.create(size=5, root=state.root, frontier=b"", signed=state.signed, at=AT)

    assert [fault.code for fault in audit(journal, files).faults] == ["journal.inconsistent"]


def test_an_altered_cosignature_is_found(journal: Journal, files: pathlib.Path) -> None:
    state = queries.checkpoint_at(8)
    assert state is not None
    seen = checkpoints.read_checkpoint(state.signed, key=journal.key)
    line = checkpoints.cosign(signed=seen, key=WITNESS.key, signer=WITNESS, at=AT)
    actions.add_cosignature(size=8, line=line, witness=WITNESS.key, at=AT)
    journal.sequence()
    assert audit(journal, files).holds

    tamper("journal_cosignature", "UPDATE journal_cosignature SET size = 3")

    assert [fault.code for fault in audit(journal, files).faults] == ["journal.not_witnessed"]


def test_an_event_that_was_slipped_in_is_found(journal: Journal, files: pathlib.Path) -> None:
    slipped = Event.objects.get(pk=event_at(0))
    slipped.pk = uuid.UUID(int=1)
    slipped.save(force_insert=True)

    report = audit(journal, files)

    assert [fault.event_id for fault in report.faults] == [uuid.UUID(int=1)]


def test_an_audit_changes_nothing(journal: Journal, files: pathlib.Path) -> None:
    with transaction.atomic():
        audit(journal, files)

    assert not files.exists()
