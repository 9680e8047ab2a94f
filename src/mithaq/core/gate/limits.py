"""Limits: the figures and sets that rules compare with, kept where lawyers read them.

The file is `resources/gate/limits.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mithaq.core import resources
from mithaq.core.codes import codelist
from mithaq.core.resources import MalformedResource

_FILE = "gate/limits.yaml"
_KEYS = frozenset(
    {
        "source",
        "necessity",
        "retention_days",
        "nominal_kinds",
        "without_persons",
        "coercive",
        "never_coerced",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the rules compare with."""

    necessity_characters: int
    """Fewest code points of a necessity, blanks taken together."""
    necessity_words: int
    """Fewest different words of a necessity."""
    retention_days: Mapping[str, int]
    """Most days, by purpose."""
    nominal_kinds: frozenset[str]
    """Kinds of record that single out a natural person."""
    without_persons: frozenset[str]
    """Purposes that never need data on a particular person."""
    coercive: frozenset[str]
    """Purposes that are themselves a step towards coercion."""
    never_coerced: frozenset[str]
    """Categories of persons whom no coercive measure may target."""


@cache
def limits() -> Limits:
    """Return the limits, read once a process.

    Raises:
        MalformedResource: the file is not as it should be.
    """
    return read_limits(resources.read_yaml("gate", "limits.yaml"))


def read_limits(content: Mapping[str, object]) -> Limits:
    """Return the limits that `content`, the mapping of the file, describes.

    Raises:
        MalformedResource: it is not as it should be.
    """
    resources.only(content, _KEYS, where=_FILE)
    necessity = resources.mapping(content.get("necessity"), where=f"{_FILE}, necessity")
    return Limits(
        necessity_characters=_number(necessity.get("characters"), where="necessity"),
        necessity_words=_number(necessity.get("words"), where="necessity"),
        retention_days=_days(content.get("retention_days")),
        nominal_kinds=_codes(content, "nominal_kinds", of="record-kind"),
        without_persons=_codes(content, "without_persons", of="purpose"),
        coercive=_codes(content, "coercive", of="purpose"),
        never_coerced=_codes(content, "never_coerced", of="person-category"),
    )


def _days(value: object) -> Mapping[str, int]:
    """Return most days for every purpose; `default` stands for those that are not named."""
    rows = resources.mapping(value, where=f"{_FILE}, retention_days")
    purposes = frozenset(codelist("purpose").codes)
    resources.only(rows, purposes | {"default"}, where=f"{_FILE}, retention_days")
    usual = rows.get("default")
    return {code: _number(rows.get(code, usual), where=code) for code in purposes}


def _codes(content: Mapping[str, object], key: str, *, of: str) -> frozenset[str]:
    rows = resources.sequence(content.get(key), where=f"{_FILE}, {key}")
    found = frozenset(resources.text(row, where=f"{_FILE}, {key}") for row in rows)
    strange = sorted(code for code in found if code not in codelist(of))
    if strange:
        raise MalformedResource(f"{_FILE}, {key}: not in the list {of}: {', '.join(strange)}")
    return found


def _number(value: object, *, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise MalformedResource(f"{_FILE}, {where}: not a positive number")
    return value
