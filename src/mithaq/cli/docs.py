"""`mithaq docs`: write the pages of the reference that follow from the code.

A page is a row of `PAGES`: its place under docs/ and the function that returns its text.
"""

from __future__ import annotations

import difflib
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from mithaq.cli import context, pages
from mithaq.cli.reference import commands_page
from mithaq.core.workflow.page import diagrams

_CONTEXT_LINES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that nobody writes by hand: its place under docs/, and what writes it."""

    path: str
    write: Callable[[], str]


PAGES: tuple[Page, ...] = (
    Page(path="reference/code-lists.md", write=pages.code_lists),
    Page(path="reference/commands.md", write=commands_page),
    Page(path="reference/error-codes.md", write=pages.error_codes),
    Page(path="reference/gate-rules.md", write=pages.gate_rules),
    Page(path="reference/glossary.md", write=pages.glossary),
    Page(path="reference/journal-events.md", write=pages.journal_events),
    Page(path="reference/workflows.md", write=diagrams),
)


@click.group()
def docs() -> None:
    """Write the pages of the reference that follow from the code."""


@docs.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a page is not up to date.")
def generate(*, check: bool) -> int:
    """Write every generated page, or say which are out of date."""
    folder = context.checkout() / "docs"
    if not check:
        for name in write(folder):
            click.echo(f"docs/{name} is written.")
        return 0
    found = list(differences(folder))
    for difference in found:
        click.echo(difference)
    return 1 if found else 0


def write(folder: pathlib.Path) -> Iterator[str]:
    """Write the pages that changed below `folder`; yield the place of each."""
    for page in PAGES:
        path, text = folder / page.path, page.write()
        if _read(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            yield page.path


def differences(folder: pathlib.Path) -> Iterator[str]:
    """Yield, for each page below `folder` that is out of date, what would change in it."""
    for page in PAGES:
        is_now, would_be = _read(folder / page.path), page.write()
        if is_now != would_be:
            lines = difflib.unified_diff(
                is_now.splitlines(),
                would_be.splitlines(),
                fromfile=f"docs/{page.path}",
                tofile="as mithaq docs generate writes it",
                lineterm="",
                n=_CONTEXT_LINES,
            )
            yield "\n".join(lines)


def _read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
