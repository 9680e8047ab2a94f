"""`mithaq fix`: format the code and correct what ruff can correct safely."""

from __future__ import annotations

import subprocess
import sys

import click

from mithaq.cli import context
from mithaq.cli.check import SOURCES


@click.command()
def fix() -> int:
    """Format the code and correct what can be corrected."""
    root = context.checkout()
    codes = [
        subprocess.run([sys.executable, "-m", "ruff", *words], cwd=root, check=False).returncode  # noqa: S603 - ruff
        for words in (("check", "--fix", *SOURCES), ("format", *SOURCES))
    ]
    return max(codes)
