"""The lexicon: word lists of grounds that a person must look at, in every official language.

The lists are `resources/gate/words/*.yaml`, the endings and prefixes of each language are
`resources/gate/inflections.yaml`; linguists and lawyers own both. A phrase is words in order,
where `word*` is the word with any of its language's endings and `...` stands for up to
`MAX_GAP` other words. Phrases under `unless` take away what they cover: "army knife" is no army.
Invariants: a list names a rule whose effect is hold; every phrase is found in its own text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from mithaq.core import resources
from mithaq.core.codes import LANGUAGES, codelist
from mithaq.core.gate.folding import fold, words
from mithaq.core.resources import MalformedResource

MAX_GAP = 3  # words that `...` may stand for
_FOLDER = ("gate", "words")
_LIST_KEYS = frozenset({"list", "rule", "title", "source", "version", "words", "unless"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in order; each is the set of forms it may have, an empty set is a gap."""

    rule: str
    forms: tuple[frozenset[str], ...]
    language: str = ""
    excuses: bool = False
    """Whether it takes away what it covers instead of finding it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A phrase found: its rule and the numbers of its first word and the word after its last."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases by each form that their first word may have."""

    index: Mapping[str, tuple[Phrase, ...]]

    def find(self, text: Sequence[str]) -> list[Match]:
        """Return what stands in `text`, the words of a folded text, in order."""
        present = set(text)
        possible = {
            word: phrases
            for word in self.index.keys() & present
            if (phrases := [phrase for phrase in self.index[word] if _may_stand(phrase, present)])
        }
        if not possible:
            return []
        found: list[Match] = []
        excused: list[Match] = []
        for start in [at for at, word in enumerate(text) if word in possible]:
            for phrase in possible[text[start]]:
                end = _end(phrase.forms, text, start)
                if end is not None:
                    match = Match(rule=phrase.rule, start=start, end=end)
                    (excused if phrase.excuses else found).append(match)
        return [match for match in found if not any(_covers(by, match) for by in excused)]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of all lists in all languages, built once a process.

    Raises:
        MalformedResource: a list is not as it should be; it names file and phrase.
    """
    return build([phrase for name in resources.names_in(*_FOLDER) for phrase in phrases(name)])


def build(found: Sequence[Phrase]) -> Lexicon:
    """Return the lexicon of the phrases `found`."""
    index: dict[str, list[Phrase]] = {}
    for phrase in found:
        for form in phrase.forms[0]:
            index.setdefault(form, []).append(phrase)
    return Lexicon({form: tuple(those) for form, those in index.items()})


def phrases(name: str) -> Iterator[Phrase]:
    """Yield the phrases of the list `name`.

    Raises:
        MalformedResource: the list is not as it should be; it names file and phrase.
    """
    content = resources.read_yaml(*_FOLDER, f"{name}.yaml")
    return read_phrases(content, where=f"gate/words/{name}.yaml")


def read_phrases(content: Mapping[str, object], *, where: str) -> Iterator[Phrase]:
    """Yield the phrases of a list's `content`.

    Raises:
        MalformedResource: as in `phrases`.
    """
    resources.only(content, _LIST_KEYS, where=where)
    rule = resources.text(content.get("rule"), where=f"{where}, rule")
    if rule not in codelist("gate-rule") or codelist("gate-rule").maps(rule)["effect"] != "hold":
        raise MalformedResource(f"{where}: {rule!r} is not a rule that holds")
    for part in ("words", "unless"):
        languages = resources.mapping(content.get(part, {}), where=f"{where}, {part}")
        resources.only(languages, frozenset(LANGUAGES), where=f"{where}, {part}")
        for language, rows in languages.items():
            for row in resources.sequence(rows, where=f"{where}, {part}, {language}"):
                text = resources.text(row, where=f"{where}, {part}, {language}")
                forms = _forms(text, language, where=where)
                yield Phrase(rule=rule, forms=forms, language=language, excuses=part == "unless")


def _forms(text: str, language: str, *, where: str) -> tuple[frozenset[str], ...]:
    parts = text.split()
    if parts[0] == "..." or parts[-1] == "...":
        raise MalformedResource(f"{where}: {text!r} begins or ends with a gap")
    return tuple(
        forms
        for part in parts
        for forms in ([frozenset()] if part == "..." else _word_forms(part, language))
    )


def _word_forms(part: str, language: str) -> Iterator[frozenset[str]]:
    """Yield the forms of each word that `part` folds to: "d'état" is two."""
    inflected = part.endswith("*")
    stems = words(fold(part.removesuffix("*")))
    prefixes, endings = inflections()[language]
    for number, stem in enumerate(stems, 1):
        last = inflected and number == len(stems)
        yield frozenset(
            prefix + stem + ending
            for prefix, ending in product(prefixes, endings if last else ("",))
        )


@cache
def inflections() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return, by language, the prefixes that join any word and the endings that `*` stands for.

    Raises:
        MalformedResource: the file is not as it should be.
    """
    where = "gate/inflections.yaml"
    content = resources.read_yaml("gate", "inflections.yaml")
    resources.only(content, frozenset({"source", *LANGUAGES}), where=where)
    found = {}
    for language in LANGUAGES:
        row = resources.mapping(content.get(language), where=f"{where}, {language}")
        resources.only(row, frozenset({"prefixes", "endings"}), where=f"{where}, {language}")
        found[language] = (_affixes(row, "prefixes"), _affixes(row, "endings"))
    return found


def _affixes(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    rows = resources.sequence(row.get(key), where=f"gate/inflections.yaml, {key}")
    listed = (resources.text(item, where=f"gate/inflections.yaml, {key}") for item in rows)
    return ("", *sorted({fold(item) for item in listed}))


def _may_stand(phrase: Phrase, present: set[str]) -> bool:
    """Return whether each word of `phrase` is present somewhere; the cheap test before `_end`."""
    return not any(forms and forms.isdisjoint(present) for forms in phrase.forms)


def _end(forms: Sequence[frozenset[str]], text: Sequence[str], at: int) -> int | None:
    """Return the number of the word after `forms` read from word `at`, None if they are not there."""
    if not forms:
        return at
    if not forms[0]:
        tries = (_end(forms[1:], text, at + skip) for skip in range(MAX_GAP + 1))
        return next((end for end in tries if end is not None), None)
    if at < len(text) and text[at] in forms[0]:
        return _end(forms[1:], text, at + 1)
    return None


def _covers(excuse: Match, match: Match) -> bool:
    same = excuse.rule == match.rule
    return same and excuse.start < match.end and match.start < excuse.end
