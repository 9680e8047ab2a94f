"""`mithaq pacts …`: draft, sign, load and show pacts; suspend, resume and end them."""

from __future__ import annotations

from mithaq.cli.pacts import notices
from mithaq.cli.pacts.commands import pacts

__all__ = ["notices", "pacts"]
