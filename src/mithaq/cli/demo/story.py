"""The story that `demo --headless` plays, each step proved where its effect is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.demo.progress import Step
from mithaq.cli.demo.shell import Shell


def play(*, shells: Mapping[str, Shell], nodes: Sequence[DemoNode]) -> Iterator[Step]:
    """Play the steps one after the other over HTTP between the nodes."""
    yield from ()
