"""What stands beside the attack-patterns: relationships between them, and their translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from pydantic import ValidationError

from mithaq.core.formats.stix.faults import Fault, faults_of
from mithaq.core.formats.stix.objects import (
    AttackPattern,
    Extension,
    LanguageContent,
    Relationship,
    key_of,
    type_of,
)
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.vocabulary import RELATIONS
from mithaq.core.records.method import Relation, Translation

_PATTERN = "attack-pattern"
_NONE: Sequence[JsonObject] = ()


@dataclass(slots=True)
class Beside:
    """Relations and translations, by the id of the attack-pattern that they belong to."""

    relations: dict[str, list[Relation]] = field(default_factory=dict)
    contents: dict[str, list[tuple[str, LanguageContent]]] = field(default_factory=dict)

    def words(self, pattern: AttackPattern) -> tuple[tuple[Translation, ...], list[Fault]]:
        """Return the translations of `pattern`, sorted by language, and what is wrong."""
        found: dict[str, Translation] = {}
        faults: list[Fault] = []
        for name, content in self.contents.get(pattern.id, ()):
            faults += _take(content, name=name, pattern=pattern, words=found)
        return tuple(found[language] for language in sorted(found)), faults

    def relations_of(self, pattern: AttackPattern, extension: Extension) -> tuple[Relation, ...]:
        """Return the relations of `pattern`: those of our extension first, each once."""
        own = [Relation(kind=one.kind, target=key_of(one.target)) for one in extension.relations]
        return tuple(dict.fromkeys([*own, *self.relations.get(pattern.id, ())]))


def read(by_type: Mapping[str, Sequence[JsonObject]]) -> tuple[Beside, list[Fault]]:
    """Return what stands beside the attack-patterns of a bundle, and what is wrong with it.

    A relationship whose ends are not both attack-patterns is passed over.
    """
    beside = Beside()
    faults: list[Fault] = []
    contents, relationships = by_type.get("language-content"), by_type.get("relationship")
    if contents:
        patterns = {str(found["id"]) for found in by_type.get(_PATTERN, _NONE)}
        faults += _contents(contents, patterns=patterns, beside=beside)
    if relationships:
        known = {str(found["id"]) for group in by_type.values() for found in group}
        faults += _relationships(relationships, known=known, beside=beside)
    return beside, faults


def _relationships(
    objects: Iterable[JsonObject], *, known: AbstractSet[str], beside: Beside
) -> Iterator[Fault]:
    for item in objects:
        name = str(item["id"])
        try:
            tie = Relationship.model_validate(item)
        except ValidationError as fault:
            yield from faults_of(fault, object_id=name)
            continue
        yield from _wrong_ends(tie, name=name, known=known)
        if {type_of(tie.source_ref), type_of(tie.target_ref)} != {_PATTERN}:
            continue
        if tie.relationship_type not in RELATIONS:
            yield _bad(name, "relationship_type", "not a relationship between attack-patterns")
        new = Relation(kind=tie.relationship_type, target=key_of(tie.target_ref))
        beside.relations.setdefault(tie.source_ref, []).append(new)


def _contents(
    objects: Iterable[JsonObject], *, patterns: AbstractSet[str], beside: Beside
) -> Iterator[Fault]:
    for item in objects:
        name = str(item["id"])
        try:
            content = LanguageContent.model_validate(item)
        except ValidationError as fault:
            yield from faults_of(fault, object_id=name)
            continue
        if content.object_ref not in patterns:
            yield _dangling(name, "object_ref", content.object_ref)
        beside.contents.setdefault(content.object_ref, []).append((name, content))


def _take(
    content: LanguageContent, *, name: str, pattern: AttackPattern, words: dict[str, Translation]
) -> Iterator[Fault]:
    if content.object_modified not in {None, pattern.modified}:
        yield _bad(name, "object_modified", "translates another version of the object")
    for language, given in content.contents.items():
        if language in words or language == pattern.lang:
            yield _bad(name, f"contents.{language}", "the object has that language already")
        if not (given.name or given.description):
            yield _bad(name, f"contents.{language}", "translates nothing")
        words[language] = Translation(
            language=language, title=given.name, description=given.description
        )


def _wrong_ends(tie: Relationship, *, name: str, known: AbstractSet[str]) -> Iterator[Fault]:
    for end, target in (("source_ref", tie.source_ref), ("target_ref", tie.target_ref)):
        if target not in known:
            yield _dangling(name, end, target)


def _dangling(name: str, end: str, target: str) -> Fault:
    detail = f"{target} is not in the file"
    return Fault(code="stix.dangling", object_id=name, field=end, detail=detail)


def _bad(name: str, place: str, detail: str) -> Fault:
    return Fault(code="stix.bad_field", object_id=name, field=place, detail=detail)
