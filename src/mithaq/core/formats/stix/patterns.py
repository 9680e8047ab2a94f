"""From one attack-pattern to a method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from pydantic import JsonValue, ValidationError

from mithaq.core import codes
from mithaq.core.formats.stix import foreign
from mithaq.core.formats.stix.faults import Fault, faults_of
from mithaq.core.formats.stix.markings import Markings, Marks
from mithaq.core.formats.stix.objects import (
    AttackPattern,
    Extension,
    ExternalReference,
    KillChainPhase,
    key_of,
)
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.ties import Beside
from mithaq.core.formats.stix.vocabulary import (
    EXTENSION_ID,
    FRAMEWORK_OFFENCES,
    FRAMEWORK_STAGES,
    PROPERTY_EXTENSION,
)
from mithaq.core.records.method import Method, Phase, Reference, Relation, Translation

_EMPTY: JsonObject = {"extension_type": PROPERTY_EXTENSION}


def read(
    found: JsonObject, *, markings: Markings, beside: Beside
) -> tuple[Method | None, list[Fault]]:
    """Return the method that `found` describes, or None; and what is wrong with it."""
    name = str(found["id"])
    outer, own = _split(found)
    try:
        pattern = AttackPattern.model_validate(outer)
    except ValidationError as fault:
        return None, faults_of(fault, object_id=name)
    try:
        extension = Extension.model_validate(own)
    except ValidationError as fault:
        return None, faults_of(fault, object_id=name, within=f"extensions.{EXTENSION_ID}")
    marks, faults = markings.marks(pattern.object_marking_refs, object_id=name)
    faults += _wrong_references(pattern.external_references, name=name)
    faults += foreign.faults(pattern, extension, name=name)
    words, wrong = beside.words(pattern)
    relations = beside.relations_of(pattern, extension)
    method = _method(pattern, extension, marks=marks, words=words, relations=relations)
    return method, faults + wrong


def _split(found: JsonObject) -> tuple[JsonObject, JsonValue]:
    """Return the object without our extension, and our extension."""
    extensions = found.get("extensions")
    if not isinstance(extensions, dict) or EXTENSION_ID not in extensions:
        return found, _EMPTY
    others = {key: value for key, value in extensions.items() if key != EXTENSION_ID}
    return {**found, "extensions": others}, extensions[EXTENSION_ID]


def _method(
    pattern: AttackPattern,
    extension: Extension,
    *,
    marks: Marks,
    words: tuple[Translation, ...],
    relations: tuple[Relation, ...],
) -> Method:
    creator = pattern.created_by_ref
    return Method(
        key=key_of(pattern.id),
        created=pattern.created,
        modified=pattern.modified,
        title=pattern.name,
        language=pattern.lang,
        description=pattern.description,
        aliases=pattern.aliases,
        translations=words,
        offences=extension.offences or _framework_offences(pattern.kill_chain_phases),
        stages=extension.stages or _framework_stages(pattern.kill_chain_phases),
        phases=tuple(
            Phase(chain=phase.kill_chain_name, name=phase.phase_name)
            for phase in pattern.kill_chain_phases
        ),
        objects=extension.objects,
        devices=extension.devices,
        concealment=extension.concealment,
        route=extension.route,
        victims=extension.victims,
        losses=extension.losses,
        counter_measures=extension.counter_measures,
        supplier=extension.supplier,
        source_grade=extension.source_grade,
        information_grade=extension.information_grade,
        handling=extension.handling,
        tlp=marks.tlp,
        expires=extension.expires,
        confidence=pattern.confidence,
        revoked=pattern.revoked,
        labels=pattern.labels,
        references=tuple(
            Reference(
                source=one.source_name,
                url=one.url,
                external_id=one.external_id,
                description=one.description,
                hashes=one.hashes,
            )
            for one in pattern.external_references
        ),
        relations=relations,
        statements=marks.statements,
        created_by=None if creator is None else key_of(creator),
        foreign=foreign.kept(pattern, extension),
        extra=extension.model_extra or {},
    )


def _framework_stages(phases: Iterable[KillChainPhase]) -> tuple[str, ...]:
    named = (_stage(phase.kill_chain_name, phase.phase_name) for phase in phases)
    return tuple(dict.fromkeys(stage for stage in named if stage is not None))


def _framework_offences(phases: Iterable[KillChainPhase]) -> tuple[str, ...]:
    chains = {phase.kill_chain_name for phase in phases}
    return tuple(
        code
        for chain, offences in FRAMEWORK_OFFENCES.items()
        if chain in chains
        for code in offences
    )


@cache
def _stage(chain: str, phase: str) -> str | None:
    framework = FRAMEWORK_STAGES.get(chain)
    for entry in codes.codelist("method-stage"):
        if framework is not None and entry.maps.get(framework) == phase:
            return entry.code
    return None


def _wrong_references(references: Iterable[ExternalReference], *, name: str) -> Iterator[Fault]:
    for place, one in enumerate(references):
        if not one.says_something():
            detail = "neither url, external_id nor description"
            yield _bad(name, f"external_references.{place}", detail)


def _bad(name: str, field: str, detail: str) -> Fault:
    return Fault(code="stix.bad_field", object_id=name, field=field, detail=detail)
