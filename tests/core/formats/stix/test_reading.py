from __future__ import annotations

import os
import pathlib

import pytest
import stix2
from pydantic import JsonValue

from mithaq.core.formats import stix
from tests.factories import methods as make
from tests.factories.bundles import beside, first_fault

F3 = pathlib.Path(os.environ.get("MITHAQ_SHARED", "../shared"), "data/f3/f3-stix-v1.1.json")


def test_the_same_id_twice_is_refused() -> None:
    fault = first_fault(make.bundle(make.pattern(), make.pattern()))

    assert (fault.code, fault.object_id) == ("stix.duplicate_id", make.PATTERN)


def test_null_stands_nowhere() -> None:
    fault = first_fault(make.bundle({**make.pattern(), "description": None}))

    assert (fault.code, fault.field) == ("stix.bad_field", "description")


def test_several_faults_are_told_at_once_up_to_a_limit() -> None:
    broken = [
        make.pattern(id=f"{make.PATTERN[:-2]}{number:02x}", confidence=900) for number in range(40)
    ]

    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(make.bundle(*broken))

    assert len(refused.value.faults) == 20
    assert "and 20 more" in str(refused.value)


def test_a_fault_does_not_repeat_what_the_file_says() -> None:
    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(make.bundle(make.pattern(description="secret\0words")))

    assert "secret" not in str(refused.value)


def test_other_known_types_are_passed_over_and_counted() -> None:
    identity = beside("identity", name="nobody", identity_class="organization")

    bundle = stix.read_bundle(make.bundle(identity, make.pattern()))

    assert bundle.passed_over == {"identity": 1}
    assert len(bundle.methods) == 1


@pytest.mark.parametrize("number", [0, 2], ids=["none", "two"])
def test_the_wire_carries_exactly_one_method(number: int) -> None:
    patterns = [make.pattern(id=key) for key in (make.PATTERN, make.OTHER)]

    with pytest.raises(stix.Refused):
        stix.read_method(make.bundle(*patterns[:number]))


def test_progress_ends_at_the_number_of_objects() -> None:
    told: list[tuple[int, int]] = []

    stix.read_bundle(make.bundle(make.pattern()), progress=lambda *now: told.append(now))

    assert told[-1] == (1, 1)


REFUSED_BY_STIX2: list[dict[str, JsonValue]] = [
    {"id": "attack-pattern--1"},
    {"created": "yesterday"},
    {"created": "2026-09-01T08:30:00.1234567Z"},
    {"spec_version": "2.0"},
    {"kill_chain_phases": [{"kill_chain_name": "a"}]},
    {"external_references": [{"source_name": "a"}]},
    {"external_references": [{"source_name": "a", "url": "http://a", "x": 1}]},
    {"created_by_ref": "identity--1"},
    {"extensions": {"nope": {"a": 1}}},
    {"undeclared": 1},
    {"object_marking_refs": ["marking-definition--1"]},
]


@pytest.mark.parametrize("changes", REFUSED_BY_STIX2, ids=str)
def test_what_stix2_refuses_we_refuse(changes: dict[str, JsonValue]) -> None:
    broken = {**make.pattern(), **changes}
    with pytest.raises((stix2.exceptions.STIXError, ValueError)):
        stix2.parse(broken, allow_custom=False)

    assert first_fault(make.bundle(broken)).object_id in {make.PATTERN, "object 1"}


@pytest.mark.foreign
@pytest.mark.skipif(not F3.is_file(), reason="the folder of foreign test data is absent")
def test_all_techniques_of_f3_are_read_and_come_back_as_they_were() -> None:
    bundle = stix.read_bundle(F3.read_bytes())

    assert len(bundle.methods) == 123
    assert sum(len(method.relations) for method in bundle.methods) == 49
    assert bundle.passed_over == {
        "x-mitre-collection": 1,
        "x-mitre-matrix": 1,
        "x-mitre-tactic": 8,
    }
    for method in bundle.methods:
        assert stix.read_method(stix.write_method(method)) == method
