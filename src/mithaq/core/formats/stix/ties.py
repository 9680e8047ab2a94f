"""What stands beside the attack-patterns: relationships between them, and their translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from pydantic import ValidationError

from mithaq.core.formats.stix.faults import Fault
from mithaq.core.formats.stix.objects import LanguageContent, Relationship, key_of, type_of
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.patterns import faults_of
from mithaq.core.formats.stix.vocabulary import RELATIONS
from mithaq.core.records.method import Method, Relation, Translation

_PATTERN = "attack-pattern"


def relations(
    objects: Iterable[JsonObject], *, known: AbstractSet[str]
) -> tuple[dict[str, list[Relation]], list[Fault]]:
    """Return the relations by the id of the attack-pattern they start from, and the faults.

    A relationship whose ends are not both attack-patterns is passed over.
    """
    found: dict[str, list[Relation]] = {}
    faults: list[Fault] = []
    for item in objects:
        name = str(item["id"])
        try:
            tie = Relationship.model_validate(item)
        except ValidationError as fault:
            faults += faults_of(fault, object_id=name)
            continue
        faults += _wrong_ends(tie, name=name, known=known)
        if {type_of(tie.source_ref), type_of(tie.target_ref)} != {_PATTERN}:
            continue
        if tie.relationship_type not in RELATIONS:
            detail = "not a relationship between attack-patterns"
            faults.append(_bad(name, "relationship_type", detail))
        new = Relation(kind=tie.relationship_type, target=key_of(tie.target_ref))
        found.setdefault(tie.source_ref, []).append(new)
    return found, faults


def translations(
    objects: Iterable[JsonObject], methods: Mapping[str, Method]
) -> tuple[dict[str, tuple[Translation, ...]], list[Fault]]:
    """Return the translations by the id of the attack-pattern, sorted by language; the faults."""
    found: dict[str, dict[str, Translation]] = {}
    faults: list[Fault] = []
    for item in objects:
        name = str(item["id"])
        try:
            content = LanguageContent.model_validate(item)
        except ValidationError as fault:
            faults += faults_of(fault, object_id=name)
            continue
        method = methods.get(content.object_ref)
        if method is None:
            faults.append(_dangling(name, "object_ref", content.object_ref))
            continue
        words = found.setdefault(content.object_ref, {})
        faults += _take(content, name=name, method=method, words=words)
    return {
        key: tuple(words[language] for language in sorted(words)) for key, words in found.items()
    }, faults


def _take(
    content: LanguageContent, *, name: str, method: Method, words: dict[str, Translation]
) -> Iterator[Fault]:
    if content.object_modified not in {None, method.modified}:
        yield _bad(name, "object_modified", "translates another version of the object")
    for language, given in content.contents.items():
        if language in words or language == method.language:
            yield _bad(name, f"contents.{language}", "the object has that language already")
        if not (given.name or given.description):
            yield _bad(name, f"contents.{language}", "translates nothing")
        words[language] = Translation(
            language=language, title=given.name, description=given.description
        )


def _wrong_ends(tie: Relationship, *, name: str, known: AbstractSet[str]) -> Iterator[Fault]:
    for field, end in (("source_ref", tie.source_ref), ("target_ref", tie.target_ref)):
        if end not in known:
            yield _dangling(name, field, end)


def _dangling(name: str, field: str, target: str) -> Fault:
    detail = f"{target} is not in the file"
    return Fault(code="stix.dangling", object_id=name, field=field, detail=detail)


def _bad(name: str, field: str, detail: str) -> Fault:
    return Fault(code="stix.bad_field", object_id=name, field=field, detail=detail)
