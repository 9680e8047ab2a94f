"""The command `mithaq`: a table of commands, each loaded only when it is asked for.

Exit codes: 0 what was asked holds or is done, 1 a fault was found, 2 the command was used wrongly.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping

import click

import mithaq
from mithaq.cli import sentences
from mithaq.core.errors import MithaqError

FAULT = 1
INTERRUPTED = 130

COMMANDS: Mapping[str, str] = {
    "demo": "Start three bureaus on this machine.",
    "test": "Run the tests.",
    "check": "Check everything that must hold before a change is merged.",
    "fix": "Format the code and correct what can be corrected.",
    "data": "Rebuild what is built from the resources.",
    "bench": "Measure.",
    "docs": "Write the pages of the reference that follow from the code.",
    "node": "Make, migrate, serve and run a node.",
    "keys": "Make, show, rotate and destroy the keys of a node.",
    "directory": "Publish our own descriptor, load and show those of members.",
    "pacts": "Draft, sign, load and show pacts; suspend, resume and end them.",
    "gate": "Measure what the word lists hold, and show the rules.",
    "people": "Enrol officers, grant roles, issue and end tokens.",
    "methods": "Import, list, show, export and share criminal methods.",
    "exchange": "Show the traffic, carry envelopes and receipts by hand.",
    "journal": "Verify the journal, prove an entry, export it for others.",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `cmd_name`, from mithaq.cli.<name>, or None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"mithaq.cli.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"mithaq.cli.{cmd_name}.{cmd_name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    version=mithaq.__version__, prog_name="mithaq", message="%(prog)s %(version)s"
)
def root() -> None:
    """Cooperation between police bureaus: sealed envelopes, under a pact, through a gate."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line `arguments` and return its exit code."""
    try:
        answer = root.main(arguments or ["--help"], prog_name="mithaq", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except MithaqError as fault:
        click.echo(sentences.describe(fault), err=True)
        return FAULT
    return answer if isinstance(answer, int) else 0
