from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter, ValidationError

from mithaq.core import records
from mithaq.core.records.method import Supplier, Translation, Victims
from tests.factories import methods as make


@pytest.mark.parametrize(
    ("supplier", "named"),
    [
        pytest.param(None, False, id="none"),
        pytest.param(Supplier(kind="transporter"), False, id="kind-only"),
        pytest.param(Supplier(kind="transporter", name="  "), False, id="blank"),
        pytest.param(Supplier(kind="transporter", name="X", nature="firm"), True, id="firm"),
        pytest.param(
            Supplier(kind="transporter", name="X", nature="person", category="suspect"),
            True,
            id="person",
        ),
    ],
)
def test_a_named_supplier_is_a_fact_of_the_record(supplier: Supplier | None, named: bool) -> None:  # noqa: FBT001 - a table of truths
    facts = make.method(supplier=supplier).facts()

    assert facts.named_supplier is named
    assert ("supplier.name" in facts.fields) is named


@pytest.mark.parametrize("category", [None, "victim", "witness", "missing", "nonsense"])
def test_nobody_s_victim_or_witness_is_a_supplier(category: str | None) -> None:
    with pytest.raises(ValueError, match="named person"):
        Supplier(kind="transporter", name="X", nature="person", category=category)


def test_every_free_text_is_put_before_the_gate_with_its_language() -> None:
    texts = {(text.field, text.language, text.value) for text in make.rich_method().facts().texts}

    assert {
        ("title", "en", "False parcel text message"),
        ("title", "ar", "رسالة طرد وهمي"),
        ("description", "ar", "رابط إلى صفحة مقلدة"),
        ("aliases", "en", "parcel scam"),
        ("objects", "en", "a short link"),
        ("labels", "en", "sample"),
        ("route", "en", "a harbour"),
        ("counter_measures", "en", "posters"),
        ("supplier.name", "en", "Example Bulk (fictional)"),
        ("statements", "en", "Copyright of nobody."),
        ("foreign", "und", "kept"),
        ("foreign", "und", "added_later"),
    } <= texts


# Codes of lists, identifiers and instants; everything else that is text was typed by somebody.
CODED = {
    *("key", "created", "modified", "expires", "created_by", "relations.target"),
    *("language", "translations.language", "losses.currency", "route.country"),
    *("offences", "stages", "devices", "concealment", "handling", "tlp"),
    *("source_grade", "information_grade", "route.role", "route.transport", "victims.kind"),
    *("counter_measures.code", "supplier.kind", "supplier.nature", "supplier.category"),
}


def test_no_text_of_a_method_escapes_the_gate() -> None:
    method = make.rich_method()
    screened = {text.value for text in method.facts().texts}

    typed = set(_typed(TypeAdapter(type(method)).dump_python(method, mode="json")))

    assert typed - screened == set()


def _typed(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, str) and value and path not in CODED:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _typed(item, path)
    elif isinstance(value, dict):
        names_are_typed = path in {"references.hashes", "foreign", "extra"}
        for name, item in value.items():
            if names_are_typed:
                yield name
            yield from _typed(item, f"{path}.{name}".lstrip(".") if not names_are_typed else path)


@pytest.mark.parametrize(
    ("victims", "minors"),
    [
        pytest.param((), None, id="nobody-said"),
        pytest.param((Victims(kind="general-public"),), False, id="others"),
        pytest.param((Victims(kind="investors"), Victims(kind="minors")), True, id="minors"),
    ],
)
def test_a_method_against_minors_says_so(
    victims: tuple[Victims, ...],
    minors: bool | None,  # noqa: FBT001 - a table of truths
) -> None:
    assert make.method(victims=victims).facts().minors is minors


def test_only_fields_that_hold_something_are_named() -> None:
    assert make.method().facts().fields == {"title", "offences"}


def test_what_the_source_did_not_say_is_empty_among_the_facts() -> None:
    facts = make.method(handling=None, tlp=None).facts()

    assert (facts.handling, facts.tlp, facts.source_grade) == ("", "", "b")


def test_the_facts_are_of_the_kind_method() -> None:
    facts = make.method(translations=(Translation(language="fr", title="x"),)).facts()

    assert isinstance(facts, records.RecordFacts)
    assert (facts.kind, facts.language) == ("method", "en")
    assert facts.person_categories == frozenset()


def test_a_supplier_with_an_unknown_part_is_no_supplier() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Supplier).validate_python({"kind": "transporter", "age": 40})
