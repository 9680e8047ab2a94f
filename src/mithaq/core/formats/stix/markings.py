"""Marking-definitions: TLP 2.0 as published, and statements. Any other one is refused.

A marking limits what a reader may do; one that we cannot honour must not be passed over. That
includes TLP 1.0, whose levels share names with 2.0 and mean something else, and markings of
single fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue, ValidationError

from mithaq.core.formats.stix.faults import Fault
from mithaq.core.formats.stix.objects import Statement
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.vocabulary import (
    OLD_TLP_MARKINGS,
    PROPERTY_EXTENSION,
    TLP_CREATED,
    TLP_EXTENSION_ID,
    TLP_MARKINGS,
    TLP_OF_MARKING,
    tlp_word,
)

_CODE = "stix.bad_marking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the markings of one object say."""

    tlp: str | None = None
    statements: tuple[str, ...] = ()


@dataclass(slots=True)
class Markings:
    """The markings that a bundle defines: id to the words of the statement."""

    statements: dict[str, str] = field(default_factory=dict)

    def add(self, found: JsonObject) -> Iterator[Fault]:
        """Take in a marking-definition; yield what is wrong with it."""
        key = str(found["id"])
        if key in TLP_OF_MARKING:
            if not is_published_tlp(found):
                yield _fault(key, "", "differs from the TLP 2.0 marking published under that id")
            return
        if found.get("definition_type") == "statement" and "extensions" not in found:
            try:
                words = Statement.model_validate(found.get("definition")).statement
            except ValidationError:
                yield _fault(key, "definition", "is not a statement")
            else:
                self.statements[key] = words
            return
        yield _fault(key, "definition_type", _why_unknown(found, key=key))

    def marks(self, references: Iterable[str], *, object_id: str) -> tuple[Marks, list[Fault]]:
        """Return what `references` say of `object_id`, and what is wrong with them."""
        faults: list[Fault] = []
        levels: list[str] = []
        words: list[str] = []
        for reference in references:
            if reference in TLP_OF_MARKING:
                levels.append(TLP_OF_MARKING[reference])
            elif reference in self.statements:
                words.append(self.statements[reference])
            else:
                faults.append(_unknown_reference(reference, object_id=object_id))
        if len(levels) > 1:
            faults.append(_fault(object_id, "object_marking_refs", "more than one TLP level"))
        return Marks(tlp=levels[0] if levels else None, statements=tuple(words)), faults


def tlp_marking(code: str) -> JsonObject:
    """Return the marking-definition of the TLP level `code`, as published."""
    word = tlp_word(code)
    extension: dict[str, JsonValue] = {"extension_type": PROPERTY_EXTENSION, "tlp_2_0": word}
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_MARKINGS[code],
        "created": TLP_CREATED,
        "name": f"TLP:{word.upper()}",
        "extensions": {TLP_EXTENSION_ID: extension},
    }


def is_published_tlp(found: Mapping[str, JsonValue]) -> bool:
    """Return whether `found` says what is published under its id; the creator may be named."""
    published = tlp_marking(TLP_OF_MARKING[str(found["id"])])
    return {key: value for key, value in found.items() if key != "created_by_ref"} == published


def _why_unknown(found: JsonObject, *, key: str) -> str:
    if key in OLD_TLP_MARKINGS or found.get("definition_type") == "tlp":
        return "TLP 1.0 is not taken; mark with TLP 2.0"
    if TLP_EXTENSION_ID in _extensions(found):
        return "a TLP 2.0 marking under an id that is not the published one"
    return "a marking that this node could not honour"


def _extensions(found: JsonObject) -> Sequence[str]:
    extensions = found.get("extensions")
    return tuple(extensions) if isinstance(extensions, dict) else ()


def _unknown_reference(reference: str, *, object_id: str) -> Fault:
    if reference in OLD_TLP_MARKINGS:
        return _fault(object_id, "object_marking_refs", "TLP 1.0 is not taken; mark with TLP 2.0")
    return _fault(object_id, "object_marking_refs", f"{reference} is not defined in the file")


def _fault(object_id: str, name: str, detail: str) -> Fault:
    return Fault(code=_CODE, object_id=object_id, field=name, detail=detail)
