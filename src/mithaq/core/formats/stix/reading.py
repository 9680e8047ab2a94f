"""From a bundle to methods: whole, or refused with every fault named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mithaq.core.formats.stix import outline, patterns, ties
from mithaq.core.formats.stix.faults import Fault, Refused, refuse
from mithaq.core.formats.stix.markings import Markings
from mithaq.core.formats.stix.parsing import PROGRESS_EVERY, JsonObject, parse, silent
from mithaq.core.formats.stix.vocabulary import PASSED_OVER
from mithaq.core.records.method import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle holds: its methods, and how many objects of other types were passed over.

    `objects` are the parsed objects, for a second opinion by another library.
    """

    methods: tuple[Method, ...]
    passed_over: Mapping[str, int]
    objects: tuple[JsonObject, ...]


def read_bundle(data: bytes, *, progress: Callable[[int, int], None] = silent) -> Bundle:
    """Return the methods of the bundle `data` (JSON, UTF-8), in the order of the file.

    `progress` is called with the objects done and their number.

    Raises:
        Refused: anything is wrong with any object; nothing of the file may be used.
    """
    objects = parse(data)
    _stop(list(outline.check(objects)))
    by_type: dict[str, list[JsonObject]] = {}
    for found in objects:
        by_type.setdefault(str(found["type"]), []).append(found)
    faults: list[Fault] = []
    markings = Markings()
    for found in by_type.get(outline.MARKING, []):
        faults += markings.add(found)
    beside, wrong = ties.read(by_type)
    faults += wrong
    methods: list[Method] = []
    attack_patterns = by_type.get(outline.ATTACK_PATTERN, [])
    for done, found in enumerate(attack_patterns):
        if done % PROGRESS_EVERY == 0:
            progress(done, len(attack_patterns))
        method, wrong = patterns.read(found, markings=markings, beside=beside)
        faults += wrong
        if method is not None:
            methods.append(method)
    _stop(faults)
    progress(len(attack_patterns), len(attack_patterns))
    counts = Counter(str(found["type"]) for found in objects if found["type"] in PASSED_OVER)
    return Bundle(methods=tuple(methods), passed_over=dict(counts), objects=tuple(objects))


def read_method(data: bytes) -> Method:
    """Return the one method of the bundle `data`, the form of a method on the wire.

    Raises:
        Refused: as `read_bundle`, or it does not hold exactly one.
    """
    methods = read_bundle(data).methods
    if len(methods) != 1:
        raise refuse("stix.not_a_bundle", "it does not hold exactly one attack-pattern")
    return methods[0]


def _stop(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults)
