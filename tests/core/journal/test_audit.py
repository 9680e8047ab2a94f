from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mithaq.core.ids import Digest
from mithaq.core.journal import audit as audits
from mithaq.core.journal.audit import Kept, Leaf, Report, Statement
from mithaq.core.journal.entry import Entry, commitment
from mithaq.core.journal.frontier import Frontier, Node
from mithaq.core.journal.tree import merkle_batch

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
SIZES = (3, 8, 11)  # what was signed


def entry(number: int) -> Entry:
    return Entry(
        id=uuid.UUID(int=number),
        kind="sign-in",
        actor="o-1",
        subject=f"s-{number}",
        at=AT,
        salt=bytes([number]) * 32,
    )


LEAVES = [
    Leaf(
        position=number,
        commitment=commitment(entry(number)),
        kept=Kept.ENTRY,
        event_id=uuid.UUID(int=number),
        entry=entry(number),
    )
    for number in range(SIZES[-1])
]


def hashes(leaves: Sequence[Leaf]) -> dict[tuple[int, int], Digest]:
    frontier = Frontier()
    nodes = [node for leaf in leaves for node in frontier.append(leaf.commitment)]
    return {(node.level, node.index): node.digest for node in nodes}


STORED = hashes(LEAVES)
STATEMENTS = [
    Statement(
        size=size,
        root=merkle_batch([leaf.commitment for leaf in LEAVES[:size]])[0],
        by="checkpoint",
    )
    for size in SIZES
]


def audit(
    *,
    leaves: Sequence[Leaf] = LEAVES,
    stored: dict[tuple[int, int], Digest] = STORED,
    statements: Sequence[Statement] = STATEMENTS,
) -> Report:
    def look_up(node: Node) -> Digest | None:
        return stored.get((node.level, node.index)) if node.level else node.digest

    return audits.audit(leaves=leaves, stored=look_up, statements=statements)


def places(report: Report) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.position) for fault in report.faults]


def test_a_journal_that_is_whole_holds() -> None:
    report = audit()

    assert report.holds
    assert (report.size, report.kept, report.erased, report.statements) == (11, 11, 0, 3)
    assert report.root == STATEMENTS[-1].root


def test_an_empty_journal_holds() -> None:
    assert audit(leaves=[], statements=[]).holds


def test_erased_entries_are_counted_and_change_nothing() -> None:
    erased = [replace(leaf, kept=Kept.ERASED, entry=None) for leaf in LEAVES[:4]]

    report = audit(leaves=[*erased, *LEAVES[4:]])

    assert report.holds
    assert (report.kept, report.erased) == (7, 4)


def with_leaf(position: int, **changes: object) -> list[Leaf]:
    changed = replace(LEAVES[position], **changes)  # type: ignore[arg-type]  # each test names fields of Leaf
    return [*LEAVES[:position], changed, *LEAVES[position + 1 :]]


@pytest.mark.parametrize("position", range(len(LEAVES)))
def test_an_altered_event_is_found_at_its_position(position: int) -> None:
    report = audit(leaves=with_leaf(position, entry=replace(entry(position), actor="o-2")))

    assert places(report) == [("journal.inconsistent", position)]
    assert report.faults[0].event_id == uuid.UUID(int=position)


def test_an_event_under_another_id_is_found() -> None:
    other = replace(entry(5), id=uuid.UUID(int=99))

    assert places(audit(leaves=with_leaf(5, entry=other))) == [("journal.inconsistent", 5)]


def test_an_event_with_half_a_salt_is_found() -> None:
    short = replace(entry(5), salt=bytes(16))

    assert places(audit(leaves=with_leaf(5, entry=short))) == [("journal.inconsistent", 5)]


def test_an_event_gone_without_an_erasure_is_found() -> None:
    report = audit(leaves=with_leaf(5, kept=Kept.MISSING, entry=None))

    assert places(report) == [("journal.inconsistent", 5)]


@pytest.mark.parametrize("position", range(len(LEAVES)))
def test_an_altered_leaf_is_found_although_its_event_was_erased(position: int) -> None:
    altered = with_leaf(position, commitment=bytes(32), kept=Kept.ERASED, entry=None)

    report = audit(leaves=altered)

    named = [fault.position for fault in report.faults if fault.position is not None]
    lowest = position & ~1 if position < 10 else 8
    assert not report.holds
    assert lowest in named


def test_a_journal_rewritten_with_its_hashes_still_differs_from_what_was_signed() -> None:
    rewritten = [
        replace(leaf, commitment=bytes(32), kept=Kept.CLOSED, entry=None) if at == 5 else leaf
        for at, leaf in enumerate(LEAVES)
    ]

    report = audit(leaves=rewritten, stored=hashes(rewritten))

    assert places(report) == [("journal.inconsistent", 3)]
    assert "position 3 or later" in report.faults[0].detail


def test_two_entries_that_changed_places_are_found() -> None:
    first, second = LEAVES[6], LEAVES[7]
    swapped = [
        *LEAVES[:6],
        replace(second, position=6),
        replace(first, position=7),
        *LEAVES[8:],
    ]

    report = audit(leaves=swapped)

    assert places(report) == [("journal.inconsistent", 6), ("journal.inconsistent", 3)]


def test_a_missing_entry_is_found_at_its_position() -> None:
    report = audit(leaves=[*LEAVES[:5], *LEAVES[6:]])

    assert places(report) == [("journal.inconsistent", 5)]


@pytest.mark.parametrize("length", [0, 7, 10])
def test_a_journal_cut_short_is_found_by_what_was_signed(length: int) -> None:
    report = audit(leaves=LEAVES[:length])

    assert ("journal.truncated", length) in places(report)


def test_a_journal_cut_short_with_its_checkpoints_is_found_by_the_mark() -> None:
    mark = replace(STATEMENTS[-1], by="mark")

    report = audit(leaves=LEAVES[:8], statements=[*STATEMENTS[:2], mark])

    assert places(report) == [("journal.truncated", 8)]
    assert report.faults[0].detail == "mark: 11 entries were signed, 8 are here"


def test_entries_under_no_checkpoint_are_found() -> None:
    report = audit(statements=STATEMENTS[:2])

    assert places(report) == [("journal.inconsistent", 8)]


def test_a_statement_about_nothing_must_name_the_empty_root() -> None:
    empty = Statement(size=0, root=Digest(bytes(32)), by="witness")

    assert places(audit(statements=[empty, *STATEMENTS])) == [("journal.inconsistent", 0)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda stored: stored.pop((2, 1)), id="missing"),
        pytest.param(lambda stored: stored.update({(2, 1): bytes(32)}), id="altered"),
    ],
)
def test_a_stored_hash_that_is_wrong_or_missing_is_found(
    change: Callable[[dict[tuple[int, int], Digest]], object],
) -> None:
    stored = dict(STORED)
    change(stored)

    assert places(audit(stored=stored)) == [("journal.inconsistent", 4)]


def test_all_faults_are_counted_and_the_first_hundred_named() -> None:
    many = [Leaf(position=number, commitment=bytes(32), kept=Kept.MISSING) for number in range(150)]
    stored = hashes(many)
    root = merkle_batch([leaf.commitment for leaf in many])[0]

    report = audit(
        leaves=many, stored=stored, statements=[Statement(size=150, root=root, by="checkpoint")]
    )

    assert (report.fault_count, len(report.faults)) == (150, 100)
