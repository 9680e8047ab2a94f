"""What the files of the repository must and must not hold."""

from __future__ import annotations

import pathlib
import re

import pytest

from tests.factories import sources

BINARY = {".png", ".woff2", ".ico", ".jpg", ".mo", ".cbor", ".bin"}
# Split, so that this file does not hold them itself.
FORBIDDEN = [
    *("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "npm" + "js.com/package"),
    *("/work" + "/", "/tmp/" + "brief", "/root" + "/", "/opt" + "/pypi", "farm" + "-"),
]
REQUIREMENTS = sources.ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
INPUTS = sorted(REQUIREMENTS.glob("*.in"))
PINNED = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==", re.MULTILINE)


def texts() -> dict[str, str]:
    return {
        path.relative_to(sources.ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sources.tracked()
        if path.suffix not in BINARY
    }


@pytest.mark.parametrize("words", FORBIDDEN)
def test_no_file_names_a_package_host_or_a_place_of_one_machine(words: str) -> None:
    boundary = re.compile(rf"(?<![\w.~-]){re.escape(words)}")

    assert [name for name, text in texts().items() if boundary.search(text)] == []


def test_no_private_key_is_committed() -> None:
    marker = "PRIVATE" + " KEY-----"

    assert [name for name, text in texts().items() if marker in text] == []


@pytest.mark.parametrize("lock", LOCKS, ids=[path.stem for path in LOCKS])
def test_every_pinned_package_has_hashes(lock: pathlib.Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    packages = [block for block in blocks if PINNED.match(block)]

    assert packages
    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS, ids=[path.stem for path in LOCKS])
def test_a_lock_file_holds_no_address(lock: pathlib.Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert [
        word for word in ("://", "--index", "--extra", "--find-links", " @ ") if word in text
    ] == []


@pytest.mark.parametrize("file", INPUTS, ids=[path.stem for path in INPUTS])
def test_every_dependency_says_why_it_is_there(file: pathlib.Path) -> None:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    named = [line for line in lines if not line.startswith(("#", "-r"))]

    assert [line for line in named if not re.search(r"\s# \S+ \S+", line)] == []


@pytest.mark.parametrize("name", ["runtime", "development"])
def test_every_dependency_is_pinned(name: str) -> None:
    wanted = re.findall(
        r"^([a-z0-9][a-z0-9-]*)",
        (REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    pinned = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")

    assert [
        one for one in wanted if f"\n{one}==" not in f"\n{pinned}".replace("[binary]", "")
    ] == []
