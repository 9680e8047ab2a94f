"""Three fictional bureaus on one machine."""

from __future__ import annotations

from mithaq.cli.demo.command import demo

__all__ = ["demo"]
