"""What is checked of every object of a bundle, whatever its type.

Obligations: 1 a known type; 2 an id of that type, once in the bundle; 3 version 2.1; 4 no null;
5 instants of the right form, and no modification before the creation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from pydantic import JsonValue

from mithaq.core.formats.stix.faults import Fault
from mithaq.core.formats.stix.objects import instant_of, type_of
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.vocabulary import PASSED_OVER, UNDATED

ATTACK_PATTERN = "attack-pattern"
RELATIONSHIP = "relationship"
LANGUAGE_CONTENT = "language-content"
MARKING = "marking-definition"
KNOWN = PASSED_OVER | {ATTACK_PATTERN, RELATIONSHIP, LANGUAGE_CONTENT, MARKING}

Complain = Callable[[str, str, str], Fault]


def check(objects: Sequence[JsonObject]) -> Iterator[Fault]:
    """Yield what is wrong with the outlines of `objects`."""
    seen: set[str] = set()
    for place, found in enumerate(objects):
        yield from _check_one(found, place=place, seen=seen)


def name_of(found: JsonObject, *, place: int) -> str:
    """Return how faults name the object: its id, or its place while it has none."""
    name = found.get("id")
    return name if isinstance(name, str) and type_of(name) else f"object {place + 1}"


def _check_one(found: JsonObject, *, place: int, seen: set[str]) -> Iterator[Fault]:
    name = name_of(found, place=place)

    def complain(code: str, field: str, detail: str) -> Fault:
        return Fault(code=code, object_id=name, field=field, detail=detail)

    kind, key = found.get("type"), found.get("id")
    if not isinstance(kind, str) or kind not in KNOWN:  # obligation 1
        yield complain("stix.unknown_type", "type", f"{_shown(kind)} is not a type we read")
        return
    if not isinstance(key, str) or type_of(key) != kind:  # obligation 2
        yield complain("stix.bad_field", "id", f"not an id of the form {kind}--uuid")
        return
    if key in seen:
        yield complain("stix.duplicate_id", "id", "another object of the file has the same id")
    seen.add(key)
    if found.get("spec_version") != "2.1" and kind not in UNDATED:  # obligation 3
        yield complain("stix.bad_field", "spec_version", 'not "2.1"')
    for field, value in found.items():  # obligation 4
        if value is None:
            yield complain("stix.bad_field", field, "null says nothing; leave the field out")
    yield from _check_times(found, kind=kind, complain=complain)  # obligation 5


def _check_times(found: JsonObject, *, kind: str, complain: Complain) -> Iterator[Fault]:
    times: dict[str, dt.datetime] = {}
    for field in ("created", "modified"):
        if field not in found:
            if kind not in UNDATED and not (kind == MARKING and field == "modified"):
                yield complain("stix.bad_field", field, "is missing")
            continue
        try:
            times[field] = instant_of(found[field])
        except ValueError as fault:
            yield complain("stix.bad_field", field, str(fault))
    if "modified" in times and "created" in times and times["modified"] < times["created"]:
        yield complain("stix.bad_times", "modified", "lies before the creation")


def _shown(kind: JsonValue) -> str:
    return repr(kind[:64]) if isinstance(kind, str) else "nothing"
