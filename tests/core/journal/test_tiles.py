from __future__ import annotations

import pytest

from mithaq.core.journal import tiles
from mithaq.core.journal.errors import Inconsistent


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 999, 256, "tile/1/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (2, 0, 1, "tile/2/000.p/1"),
        (0, 273, 112, "tile/0/273.p/112"),
    ],
)
def test_a_tile_has_the_path_that_c2sp_gives_it(
    *, level: int, index: int, width: int, path: str
) -> None:
    assert tiles.tile_path(level=level, index=index, width=width) == path


def test_a_bundle_stands_beside_its_tile() -> None:
    assert tiles.bundle_path(index=1000, width=7) == "tile/entries/x001/000.p/7"


@pytest.mark.parametrize(
    ("level", "full", "partial"),
    [(0, 273, [112]), (1, 1, [17]), (2, 0, [1]), (3, 0, [])],
)
def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_example(
    level: int, full: int, partial: list[int]
) -> None:
    """The example of c2sp.org/tlog-tiles."""
    assert list(tiles.widths(size=70_000, level=level)) == [256] * full + partial


def test_a_bundle_reads_back_as_it_was() -> None:
    entries = [b"", b"one", bytes(1000)]

    assert tiles.read_bundle(tiles.write_bundle(entries), width=3) == entries


@pytest.mark.parametrize(
    ("data", "width"),
    [(b"", 1), (b"\x00", 1), (b"\x00\x02a", 1), (b"\x00\x01a", 2), (b"\x00\x01a\x00\x00", 1)],
)
def test_a_bundle_of_another_shape_is_refused(data: bytes, width: int) -> None:
    with pytest.raises(Inconsistent):
        tiles.read_bundle(data, width=width)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_tile_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(Inconsistent):
        tiles.read_tile(bytes(size), width=1)
