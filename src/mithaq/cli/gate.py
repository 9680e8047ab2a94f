"""`mithaq gate …`: measure what the word lists hold, and show the rules."""

from __future__ import annotations

import pathlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import click

from mithaq.cli.context import echo_json, json_option
from mithaq.cli.sentences import language
from mithaq.core.codes import codelist
from mithaq.core.formats import stix
from mithaq.core.gate import RULES
from mithaq.core.gate.reading import read_value

MOST_HELD = 0.05  # of real methods; beyond it officers stop reading what is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How many of `methods` the free texts would hold, by rule, and what reading cost."""

    methods: int
    held: tuple[tuple[str, tuple[str, ...]], ...]
    """Titles of the methods held, with the rules that hold them."""
    characters: int
    seconds: float
    """Processor time, which other processes on the machine do not lengthen."""

    @property
    def share(self) -> float:
        """The part of the methods that is held, from 0 to 1."""
        return len(self.held) / self.methods if self.methods else 0.0


@click.group()
def gate() -> None:
    """Measure what the word lists hold, and show the rules."""


@gate.command()
@json_option
def rules(*, as_json: bool) -> None:
    """List the rules that the gate runs."""
    listed, spoken = codelist("gate-rule"), language()
    rows = [(rule, listed.label(rule.code, spoken)) for rule in RULES]
    if as_json:
        echo_json(
            [
                {
                    "code": rule.code,
                    "effect": rule.effect.value,
                    "structural": rule.structural,
                    "sentence": sentence,
                    "sources": dict(rule.sources),
                }
                for rule, sentence in rows
            ]
        )
        return
    for rule, sentence in rows:
        ends = "both ends" if rule.structural else "sender"
        click.echo(f"{rule.code:26}{rule.effect.value:8}{ends:11}{sentence}")


@gate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@json_option
def measure(*, file: pathlib.Path, as_json: bool) -> int:
    """Say how many methods of a STIX bundle the word lists would hold; exit 1 above 5 %."""
    found = measured(file.read_bytes())
    by_rule = Counter(rule for _, broken in found.held for rule in broken)
    if as_json:
        echo_json(_figures(found, by_rule))
    else:
        _show(found, by_rule)
    return 0 if found.share <= MOST_HELD else 1


def measured(data: bytes) -> Measure:
    """Return the measure of a STIX bundle.

    Raises:
        Refused: the bundle is not one that could be imported.
    """
    methods = [(method.title, method.facts().texts) for method in stix.read_bundle(data).methods]
    next(read_value(field="", value="-"), None)  # builds the lexicon, which is done once a process
    begun = time.process_time()
    broken = [(title, _broken([text.value for text in texts])) for title, texts in methods]
    return Measure(
        methods=len(methods),
        held=tuple((title, rules) for title, rules in broken if rules),
        characters=sum(len(text.value) for _, texts in methods for text in texts),
        seconds=time.process_time() - begun,
    )


def _broken(values: Sequence[str]) -> tuple[str, ...]:
    found = (rule for value in values for rule, _ in read_value(field="", value=value))
    return tuple(sorted(set(found)))


def _figures(found: Measure, by_rule: Counter[str]) -> dict[str, object]:
    return {
        "methods": found.methods,
        "held": [{"title": title, "rules": list(broken)} for title, broken in found.held],
        "share": round(found.share, 4),
        "most": MOST_HELD,
        "by_rule": dict(by_rule),
        "characters": found.characters,
        "microseconds_per_4096_characters": _pace(found),
    }


def _show(found: Measure, by_rule: Counter[str]) -> None:
    click.echo(
        f"{len(found.held)} of {found.methods} methods would be held ({found.share:.1%};"
        f" at most {MOST_HELD:.0%}), {_pace(found)} microseconds for 4096 characters."
    )
    for rule, times in by_rule.most_common():
        click.echo(f"  {times:4} {rule}")
    for title, broken in found.held:
        click.echo(f"  {title}: {', '.join(broken)}")


def _pace(found: Measure) -> int:
    return round(found.seconds / max(found.characters, 1) * 4096 * 1_000_000)
