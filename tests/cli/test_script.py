"""The script at the root, before anything is installed."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
from types import ModuleType

import pytest

from tests.factories import sources

SCRIPT = sources.ROOT / "mithaq"


@pytest.fixture
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("root_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader("root_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def stamped(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> ModuleType:
    """The script, with requirements and stamp of its own and this Python as the installed one."""
    shutil.copytree(sources.ROOT / "requirements", tmp_path / "requirements")
    monkeypatch.setattr(script, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(script, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(script, "PYTHON", pathlib.Path(sys.executable))
    return script


@pytest.fixture
def copy(tmp_path: pathlib.Path) -> pathlib.Path:
    """A checkout with nothing set up, in a folder with a blank and Arabic letters in its name."""
    made = tmp_path / "نسخة من mithaq"
    made.mkdir()
    shutil.copy2(SCRIPT, made / "mithaq")
    shutil.copytree(sources.ROOT / "requirements", made / "requirements")
    return made


def run(folder: pathlib.Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "mithaq"), *words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_python_understands_it_well_enough_to_say_what_is_needed() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_stands_on_the_standard_library_alone() -> None:
    names = {name.split(".")[0] for name in sources.imported(sources.tree(SCRIPT))}

    assert names <= set(sys.stdlib_module_names)


def test_alone_it_lists_the_commands_and_installs_nothing(copy: pathlib.Path) -> None:
    done = run(copy)

    assert done.returncode == 0
    assert "demo    start three bureaus" in done.stdout
    assert sorted(path.name for path in copy.iterdir()) == ["mithaq", "requirements"]


def test_without_a_network_it_says_what_to_do(copy: pathlib.Path) -> None:
    done = run(
        copy,
        "demo",
        HOME="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:1/simple",
        PIP_RETRIES="0",
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS=str(copy),
    )

    assert done.returncode == 1
    assert "PIP_INDEX_URL" in done.stderr


def test_too_little_disk_is_said_before_anything_is_fetched(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "SPACE_NEEDED", 1 << 60)

    with pytest.raises(SystemExit, match="MiB are free"):
        script.check_space()


def test_a_python_without_pip_is_told_how_to_get_it(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match="apt install python3-pip"):
        script.uv_of_the_machine()


def test_the_index_of_pip_becomes_that_of_uv(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://a.example https://b.example")
    monkeypatch.setenv("PIP_FIND_LINKS", "/srv/wheels /srv/more")
    monkeypatch.setenv("PIP_CERT", "/etc/mirror.pem")

    assert script.index_of_pip() == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://a.example https://b.example",
        "UV_FIND_LINKS": "/srv/wheels,/srv/more",
        "SSL_CERT_FILE": "/etc/mirror.pem",
    }


@pytest.mark.parametrize(
    ("stamp", "ready"),
    [("runtime", {"runtime"}), ("development", {"runtime", "development"})],
)
def test_what_is_installed_is_not_installed_again(
    stamped: ModuleType, *, stamp: str, ready: set[str]
) -> None:
    stamped.STAMP.write_text(stamped.digest(stamp), encoding="ascii")

    assert {name for name in ("runtime", "development") if stamped.is_ready(name)} == ready


def test_a_changed_requirement_is_installed(stamped: ModuleType) -> None:
    stamped.STAMP.write_text(stamped.digest("runtime"), encoding="ascii")

    with (stamped.REQUIREMENTS / "runtime.txt").open("a") as file:
        file.write("# one more\n")

    assert not stamped.is_ready("runtime")
