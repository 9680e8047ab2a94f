"""The pages of docs/reference that follow from the resources and the code's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mithaq.core import codes
from mithaq.core.codes import LANGUAGES, CodeList, codelist
from mithaq.core.gate import RULES
from mithaq.core.gate.lexicon import phrases
from mithaq.core.gate.limits import limits
from mithaq.core.resources import names_in

_NATIVE = {"ar": "العربية", "fr": "Français", "en": "English", "es": "Español"}
_WRITTEN = "This page is written by `mithaq docs generate`; do not edit it."


def code_lists() -> str:
    """Return the page of all code lists."""
    intro = (
        "Closed lists with a label in every official language, from `src/mithaq/resources/codes/`."
        " A record holds the code; the reader sees the label in their language. A code is never"
        " renamed. What experts must still review stands in `src/mithaq/resources/README.md`."
    )
    lists = [codelist(name) for name in codes.names()]
    index = [f"- [{found.name}](#{found.name}): {found.titles['en']}" for found in lists]
    parts = [part for found in lists for part in _list_section(found)]
    return _page("Code lists", intro, "\n".join(index), *parts)


def glossary() -> str:
    """Return the page of terms in four languages."""
    intro = "The words of the domain. Code, pages and documents use these and no others."
    parts = []
    for term in codes.glossary():
        labels = " · ".join(term.labels[language] for language in ("ar", "fr", "es"))
        said = [f"- **{_NATIVE[name]}**: {term.definition[name]}" for name in LANGUAGES]
        parts.append(f"## {term.labels['en']}\n\n`{term.code}` · {labels}\n\n" + "\n".join(said))
    return _page("Glossary", intro, *parts)


def error_codes() -> str:
    """Return the page of stable error codes with their sentences."""
    intro = (
        "The stable code of every error, and the sentence that people are shown. Other nodes and"
        " logs see the code only. *Planned* marks the errors of desks that are not there yet."
    )
    header = ("code", *(_NATIVE[name] for name in LANGUAGES), "")
    rows = [
        (f"`{entry.maps['error']}`", *_labels(entry), "planned" if entry.planned else "")
        for entry in sorted(codelist("error-code"), key=lambda entry: entry.maps["error"])
    ]
    return _page("Error codes", intro, _table(header, rows))


def journal_events() -> str:
    """Return the page of the kinds of entries in the journal."""
    intro = (
        "What is written into the journal, by kind. The last column names the operation of"
        " Directive (EU) 2016/680, article 25, that the entry logs. Every entry also holds the"
        " actor's pseudonym, the subject's URN, purpose, pact, peer and time, behind a salt."
    )
    header = ("kind", *(_NATIVE[name] for name in LANGUAGES), "LED art. 25")
    rows = [
        (f"`{entry.code}`", *_labels(entry), entry.maps.get("led", ""))
        for entry in codelist("journal-event")
    ]
    return _page("Journal events", intro, _table(header, rows))


def gate_rules() -> str:
    """Return the page of the rules of the gate, its limits and the sizes of its word lists."""
    intro = (
        "What the gate asks of everything that leaves. *Both ends*: the receiver runs the rule"
        " again. Why it is so stands in [the gate](../explanation/gate.md)."
    )
    rows = [
        (f"`{rule.code}`", rule.effect.value, "both ends" if rule.structural else "sender")
        for rule in RULES
    ]
    listed = codelist("gate-rule")
    full = [
        (
            *row,
            listed.label(rule.code, "en"),
            "; ".join(f"{k} {v}" for k, v in rule.sources.items()),
        )
        for row, rule in zip(rows, RULES, strict=True)
    ]
    elsewhere = [
        (f"`{entry.code}`", _decider(entry.maps), entry.labels["en"])
        for entry in listed
        if entry.code not in {rule.code for rule in RULES}
    ]
    return _page(
        "Rules of the gate",
        intro,
        _table(("rule", "effect", "where", "sentence", "source"), full),
        "## Rules that are not the gate's own, or not yet",
        _table(("rule", "decided by", "sentence"), elsewhere),
        "## Limits",
        _limits(),
        "## Word lists",
        "Phrases by language. Words can only hold a disclosure for a second officer.",
        _table(("list", "rule", *LANGUAGES), _word_lists()),
    )


def _decider(maps: object) -> str:
    return "the pact" if isinstance(maps, dict) and "decided_by" in maps else "planned"


def _word_lists() -> Iterator[tuple[str, ...]]:
    for name in names_in("gate", "words"):
        found = list(phrases(name))
        counts = (
            str(sum(phrase.language == language and not phrase.excuses for phrase in found))
            for language in LANGUAGES
        )
        yield (name, f"`{found[0].rule}`", *counts)


def _limits() -> str:
    stated = limits()
    days = sorted(stated.retention_days.items())
    lines = [
        f"- Fewest characters of a necessity: {stated.necessity_characters}.",
        f"- Fewest different words of a necessity: {stated.necessity_words}.",
        "- Purposes that never need a person: " + _codes(stated.without_persons),
        "- Kinds of record that single out a person: " + _codes(stated.nominal_kinds),
        "- Purposes that lead to coercion: " + _codes(stated.coercive),
        "- Nobody coerces: " + _codes(stated.never_coerced),
    ]
    table = _table(("purpose", "most days"), [(f"`{code}`", str(most)) for code, most in days])
    return "\n".join(lines) + "\n\n" + table


def _codes(found: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(found)) + "."


def _list_section(found: CodeList) -> Iterator[str]:
    nested = any(entry.parent for entry in found)
    titles = " · ".join(found.titles[name] for name in ("ar", "fr", "es"))
    yield f"## {found.name}\n\n{found.titles['en']} · {titles}\n\nSource: {found.source}."
    header = ("code", *(["within"] if nested else []), *(_NATIVE[name] for name in LANGUAGES))
    rows = [
        (f"`{entry.code}`", *([entry.parent or ""] if nested else []), *_labels(entry))
        for entry in found
    ]
    yield _table(header, rows)


def _labels(entry: codes.Entry) -> tuple[str, ...]:
    return tuple(entry.labels[name] for name in LANGUAGES)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    )


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", _WRITTEN, *parts)) + "\n"
