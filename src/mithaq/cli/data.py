"""`mithaq data`: rebuild what is built from src/mithaq/resources and from the code's own tables."""

from __future__ import annotations

import subprocess
import sys

import click

from mithaq.cli import context


@click.command()
def data() -> int:
    """Rebuild what is built from the resources: the generated pages of the reference."""
    command = [sys.executable, "-m", "mithaq.cli", "docs", "generate"]
    return subprocess.run(command, cwd=context.checkout(), check=False).returncode  # noqa: S603 - our own command
