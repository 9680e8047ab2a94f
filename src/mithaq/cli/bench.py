"""`mithaq bench …`: what is measured, against whom."""

from __future__ import annotations

import importlib
import sys

import click

from mithaq.cli import context

NAMES = ("exchange",)


class Benchmarks(click.Group):
    """The benchmarks of the checkout, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the benchmark `cmd_name`, from benchmarks.<name>, or None."""
        if cmd_name not in NAMES:
            return None
        sys.path.insert(0, str(context.checkout()))
        command = getattr(importlib.import_module(f"benchmarks.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command


@click.group(cls=Benchmarks)
def bench() -> None:
    """Measure."""
