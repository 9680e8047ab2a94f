from __future__ import annotations

import pathlib
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from mithaq.apps.journal import store
from mithaq.apps.journal.store import Mark
from mithaq.core.ids import Digest
from mithaq.core.journal.errors import Inconsistent

MARK = Mark(size=7, root=Digest(bytes(range(32))))


def test_there_is_no_mark_before_the_first(tmp_path: pathlib.Path) -> None:
    assert store.read_mark(tmp_path) is None
    assert store.read_mark(tmp_path / "absent") is None


def test_a_mark_reads_back_as_it_was(tmp_path: pathlib.Path) -> None:
    store.advance_mark(tmp_path / "files", MARK)

    assert store.read_mark(tmp_path / "files") == MARK


@pytest.mark.parametrize("size", [6, 7])
def test_a_mark_never_goes_back(tmp_path: pathlib.Path, size: int) -> None:
    store.advance_mark(tmp_path, MARK)

    store.advance_mark(tmp_path, Mark(size=size, root=Digest(bytes(32))))

    assert store.read_mark(tmp_path) == MARK


def test_marks_written_at_once_end_at_the_largest(tmp_path: pathlib.Path) -> None:
    marks = [Mark(size=size, root=Digest(bytes([size]) * 32)) for size in range(1, 33)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda mark: store.advance_mark(tmp_path, mark), marks))

    assert store.read_mark(tmp_path) == marks[-1]


def test_a_mark_is_for_its_owner_alone(tmp_path: pathlib.Path) -> None:
    store.advance_mark(tmp_path / "files", MARK)

    assert stat.S_IMODE((tmp_path / "files" / store.FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def damage(folder: pathlib.Path, *, where: int) -> None:
    data = bytearray((folder / store.FILE_NAME).read_bytes())
    data[where] ^= 1
    (folder / store.FILE_NAME).write_bytes(data)


@pytest.mark.parametrize("where", range(82))
def test_a_damaged_mark_is_never_taken_for_none(tmp_path: pathlib.Path, where: int) -> None:
    store.advance_mark(tmp_path, MARK)
    damage(tmp_path, where=where)

    with pytest.raises(Inconsistent):
        store.read_mark(tmp_path)
    with pytest.raises(Inconsistent):
        store.advance_mark(tmp_path, Mark(size=8, root=MARK.root))


@pytest.mark.parametrize("text", ["", "7\n", "\u0667", "-" * 164])
def test_what_is_no_mark_is_never_taken_for_none(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / store.FILE_NAME).write_text(text, encoding="utf-8")

    with pytest.raises(Inconsistent):
        store.read_mark(tmp_path)


@pytest.mark.parametrize(("last", "slot"), [(8, 1), (9, 0)])
def test_a_torn_write_leaves_the_mark_before_it(
    tmp_path: pathlib.Path, last: int, slot: int
) -> None:
    for size in range(7, last + 1):
        store.advance_mark(tmp_path, Mark(size=size, root=MARK.root))
    damage(tmp_path, where=82 * slot + 30)

    assert store.read_mark(tmp_path) == Mark(size=last - 1, root=MARK.root)
    store.advance_mark(tmp_path, Mark(size=last + 1, root=MARK.root))
    assert store.read_mark(tmp_path) == Mark(size=last + 1, root=MARK.root)


def test_a_mark_that_cannot_be_read_is_never_taken_for_none(tmp_path: pathlib.Path) -> None:
    (tmp_path / store.FILE_NAME).mkdir()

    with pytest.raises(Inconsistent):
        store.read_mark(tmp_path)
