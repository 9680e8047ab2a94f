"""The figures of the exchange as a table, and what bounds them."""

from __future__ import annotations

import pathlib
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEAD = "| what | min | median | max |\n|---|---|---|---|"
DELAY_HEAD = "| how | messages/s | p50 | p95 | p99 |\n|---|---|---|---|---|"
QUANTILES = (0.5, 0.95, 0.99)
AIM_SHARE = 40  # percent of the bare cryptography's rate
AIM_DELAY = 2.0  # seconds, p95


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """What messages took from release to `opened` receipt at `rate`; sorted."""

    rate: float
    seconds: Sequence[float]

    def part(self, share: float) -> float:
        """Return the delay that `share` of the messages stay under."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def as_json(self) -> Mapping[str, float]:
        """Return rate and quantiles."""
        quantiles = {f"p{int(100 * share)}_s": round(self.part(share), 3) for share in QUANTILES}
        return {"per_s": round(self.rate, 1), **quantiles}

    def as_row(self, name: str) -> str:
        """Return a row of the table of delays."""
        cells = " | ".join(f"{self.part(share):.2f}" for share in QUANTILES)
        return f"| {name} | {self.rate:.0f} | {cells} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured; rates in messages a second."""

    messages: int
    size: int
    batch: int
    cores: int
    crypto: Sequence[float]
    highest: Sequence[float]
    singly: Sequence[float]
    together: Delays
    alone: Delays
    durable: Mapping[str, str]

    @property
    def shares(self) -> list[float]:
        """The exchange's rate in percent of the bare cryptography's, run by run."""
        pairs = zip(self.highest, self.crypto, strict=True)
        return [100 * rate / bound for rate, bound in pairs]

    def as_json(self) -> Mapping[str, object]:
        """Return the figures as the values of JSON."""
        return {
            "messages": self.messages,
            "body_bytes": self.size,
            "batch": self.batch,
            "cores": self.cores,
            "crypto_per_s": [round(rate, 1) for rate in self.crypto],
            "exchange_per_s": [round(rate, 1) for rate in self.highest],
            "exchange_singly_per_s": [round(rate, 1) for rate in self.singly],
            "share_percent": [round(share, 1) for share in self.shares],
            "delays": self.together.as_json(),
            "delays_singly": self.alone.as_json(),
            "durable": dict(self.durable),
        }

    def as_markdown(self) -> str:
        """Return the figures as a table."""
        commits = ", ".join(f"{name} {value}" for name, value in self.durable.items())
        setting = (
            f"{self.messages} messages a run, {self.size} bytes of record each, one recipient; "
            f"{len(self.crypto)} runs on {self.cores} cores; {commits}; "
            f"Python {platform.python_version()}."
        )
        delays = (
            f"Seconds from release to `opened` receipt, at 70 % of the median rate "
            f"(aim: p95 under {AIM_DELAY:.0f}):"
        )
        rows = (
            _row("bare cryptography, messages/s", self.crypto),
            _row(f"exchange, {self.batch} in a submission, messages/s", self.highest),
            _row("exchange, one in a submission, messages/s", self.singly),
            _row(f"share of the bare cryptography, % (aim {AIM_SHARE})", self.shares),
        )
        slow = (
            self.together.as_row(f"{self.batch} in a submission"),
            self.alone.as_row("one in a submission"),
        )
        return "\n".join((setting, "", HEAD, *rows, "", delays, "", DELAY_HEAD, *slow))


def write(target: pathlib.Path, figures: Figures) -> None:
    """Put the table between the marks of the page `target`; what else stands there stays."""
    start, end = "<!-- figures -->", "<!-- end of figures -->"
    text = target.read_text(encoding="utf-8")
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    target.write_text(
        f"{before}{start}\n\n{figures.as_markdown()}\n\n{end}{after}", encoding="utf-8"
    )


def _row(name: str, rates: Sequence[float]) -> str:
    return f"| {name} | {min(rates):.0f} | {statistics.median(rates):.0f} | {max(rates):.0f} |"
