"""What gate and pacts may ask of a record, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of free text with the field it stands in and its language (BCP 47)."""

    field: str
    language: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """The facts of one version of a record; every code is of the list named like its field.

    `fields` names the fields that hold something, a part after a point: "supplier.name".
    `handling`, `tlp` and the grades are empty where the record does not say. `minors` is None
    where nobody has said.
    """

    kind: str
    language: str
    offences: frozenset[str] = frozenset()
    person_categories: frozenset[str] = frozenset()
    special_categories: frozenset[str] = frozenset()
    minors: bool | None = None
    fields: frozenset[str] = frozenset()
    handling: str = ""
    tlp: str = ""
    source_grade: str = ""
    information_grade: str = ""
    texts: tuple[Text, ...] = ()
    named_supplier: bool = False
