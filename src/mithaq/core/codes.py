"""Code lists: closed lists of codes with a label in every official language.

The lists are the files `resources/codes/*.yaml`, the glossary is `resources/glossary.yaml`.
Invariants: every entry has a code that is unique in its list and a label in each of `LANGUAGES`;
a `parent` is an entry of the same list and the parents form no ring; nothing else stands in a
file than what is known here. A code that is stored is never renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from mithaq.core import resources
from mithaq.core.errors import MithaqError
from mithaq.core.resources import MalformedResource

LANGUAGES = ("ar", "fr", "en", "es")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", re.ASCII)
_LIST_KEYS = frozenset({"list", "title", "source", "version", "entries"})
_ENTRY_KEYS = frozenset({"code", *LANGUAGES, "maps", "parent", "note", "definition", "planned"})
_NOTHING: Mapping[str, str] = MappingProxyType({})  # of an entry that has none


class UnknownCode(MithaqError):
    """A list, a code or a language that is asked for does not exist."""

    code = "codes.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code of a list.

    `maps` holds the codes of the same thing in others' lists, by name of the list. `planned`
    marks what a later desk brings into use. `definition` is empty except in the glossary.
    """

    code: str
    labels: Mapping[str, str]
    maps: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    note: str = ""
    definition: Mapping[str, str] = field(default_factory=dict)
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A closed list, in the order of its file."""

    name: str
    titles: Mapping[str, str]
    source: str
    version: int
    entries: tuple[Entry, ...]
    _by_code: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = MappingProxyType({entry.code: entry for entry in self.entries})
        object.__setattr__(self, "_by_code", by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the file."""
        return tuple(self._by_code)

    def entry(self, code: str) -> Entry:
        """Return the entry of `code`.

        Raises:
            UnknownCode: the list has no such code.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCode(f"{code!r} is not in the list {self.name}") from None

    def label(self, code: str, language: str) -> str:
        """Return what `code` is called in `language`.

        Raises:
            UnknownCode: no such code, or not one of `LANGUAGES`.
        """
        try:
            return self.entry(code).labels[language]
        except KeyError:
            raise UnknownCode(f"no labels in the language {language!r}") from None

    def maps(self, code: str) -> Mapping[str, str]:
        """Return the codes that others' lists have for `code`, by name of the list.

        Raises:
            UnknownCode: the list has no such code.
        """
        return self.entry(code).maps

    def parent(self, code: str) -> str | None:
        """Return the code above `code`, None at the top.

        Raises:
            UnknownCode: the list has no such code.
        """
        return self.entry(code).parent

    def within(self, code: str) -> frozenset[str]:
        """Return `code` with everything below it.

        Raises:
            UnknownCode: the list has no such code.
        """
        found = {self.entry(code).code}
        grown = True
        while grown:
            below = {entry.code for entry in self.entries if entry.parent in found}
            grown = not below <= found
            found |= below
        return frozenset(found)


@cache
def codelist(name: str) -> CodeList:
    """Return the list `name`, read once a process.

    Raises:
        UnknownCode: there is no such list.
        MalformedResource: its file is not as it should be.
    """
    if name not in names():
        raise UnknownCode(f"there is no code list {name!r}")
    return read(resources.read_yaml("codes", f"{name}.yaml"), where=f"codes/{name}.yaml")


@cache
def names() -> tuple[str, ...]:
    """Return the names of all lists, sorted."""
    return resources.names_in("codes")


@cache
def glossary() -> CodeList:
    """Return the glossary: a list whose entries have a definition in each language."""
    return read_glossary(resources.read_yaml("glossary.yaml"))


def read_glossary(content: Mapping[str, object]) -> CodeList:
    """Return the glossary that `content`, the mapping of its file, describes.

    Raises:
        MalformedResource: as in `read`, or a term has no definition.
    """
    found = read(content, where="glossary.yaml")
    for entry in found:
        if not entry.definition:
            raise MalformedResource(f"glossary.yaml ({entry.code}): no definition")
    return found


def read(content: Mapping[str, object], *, where: str) -> CodeList:
    """Return the list that `content`, the mapping of a YAML file, describes.

    Raises:
        MalformedResource: anything is missing, twice or unknown; it names file and entry.
    """
    resources.only(content, _LIST_KEYS, where=where)
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise MalformedResource(f"{where}: version is not a positive number")
    rows = resources.sequence(content.get("entries"), where=f"{where}, entries")
    entries = tuple(_entry(row, where=f"{where}, entry {at}") for at, row in enumerate(rows, 1))
    name = resources.text(content.get("list"), where=f"{where}, list")
    if where.rpartition("/")[2] != f"{name}.yaml":
        raise MalformedResource(f"{where}: the list calls itself {name!r}")
    _check_codes(entries, where=where)
    _check_parents(entries, where=where)
    return CodeList(
        name=name,
        titles=_labels(content.get("title"), where=f"{where}, title"),
        source=resources.text(content.get("source"), where=f"{where}, source"),
        version=version,
        entries=entries,
    )


def _entry(row: object, *, where: str) -> Entry:
    fields = resources.mapping(row, where=where)
    code = resources.text(fields.get("code"), where=f"{where}, code")
    where = f"{where} ({code})"
    if _CODE.fullmatch(code) is None:
        raise MalformedResource(f"{where}: not the form of a code")
    resources.only(fields, _ENTRY_KEYS, where=where)
    planned = fields.get("planned", False)
    if not isinstance(planned, bool):
        raise MalformedResource(f"{where}, planned: neither true nor false")
    return Entry(
        code=code,
        labels=_labels({name: fields.get(name) for name in LANGUAGES}, where=where),
        maps=_texts(fields["maps"], where=f"{where}, maps") if "maps" in fields else _NOTHING,
        parent=_text_or_none(fields, "parent", where=where),
        note=_text_or_none(fields, "note", where=where) or "",
        definition=(
            _labels(fields["definition"], where=f"{where}, definition")
            if "definition" in fields
            else _NOTHING
        ),
        planned=planned,
    )


def _text_or_none(fields: Mapping[str, object], key: str, *, where: str) -> str | None:
    return resources.text(fields[key], where=f"{where}, {key}") if key in fields else None


def _labels(value: object, *, where: str) -> Mapping[str, str]:
    found = resources.mapping(value, where=where)
    resources.only(found, frozenset(LANGUAGES), where=where)
    return MappingProxyType(
        {name: resources.text(found.get(name), where=f"{where}, {name}") for name in LANGUAGES}
    )


def _texts(value: object, *, where: str) -> Mapping[str, str]:
    found = resources.mapping(value, where=where)
    return MappingProxyType(
        {key: resources.text(item, where=f"{where}, {key}") for key, item in found.items()}
    )


def _check_codes(entries: tuple[Entry, ...], *, where: str) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.code in seen:
            raise MalformedResource(f"{where}: the code {entry.code!r} stands twice")
        seen.add(entry.code)
    if not seen:
        raise MalformedResource(f"{where}: the list is empty")


def _check_parents(entries: tuple[Entry, ...], *, where: str) -> None:
    parents = {entry.code: entry.parent for entry in entries}
    for code, parent in parents.items():
        passed, above = {code}, parent
        while above is not None:
            if above not in parents:
                raise MalformedResource(f"{where} ({code}): no entry {above!r} for its parent")
            if above in passed:
                raise MalformedResource(f"{where} ({code}): its parents form a ring")
            passed.add(above)
            above = parents[above]
