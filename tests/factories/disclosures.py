"""Disclosures for tests of the gate."""

from __future__ import annotations

import dataclasses
import datetime as dt

from mithaq.core.gate import Disclosure, Text

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
IN_ORDER = Disclosure(
    purpose="share-method",
    necessity="Other bureaus can warn their shops about this method.",
    case_reference="XA/2026/114",
    kind="method",
    handling="h0",
    tlp="green",
    at=AT,
    retain_until=AT + dt.timedelta(days=365),
    graded=True,
    audience="XB",
)


def make_disclosure(**changes: object) -> Disclosure:
    """Return a disclosure in order, except for `changes`."""
    known = {field.name: getattr(IN_ORDER, field.name) for field in dataclasses.fields(IN_ORDER)}
    assert changes.keys() <= known.keys()
    return Disclosure(**(known | changes))


def with_text(value: str, *, field: str = "description", language: str = "en") -> Disclosure:
    """Return a disclosure in order with one free text."""
    return dataclasses.replace(IN_ORDER, texts=(Text(field=field, language=language, value=value),))
