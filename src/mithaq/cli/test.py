"""`mithaq test`: pytest in the checkout, every argument passed on."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from mithaq.cli import context


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> int:
    """Run the tests; arguments go to pytest. Without any, all tests run on every processor."""
    words = arguments or ("-n", str(os.cpu_count() or 1), "--dist", "loadgroup")
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=context.checkout(), check=False).returncode  # noqa: S603 - pytest
