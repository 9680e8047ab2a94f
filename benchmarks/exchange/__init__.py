"""The exchange between two nodes beside the bare cryptography of the same messages."""

from __future__ import annotations

from benchmarks.exchange.command import exchange

__all__ = ["exchange"]
