"""What a new demo is given: keys, members, pacts, officers, sample methods."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping, Sequence

from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.demo.shell import Shell


def provision(
    *,
    shells: Mapping[str, Shell],
    nodes: Sequence[DemoNode],
    folder: pathlib.Path,
    say: Callable[[str], None],
) -> None:
    """Give every node what it needs; the databases run, the programs do not yet."""
