"""The published vectors hold; other implementers read the same file."""

from __future__ import annotations

import base64
import json
from typing import TypedDict

import cbor2
import pytest

from mithaq.core.clock import from_seconds
from mithaq.core.directory import (
    Descriptor,
    canonical,
    parse_fingerprint,
    read_descriptor,
    trusted_descriptor,
)
from mithaq.core.errors import MithaqError
from tests.factories import directory_vectors


class Row(TypedDict):
    reason: str
    signed: str
    succeeds: bool
    at: int
    code: str


VECTORS = json.loads(directory_vectors.FILE.read_text(encoding="utf-8"))
FIRST = trusted_descriptor(base64.b64decode(VECTORS["valid"][0]["signed"]))


def read(row: Row) -> Descriptor:
    return read_descriptor(
        base64.b64decode(row["signed"]),
        pinned=parse_fingerprint(VECTORS["pinned"]),
        previous=FIRST if row["succeeds"] else None,
        at=from_seconds(row["at"]),
    )


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["reason"])
def test_each_valid_descriptor_is_taken(row: Row) -> None:
    assert read(row).bureau == "XA"


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["reason"])
def test_each_invalid_descriptor_is_refused_by_name(row: Row) -> None:
    with pytest.raises(MithaqError) as refused:
        read(row)

    assert refused.value.code == row["code"]


def test_the_canonical_form_is_the_map_that_the_page_describes() -> None:
    data = base64.b64decode(VECTORS["canonical"])

    fields = cbor2.loads(data)

    assert canonical.to_bytes(FIRST) == data
    assert set(fields) == {
        *("format", "bureau", "serial", "kind", "names", "languages", "endpoint"),
        *("journal", "keys", "contacts", "issued", "expires"),
    }
    assert set(fields["keys"][0]) == {"alg", "raw", "role", "from", "until"}
    assert set(fields["contacts"][0]) == {"purpose", "channel", "address"}
