"""The project's own files, for the tests that read them."""

from __future__ import annotations

import ast
import functools
import pathlib
import shutil
import subprocess

import mithaq

PACKAGE = pathlib.Path(mithaq.__file__).parent
ROOT = PACKAGE.parents[1]
LEFT_OUT = {".venv", ".boot", ".git", "var", "build", "dist", "__pycache__"}


@functools.cache
def modules() -> tuple[pathlib.Path, ...]:
    """Every module of ours, migrations included."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


def name(path: pathlib.Path) -> str:
    """Return the dotted name of a module of ours."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def tracked() -> tuple[pathlib.Path, ...]:
    """Every file of the repository: what git tracks, or what lies here if there is no git."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        done = subprocess.run(
            [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        listed = [ROOT / line for line in done.stdout.decode().split("\0") if line]
        return tuple(path for path in listed if path.is_file())
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return tuple(path for path in found if not LEFT_OUT & set(path.relative_to(ROOT).parts))


def imported(module: ast.Module) -> list[str]:
    """Return the dotted names that a module imports."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found
