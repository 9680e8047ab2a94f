"""The layout of a log exported as files: tiles of hashes, bundles of entries.

Implements the paths and shapes of C2SP: a tile holds up to 256 hashes of one level, a bundle the
entries of one tile of level 0, each with its length before it. Tile level L is level 8 L of the
tree.

Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mithaq.core.ids import Digest
from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.tree import HASH_SIZE

HEIGHT = 8  # levels of the tree in one tile
WIDTH = 1 << HEIGHT  # hashes in a full tile
CHECKPOINT = "checkpoint"
_LENGTH_SIZE = 2  # bytes before each entry of a bundle
_GROUP = 1000  # tiles in a folder


def tile_path(*, level: int, index: int, width: int = WIDTH) -> str:
    """Return the path of the tile of hashes at tile level `level`."""
    return f"tile/{level}/{_number(index)}{_suffix(width)}"


def bundle_path(*, index: int, width: int = WIDTH) -> str:
    """Return the path of the bundle of entries beside the tile `index` of level 0."""
    return f"tile/entries/{_number(index)}{_suffix(width)}"


def _number(index: int) -> str:
    parts = [f"{index % _GROUP:03d}"]
    while index := index // _GROUP:
        parts.append(f"x{index % _GROUP:03d}")
    return "/".join(reversed(parts))


def _suffix(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"


def widths(*, size: int, level: int = 0) -> Iterator[int]:
    """Return the widths of the tiles of tile level `level` in a tree of `size`, in order."""
    hashes = size >> (HEIGHT * level)
    yield from [WIDTH] * (hashes // WIDTH)
    if hashes % WIDTH:
        yield hashes % WIDTH


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bundle of `entries`, each of less than 64 KiB."""
    return b"".join(len(entry).to_bytes(_LENGTH_SIZE, "big") + entry for entry in entries)


def read_bundle(data: bytes, *, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle.

    Raises:
        Inconsistent: it holds another number of entries, or ends inside one.
    """
    entries: list[bytes] = []
    start = 0
    while start < len(data):
        body = start + _LENGTH_SIZE
        start = body + int.from_bytes(data[start:body], "big")
        entries.append(data[body:start])
    if start != len(data) or len(entries) != width:
        raise Inconsistent("a bundle does not hold the entries of its tile")
    return entries


def read_tile(data: bytes, *, width: int) -> list[Digest]:
    """Return the `width` hashes of a tile.

    Raises:
        Inconsistent: it has another size.
    """
    if len(data) != width * HASH_SIZE:
        raise Inconsistent("a tile does not have the size of its hashes")
    return [Digest(data[start : start + HASH_SIZE]) for start in range(0, len(data), HASH_SIZE)]
