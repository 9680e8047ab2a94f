"""The kinds of record that bureaus exchange: what each says, and who takes it in.

`facts` is what gate and pacts may ask of any record; `registry` is where a desk announces its
kind; `method` is the first kind. Invariants: a record is immutable; every coded field holds a
code of its list; what a newer version adds survives reading and writing.
"""

from __future__ import annotations

from mithaq.core.records.facts import RecordFacts, Text
from mithaq.core.records.registry import (
    Arrival,
    Kind,
    KindTaken,
    Record,
    Registry,
    UnknownKind,
    UrnMismatch,
    WrongRecord,
    kind,
    register,
)

__all__ = [
    "Arrival",
    "Kind",
    "KindTaken",
    "Record",
    "RecordFacts",
    "Registry",
    "Text",
    "UnknownKind",
    "UrnMismatch",
    "WrongRecord",
    "kind",
    "register",
]
