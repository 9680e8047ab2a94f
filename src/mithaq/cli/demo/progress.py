"""What the demo tells while it works, and the steps that it proves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import click


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story: `ok` only if it was verified where its effect is."""

    name: str
    ok: bool
    ms: int
    evidence: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> Mapping[str, object]:
        """Return the step as the values of JSON."""
        return {"name": self.name, "ok": self.ok, "ms": self.ms, "evidence": dict(self.evidence)}


class Progress:
    """Lines on standard error, each with the seconds since the start."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()

    def say(self, text: str) -> None:
        """Print one line."""
        click.echo(f"[{time.monotonic() - self._started_at:5.1f} s] {text}", err=True)

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._started_at


def result(steps: list[Step], *, seconds: float) -> Mapping[str, object]:
    """Return what `demo --headless` prints."""
    return {
        "ok": bool(steps) and all(step.ok for step in steps),
        "seconds": round(seconds, 1),
        "steps": [step.as_json() for step in steps],
    }
