from __future__ import annotations

import pytest

from mithaq.core import codes
from mithaq.core.codes import CodeList, UnknownCode, codelist
from mithaq.core.resources import MalformedResource

LABELS = {"ar": "أ", "fr": "a", "en": "a", "es": "a"}


def read(**changes: object) -> CodeList:
    content: dict[str, object] = {
        "list": "x",
        "title": LABELS,
        "source": "own",
        "version": 1,
        "entries": [{"code": "top", **LABELS}, {"code": "low", **LABELS, "parent": "top"}],
    }
    return codes.read(content | changes, where="codes/x.yaml")


@pytest.mark.parametrize("name", codes.names())
def test_every_list_of_ours_is_read(name: str) -> None:
    found = codelist(name)

    assert found.name == name
    assert len(found) == len(set(found.codes)) > 0


def test_the_glossary_defines_every_term_in_every_language() -> None:
    for term in codes.glossary():
        assert term.definition.keys() == set(codes.LANGUAGES)


def test_a_term_without_a_definition_is_refused() -> None:
    content: dict[str, object] = {
        "list": "glossary",
        "title": LABELS,
        "source": "own",
        "version": 1,
        "entries": [{"code": "term", **LABELS}],
    }

    with pytest.raises(MalformedResource, match=r"\(term\): no definition"):
        codes.read_glossary(content)


def test_a_list_answers_about_its_codes() -> None:
    offences = codelist("offence")

    assert "ransomware" in offences
    assert "Ransomware" not in offences
    assert offences.label("ransomware", "en")
    assert offences.parent("ransomware") == "cybercrime"
    assert offences.parent("cybercrime") is None
    assert codelist("tlp").maps("amber-strict") == {"tlp": "TLP:AMBER+STRICT"}
    assert [entry.code for entry in offences] == list(offences.codes)


def test_a_list_is_read_once() -> None:
    assert codelist("tlp") is codelist("tlp")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("a", {"a", "b", "c"}, id="from the top"),
        pytest.param("b", {"b", "c"}, id="from the middle"),
        pytest.param("c", {"c"}, id="from the bottom"),
    ],
)
def test_a_code_covers_what_is_below_it(code: str, expected: set[str]) -> None:
    # The lowest stands first, so that one pass over the file would not do.
    entries = [
        {"code": "c", **LABELS, "parent": "b"},
        {"code": "b", **LABELS, "parent": "a"},
        {"code": "a", **LABELS},
        {"code": "d", **LABELS},
    ]

    assert read(entries=entries).within(code) == expected


@pytest.mark.parametrize("name", ["no-such-list", "../glossary", "purpose.yaml", ""])
def test_a_list_that_is_not_there_is_unknown(name: str) -> None:
    with pytest.raises(UnknownCode):
        codelist(name)


def test_an_unknown_code_or_language_is_named() -> None:
    with pytest.raises(UnknownCode, match="'fishing' is not in the list purpose"):
        codelist("purpose").label("fishing", "en")
    with pytest.raises(UnknownCode, match="'de'"):
        codelist("purpose").label("warn", "de")
    with pytest.raises(UnknownCode):
        codelist("purpose").within("fishing")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        pytest.param({"code": "a", **LABELS, "es": " "}, r"entry 1 \(a\), es", id="blank label"),
        pytest.param({"code": "a", "ar": "x", "fr": "x", "en": "x"}, r"\(a\), es", id="no label"),
        pytest.param({**LABELS}, "entry 1, code", id="no code"),
        pytest.param({"code": "Two words", **LABELS}, "form of a code", id="odd code"),
        pytest.param({"code": "a", **LABELS, "de": "x"}, "unknown key de", id="unknown key"),
        pytest.param({"code": "a", **LABELS, "maps": {"x": 7}}, "maps, x", id="number in maps"),
        pytest.param({"code": "a", **LABELS, "maps": "x"}, "a mapping is missing", id="maps"),
        pytest.param({"code": "a", **LABELS, "parent": "z"}, "no entry 'z'", id="no parent"),
        pytest.param({"code": "a", **LABELS, "parent": "a"}, "form a ring", id="own parent"),
        pytest.param({"code": "a", **LABELS, "planned": "yes"}, "planned", id="planned"),
        pytest.param({"code": "a", **LABELS, "definition": {"en": "x"}}, "ar", id="definition"),
        pytest.param({"code": "a", **LABELS, "note": ""}, "note", id="blank note"),
        pytest.param("a", "a mapping is missing", id="no mapping"),
    ],
)
def test_a_faulty_entry_is_refused_with_file_and_entry(entry: object, fault: str) -> None:
    with pytest.raises(MalformedResource, match=fault) as caught:
        read(entries=[entry])

    assert "codes/x.yaml" in caught.value.detail


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"list": "y"}, "calls itself 'y'", id="another name"),
        pytest.param({"version": 0}, "version", id="version nought"),
        pytest.param({"version": True}, "version", id="version true"),
        pytest.param({"version": "1"}, "version", id="version in quotes"),
        pytest.param({"source": None}, "source", id="no source"),
        pytest.param({"title": {"en": "x"}}, "title, ar", id="title in one language"),
        pytest.param({"entries": []}, "empty", id="no entries"),
        pytest.param({"entries": None}, "a list is missing", id="entries missing"),
        pytest.param({"colour": "red"}, "unknown key colour", id="unknown key"),
        pytest.param(
            {"entries": [{"code": "a", **LABELS}] * 2}, "'a' stands twice", id="code twice"
        ),
    ],
)
def test_a_faulty_list_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(MalformedResource, match=fault):
        read(**changes)


def test_parents_in_a_ring_are_refused() -> None:
    ring = [{"code": "a", **LABELS, "parent": "b"}, {"code": "b", **LABELS, "parent": "a"}]

    with pytest.raises(MalformedResource, match="ring"):
        read(entries=ring)
