"""A journal as a folder of files: writing it from the database, reading it anywhere.

Implements c2sp.org/tlog-tiles on the file system: `checkpoint`, `tile/<level>/…` and
`tile/entries/…`, where an entry is the commitment to an event. Nothing personal is in it.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator

from mithaq.core.ids import Digest
from mithaq.core.journal.audit import Kept, Leaf
from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.frontier import Frontier, Node
from mithaq.core.journal.tiles import (
    CHECKPOINT,
    HEIGHT,
    WIDTH,
    bundle_path,
    read_bundle,
    read_tile,
    tile_path,
    widths,
    write_bundle,
)


class TileWriter:
    """Writes tiles and bundles as the tree grows, and the last, partial ones at the end."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._frontier = Frontier()
        self._entries: list[bytes] = []
        self._hashes: dict[int, list[Digest]] = {}
        self._written: dict[int, int] = {}

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        self._entries.append(leaf)
        for node in self._frontier.append(leaf):
            if node.level % HEIGHT == 0:
                self._hashes.setdefault(node.level // HEIGHT, []).append(node.digest)
        for level, hashes in self._hashes.items():
            if len(hashes) == WIDTH:
                self._flush(level)

    def close(self) -> Frontier:
        """Write what is left; return the edge of the tree that was written."""
        for level, hashes in self._hashes.items():
            if hashes:
                self._flush(level)
        return self._frontier

    def _flush(self, level: int) -> None:
        hashes, self._hashes[level] = self._hashes[level], []
        index = self._written.get(level, 0)
        self._written[level] = index + 1
        path = tile_path(level=level, index=index, width=len(hashes))
        self._write(path, b"".join(hashes))
        if level == 0:
            path = bundle_path(index=index, width=len(self._entries))
            self._write(path, write_bundle(self._entries))
            self._entries = []

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def export(*, folder: pathlib.Path, leaves: Iterable[bytes], size: int, signed: bytes) -> None:
    """Write the first `size` of `leaves` and then the checkpoint `signed` into `folder`.

    Raises:
        Inconsistent: there are fewer leaves.
    """
    writer = TileWriter(folder)
    for _, leaf in zip(range(size), leaves, strict=False):
        writer.add(leaf)
    if writer.close().size != size:
        raise Inconsistent("the journal has fewer entries than its checkpoint states")
    (folder / CHECKPOINT).write_bytes(signed)


class TileReader:
    """The tree in a folder of tiles, of the size that its checkpoint states."""

    def __init__(self, *, folder: pathlib.Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._held: dict[int, tuple[int, list[Digest]]] = {}

    def leaves(self) -> Iterator[Leaf]:
        """Return the leaves in order, up to the first bundle that is missing or misshapen."""
        for index, width in enumerate(widths(size=self._size)):
            path = self._folder / bundle_path(index=index, width=width)
            try:
                entries = read_bundle(path.read_bytes(), width=width)
            except (OSError, Inconsistent):
                return
            for place, entry in enumerate(entries, index * WIDTH):
                yield Leaf(position=place, commitment=entry, kept=Kept.CLOSED)

    def look_up(self, node: Node) -> Digest | None:
        """Return the hash that a tile holds for `node`; its own where no tile holds that level."""
        level, remainder = divmod(node.level, HEIGHT)
        if remainder:
            return node.digest
        index, place = divmod(node.index, WIDTH)
        hashes = self._tile(level, index)
        return hashes[place] if place < len(hashes) else None

    def _tile(self, level: int, index: int) -> list[Digest]:
        held = self._held.get(level)
        if held is None or held[0] != index:
            held = self._held[level] = (index, self._read(level, index))
        return held[1]

    def _read(self, level: int, index: int) -> list[Digest]:
        hashes = self._size >> (HEIGHT * level)
        width = min(WIDTH, hashes - index * WIDTH)
        path = self._folder / tile_path(level=level, index=index, width=width)
        try:
            return read_tile(path.read_bytes(), width=width)
        except (OSError, Inconsistent):
            return []
