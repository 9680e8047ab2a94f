"""The page of the reference that describes every command, written from the commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from mithaq.cli.main import root

TITLE = """\
# Commands

Written by `./mithaq docs generate` from the commands themselves. `./mithaq X` and `mithaq X` are the
same; `./mithaq` sets up first what is missing. Exit codes: 0 what was asked holds or is done, 1 a
fault was found, 2 the command was used wrongly, 130 it was interrupted.
"""


def commands_page() -> str:
    """Return docs/reference/commands.md."""
    return "\n".join([TITLE, *(_section(path, command) for path, command in _walk())])


def paths() -> list[str]:
    """Return every command as it is typed after `mithaq`."""
    return [path for path, _ in _walk()]


def _walk() -> Iterator[tuple[str, click.Command]]:
    yield from _below("", root, click.Context(root, info_name="mithaq"))


def _below(
    path: str, group: click.Group, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        full = f"{path} {name}".strip()
        yield full, command
        if isinstance(command, click.Group):
            yield from _below(full, command, click.Context(command, info_name=name, parent=context))


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"mithaq {path}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## `mithaq {path}`", "", inspect.cleandoc(command.help or ""), ""]
    if not isinstance(command, click.Group):
        lines += [f"    mithaq {path} {usage}".rstrip(), ""]
    records = [
        record
        for parameter in command.get_params(context)
        if "--help" not in parameter.opts and (record := parameter.get_help_record(context))
    ]
    if records:
        lines += ["| Option | Meaning |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in records] + [""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
