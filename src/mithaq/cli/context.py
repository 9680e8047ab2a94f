"""What commands share: the node they work for, the checkout they stand in, how they print."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

import mithaq
from mithaq.core import codes
from mithaq.site import node

if TYPE_CHECKING:
    from mithaq.apps.people.models import Officer

OPERATOR = "operator"  # who acts, in the journal, where the command line does
_Command = TypeVar("_Command", bound=Callable[..., object])


def names_node(command: _Command) -> _Command:
    """Give a command the option --node, as its parameter `config`; Django is not loaded."""
    return _node_option(callback=_read_node, expose_value=True)(command)


def needs_node(command: _Command) -> _Command:
    """Give a command the option --node, and set Django up for that node before it runs."""
    return _node_option(callback=_use_node, expose_value=False)(command)


def json_option(command: _Command) -> _Command:
    """Give a command the flag --json, as its parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def echo_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON value on standard output, its letters as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def echo_rows(rows: list[dict[str, object]], *, as_json: bool) -> None:
    """Print rows as JSON, or one a line with their values; say so if there are none."""
    if as_json:
        echo_json(list(rows))
        return
    for row in rows:
        click.echo("  ".join("-" if value is None else str(value) for value in row.values()))
    if len(rows) == 0:
        click.echo("none")


def officer(username: str) -> Officer:
    """Return the active officer of that user name.

    Raises:
        click.UsageError: there is none.
    """
    from mithaq.apps.people import queries

    found = queries.officer_named(username)
    if found is None:
        raise click.UsageError(f"no active officer is called {username}")
    return found


def code(name: str, value: str) -> str:
    """Return `value`, a code of the list `name`.

    Raises:
        click.UsageError: the list has no such code.
    """
    known = codes.codelist(name)
    if value not in known:
        raise click.UsageError(f"{value!r} is not one of {', '.join(known.codes)}")
    return value


def checkout() -> pathlib.Path:
    """Return the root of the checkout.

    Raises:
        click.ClickException: Mithaq runs from an installed package, without its tests and docs.
    """
    found = pathlib.Path(mithaq.__file__).resolve().parents[2]
    if not (found / "pyproject.toml").is_file():
        raise click.ClickException("this command works in a checkout of the repository only")
    return found


def set_up_django(folder: pathlib.Path) -> None:
    """Load Django for the node of `folder`; a process serves one node only.

    Raises:
        node.ConfigMissing, node.ConfigFaulty: the folder is not that of a node.
    """
    node.read(folder)
    os.environ[node.VARIABLE] = str(folder.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mithaq.site.settings")
    import django

    django.setup()


def _node_option(
    *, callback: Callable[..., object], expose_value: bool
) -> Callable[[_Command], _Command]:
    return click.option(
        "--node",
        "config",
        envvar=node.VARIABLE,
        required=True,
        type=click.Path(path_type=pathlib.Path, file_okay=False),
        help=f"Folder of the node; {node.VARIABLE} says the same.",
        callback=callback,
        expose_value=expose_value,
        is_eager=True,
    )


def _use_node(context: click.Context, parameter: click.Parameter, value: pathlib.Path) -> None:
    set_up_django(value)


def _read_node(
    context: click.Context, parameter: click.Parameter, value: pathlib.Path
) -> node.NodeConfig:
    return node.read(value)
