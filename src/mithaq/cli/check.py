"""`mithaq check`: everything that must hold before a change is merged; CI runs nothing else."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

import click

from mithaq.cli import context

SOURCES = ("mithaq", "src", "tests", "benchmarks")
CHECKED_TYPES = ("src", "tests", "benchmarks")
FLOORS = "from importlinter.cli import lint_imports_command as lint; lint()"  # it has no -m


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named call of Python that exits with 0 if all is well."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check said."""

    name: str
    ok: bool
    seconds: float
    output: str


CHECKS = (
    Check(name="format", words=("-m", "ruff", "format", "--check", *SOURCES)),
    Check(name="lint", words=("-m", "ruff", "check", *SOURCES)),
    Check(name="floors", words=("-c", FLOORS)),
    Check(name="spelling", words=("-m", "codespell_lib")),
    Check(name="types", words=("-m", "mypy", *CHECKED_TYPES)),
    Check(
        name="migrations",
        words=("-m", "django", "makemigrations", "--check", "--dry-run", "--no-input"),
    ),
    Check(name="docs", words=("-m", "mithaq.cli", "docs", "generate", "--check")),
    Check(
        name="tests", words=("-m", "pytest", "-n", str(os.cpu_count() or 1), "--dist", "loadgroup")
    ),
)


@click.command()
@click.option("--only", multiple=True, type=click.Choice([one.name for one in CHECKS]))
@click.option("--skip", multiple=True, type=click.Choice([one.name for one in CHECKS]))
@context.json_option
def check(*, only: tuple[str, ...], skip: tuple[str, ...], as_json: bool) -> int:
    """Check format, lint, floors, spelling, types, migrations, docs and tests."""
    chosen = [one for one in CHECKS if one.name not in skip and (not only or one.name in only)]
    root = context.checkout()
    outcomes = []
    for one in chosen:
        outcomes.append(run(one, root=root))
        click.echo(_line(outcomes[-1]), err=as_json)
    failed = [outcome for outcome in outcomes if not outcome.ok]
    if as_json:
        context.echo_json([_facts(outcome) for outcome in outcomes])
    else:
        _report(failed)
        click.echo("".join(_closing_line(outcome) for outcome in outcomes))
    return 1 if failed else 0


def run(one: Check, *, root: pathlib.Path) -> Outcome:
    """Run one check in the checkout `root`."""
    started_at = time.monotonic()
    done = subprocess.run(  # noqa: S603 - the tools of requirements/development.txt
        [sys.executable, *one.words],
        cwd=root,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mithaq.site.settings", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - started_at
    return Outcome(name=one.name, ok=done.returncode == 0, seconds=seconds, output=done.stdout)


def _line(outcome: Outcome) -> str:
    verdict = "ok" if outcome.ok else "FAILED"
    return f"{outcome.name:12}{outcome.seconds:7.1f} s  {verdict}"


def _closing_line(outcome: Outcome) -> str:
    """Return how many tests passed, in pytest's own words."""
    return "".join(outcome.output.strip().splitlines()[-1:]) if outcome.name == "tests" else ""


def _report(failed: list[Outcome]) -> None:
    for outcome in failed:
        click.echo(f"\n--- {outcome.name} ---\n{outcome.output.strip()}")
    names = ", ".join(outcome.name for outcome in failed)
    click.echo(f"\nfailed: {names}" if failed else "\nall checks hold")


def _facts(outcome: Outcome) -> Mapping[str, object]:
    return {
        "name": outcome.name,
        "ok": outcome.ok,
        "seconds": round(outcome.seconds, 1),
        **({} if outcome.ok else {"output": outcome.output}),
    }
