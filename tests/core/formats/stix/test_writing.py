from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import codes, resources
from mithaq.core.formats import stix
from mithaq.core.formats.stix.vocabulary import IDENTITY_ID, TLP_MARKINGS
from mithaq.core.formats.stix.writing import instant
from mithaq.core.records.method import Method, Relation, Supplier, Translation
from tests.factories import methods as make

BUNDLE = uuid.UUID("6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eaa")
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc"])
CENTURIES = 10**6 * 60 * 60 * 24 * 365 * 500  # five of them, in microseconds
INSTANTS = st.integers(-CENTURIES, CENTURIES).map(
    lambda distance: make.CREATED + dt.timedelta(microseconds=distance)
)


@st.composite
def methods(draw: st.DrawFn) -> Method:
    created, modified = sorted([draw(INSTANTS), draw(INSTANTS)])
    offences = st.sampled_from(codes.codelist("offence").codes)
    words = st.text(PRINTABLE, min_size=1, max_size=60)
    return Method(
        key=draw(st.uuids(version=4)),
        created=created,
        modified=modified,
        title=draw(words),
        language="en",
        description=draw(st.text(PRINTABLE, max_size=200)),
        aliases=tuple(draw(st.lists(words, max_size=3))),
        offences=tuple(draw(st.lists(offences, max_size=3))),
        tlp=draw(st.none() | st.sampled_from(sorted(TLP_MARKINGS))),
        confidence=draw(st.none() | st.integers(0, 100)),
        supplier=draw(
            st.none()
            | st.builds(Supplier, kind=st.just("unknown"), name=words, nature=st.just("firm"))
        ),
        translations=tuple(
            draw(st.lists(st.builds(Translation, language=st.just("ar"), title=words), max_size=1))
        ),
        relations=tuple(
            Relation(kind="related-to", target=key)
            for key in draw(st.lists(st.uuids(version=4), max_size=2, unique=True))
        ),
        statements=tuple(draw(st.lists(words, max_size=2, unique=True))),
        revoked=draw(st.booleans()),
    )


@given(methods())
def test_reading_undoes_writing(method: Method) -> None:
    assert stix.read_method(stix.write_method(method)) == method


@given(methods())
def test_writing_is_always_the_same(method: Method) -> None:
    assert stix.write_method(method) == stix.write_method(
        stix.read_method(stix.write_method(method))
    )


def test_a_method_of_every_field_comes_back_as_it_was() -> None:
    assert stix.read_method(stix.write_method(make.rich_method())) == make.rich_method()


def test_everything_we_write_is_read_by_stix2_without_custom_content() -> None:
    written = stix.write_bundle([make.rich_method(), make.method()], key=BUNDLE)

    parsed = stix2.parse(written.decode(), allow_custom=False)

    assert {found.type for found in parsed.objects} == {
        "attack-pattern",
        "extension-definition",
        "identity",
        "language-content",
        "marking-definition",
    }


def test_stix2_reads_what_we_meant() -> None:
    method = make.rich_method()

    parsed = stix2.parse(stix.write_method(method).decode(), allow_custom=False)

    (found,) = (one for one in parsed.objects if one.type == "attack-pattern")
    assert (found.name, found.confidence, found.created) == (method.title, 80, method.created)
    assert found.object_marking_refs[0] == TLP_MARKINGS["green"]
    extension = found.extensions[stix.EXTENSION_ID]
    assert extension["losses"] == [{"amount": 125_000, "currency": "XTS"}]
    assert extension["route"] == [
        {"role": "transit", "country": "XC", "place": "a harbour", "transport": "ferry"}
    ]


def test_ties_inside_a_bundle_are_relationships_as_well() -> None:
    other = make.method(key=uuid.UUID(make.OTHER[-36:]))
    tie = Relation(kind="subtechnique-of", target=other.key)
    data = stix.write_bundle([make.method(relations=(tie,)), other], key=BUNDLE)

    kinds = [found["type"] for found in json.loads(data)["objects"]]
    assert kinds.count("relationship") == 1
    assert stix.read_bundle(data).methods == (make.method(relations=(tie,)), other)


def test_the_ids_of_our_own_objects_are_derived_from_our_names() -> None:
    for name, key in (("extension:method", stix.EXTENSION_ID), ("identity", IDENTITY_ID)):
        assert key.endswith(str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:mithaq:{name}")))


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [
        pytest.param(0, "2026-09-01T08:30:00.000Z", id="whole"),
        pytest.param(125_000, "2026-09-01T08:30:00.125Z", id="milliseconds"),
        pytest.param(125_001, "2026-09-01T08:30:00.125001Z", id="microseconds"),
    ],
)
def test_instants_are_written_as_stix_asks(microsecond: int, text: str) -> None:
    assert instant(make.CREATED.replace(microsecond=microsecond)) == text


def test_the_demo_s_methods_are_rich_and_in_four_languages() -> None:
    bundle = stix.read_bundle(resources.read_bytes("demo", "methods.json"))
    stix.check_with_stix2(bundle.objects)

    assert len(bundle.methods) == 12
    for method in bundle.methods:
        languages = {method.language, *(one.language for one in method.translations)}
        assert languages == set(codes.LANGUAGES)
        assert {"offences", "stages", "counter_measures", "victims"} <= method.facts().fields
    suppliers = [one.supplier for one in bundle.methods if one.supplier is not None]
    assert sorted(str(one.nature) for one in suppliers) == ["firm", "person"]
    assert all("fictional" in one.name for one in suppliers)
