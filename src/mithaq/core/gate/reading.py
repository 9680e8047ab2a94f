"""Reading: what the lexicon and the patterns find in the free texts of a disclosure.

The free texts are the record's and the officer's own words, the necessity and the case
reference: what is typed beside a form passes no other check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mithaq.core.gate import identifiers
from mithaq.core.gate.disclosure import Disclosure
from mithaq.core.gate.folding import fold, offset, words
from mithaq.core.gate.lexicon import lexicon

PERSONAL_DATA = "free-text-personal-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rule found something: a field, and in a free text the code point it begins at.

    `position` is None where the field as a whole is meant. What was found is never repeated.
    """

    field: str
    position: int | None = None


def read_texts(disclosure: Disclosure) -> Mapping[str, tuple[Place, ...]]:
    """Return, by code of rule, the first place in each field where a free text speaks to it."""
    found: dict[str, list[Place]] = {}
    for field, value in _texts(disclosure):
        for rule, place in read_value(field=field, value=value):
            if all(known.field != field for known in found.setdefault(rule, [])):
                found[rule].append(place)
    return {rule: tuple(places) for rule, places in found.items()}


def _texts(disclosure: Disclosure) -> Iterator[tuple[str, str]]:
    yield "necessity", disclosure.necessity
    yield "case_reference", disclosure.case_reference
    for text in disclosure.texts:
        yield text.field, text.value


def read_value(*, field: str, value: str) -> Iterator[tuple[str, Place]]:
    """Yield each rule that one free text speaks to, with the first place where it does."""
    folded = fold(value)
    matches = lexicon().find(words(folded))
    seen: set[str] = set()
    for match in matches:
        if match.rule not in seen:
            seen.add(match.rule)
            yield match.rule, Place(field=field, position=offset(value, match.start))
    first = next(identifiers.positions(folded), None)
    if first is not None:
        number = len(words(folded[:first]))
        yield PERSONAL_DATA, Place(field=field, position=offset(value, number))
