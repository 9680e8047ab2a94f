"""Make, migrate, serve and run a node."""

from __future__ import annotations

from mithaq.cli.node.commands import node

__all__ = ["node"]
