"""Go's x/mod, which checks the module database of Go, reads what we write.

Skipped where Go or Debian's golang-golang-x-mod-dev is not installed. MITHAQ_GO and MITHAQ_GOPATH
name another place for them.
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from mithaq.cli.journal import tiles
from mithaq.core.journal import tree
from tests.factories import logs
from tests.factories.trees import Grown

GO = os.environ.get("MITHAQ_GO") or shutil.which("go")
GOPATH = pathlib.Path(os.environ.get("MITHAQ_GOPATH", "/usr/share/gocode"))
PROGRAM = pathlib.Path(__file__).parent / "foreign" / "main.go"
SIZE = 700
LOG = logs.log()

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(
        GO is None or not (GOPATH / "src/golang.org/x/mod/sumdb").is_dir(),
        reason="Go and its package golang.org/x/mod are not installed",
    ),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The checking program, built offline from Debian's sources."""
    folder = tmp_path_factory.mktemp("go")
    environment = {
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
    }
    words = [str(GO), "build", "-o", str(folder / "check"), str(PROGRAM)]
    subprocess.run(words, env=environment, check=True, cwd=folder)
    return folder / "check"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def facts(grown: Grown, *, tiles_in: pathlib.Path) -> dict[str, object]:
    root = grown.frontier.root()
    checkpoint = logs.signed(by=LOG, size=SIZE, root=root)
    tiles.export(folder=tiles_in, leaves=grown.leaves, size=SIZE, signed=checkpoint)
    return {
        "Key": LOG.key.to_text(),
        "Checkpoint": checkpoint.decode(),
        "Tiles": str(tiles_in),
        "Inclusion": [
            {
                "Index": index,
                "Leaf": text(grown.leaves[index]),
                "Path": [
                    text(digest)
                    for digest in tree.inclusion_proof(
                        hash_at=grown.hash_at, index=index, size=SIZE
                    )
                ],
            }
            for index in range(0, SIZE, 7)
        ],
        "Consistency": [
            {
                "Size": old,
                "Root": text(tree.root_at(hash_at=grown.hash_at, size=old)),
                "Path": [
                    text(digest)
                    for digest in tree.consistency_proof(hash_at=grown.hash_at, old=old, size=SIZE)
                ],
            }
            for old in range(1, SIZE + 1, 9)
        ],
    }


def check(program: pathlib.Path, found: dict[str, object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program)], input=json.dumps(found), capture_output=True, text=True, check=False
    )


def test_go_reads_checkpoint_proofs_and_tiles(
    program: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    done = check(program, facts(Grown(SIZE), tiles_in=tmp_path))

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("part", ["Checkpoint", "Inclusion", "Consistency", "Tiles"])
def test_go_refuses_what_was_altered(
    program: pathlib.Path, tmp_path: pathlib.Path, part: str
) -> None:
    found = facts(Grown(SIZE), tiles_in=tmp_path)
    other = facts(Grown(SIZE + 1), tiles_in=tmp_path / "other")
    if part == "Tiles":
        (tmp_path / "tile/0/000").write_bytes(bytes(256 * 32))
    else:
        found[part] = str(found[part]).replace("\n700\n", "\n701\n")
        found[part] = found[part] if part == "Checkpoint" else swapped(other[part])

    assert check(program, found).returncode == 1


def swapped(rows: object) -> object:
    """Return proofs with the first two paths exchanged."""
    assert isinstance(rows, list)
    first, second, *rest = rows
    return [{**first, "Path": second["Path"]}, {**second, "Path": first["Path"]}, *rest]
