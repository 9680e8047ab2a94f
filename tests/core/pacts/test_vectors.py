"""The published vectors hold; other implementers read the same file."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from typing import TypedDict

import pytest

from mithaq.core.clock import from_seconds
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from mithaq.core.pacts import (
    Act,
    Allow,
    MalformedPact,
    Passage,
    decide,
    read,
    read_notice,
    read_pact,
)
from tests.factories import pact_vectors


class Row(TypedDict):
    reason: str
    passage: dict[str, object]
    at: int
    answer: dict[str, object]


VECTORS = json.loads(pact_vectors.FILE.read_text(encoding="utf-8"))
ACCEPTED_AT = from_seconds(VECTORS["accepted_at"])


def octets(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


class Published:
    """The authority keys of the file."""

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        assert at == ACCEPTED_AT
        first, second = (
            PublicKey(alg=Algorithm(row["alg"]), raw=octets(row["public"]))
            for row in VECTORS["authority"]
            if row["bureau"] == bureau
        )
        return first, second


def passage_of(facts: Mapping[str, object]) -> Passage:
    instants = {"retain_until", "sent_at", "answer_by"}
    sets = {"offences", "person_categories", "fields", "consent_of"}
    made: dict[str, object] = {}
    for name, value in facts.items():
        if name in instants:
            assert isinstance(value, int)
            made[name] = from_seconds(value)
        elif isinstance(value, list):
            made[name] = frozenset(value) if name in sets else tuple(value)
        else:
            made[name] = value
    return Passage(**made)  # type: ignore[arg-type]  # the file names the fields


def test_the_terms_have_the_hash_of_the_file() -> None:
    pact = read(octets(VECTORS["terms"]))

    assert pact == pact_vectors.terms()
    assert pact.hash.hex() == VECTORS["hash"]


def test_the_signed_pact_and_the_notice_are_read() -> None:
    keys = Published()
    pact = read_pact(data=octets(VECTORS["signed"]), keyring=keys, at=ACCEPTED_AT)

    notice = read_notice(data=octets(VECTORS["notice"]), keyring=keys, at=ACCEPTED_AT)

    assert pact.terms.data == octets(VECTORS["terms"])
    assert notice.notice.data == octets(VECTORS["notice_terms"])
    assert pact.with_notices([notice]).notices[0].notice.act is Act.SUSPEND


@pytest.mark.parametrize("row", VECTORS["decisions"], ids=lambda row: str(row["reason"]))
def test_the_decision_is_the_one_of_the_file(row: Row) -> None:
    pact = read_pact(data=octets(VECTORS["signed"]), keyring=Published(), at=ACCEPTED_AT)

    decision = decide(pact=pact, passage=passage_of(row["passage"]), at=from_seconds(row["at"]))

    if isinstance(decision, Allow):
        assert row["answer"] == {"allowed": list(decision.refs)}
    else:
        assert row["answer"] == {"refused": decision.code, "clause": decision.clause}


@pytest.mark.parametrize("row", VECTORS["invalid_terms"], ids=lambda row: str(row["reason"]))
def test_invalid_terms_are_not_read(row: Mapping[str, str]) -> None:
    with pytest.raises(MalformedPact):
        read(octets(row["data"]))


@pytest.mark.parametrize("row", VECTORS["invalid_signed"], ids=lambda row: str(row["reason"]))
def test_an_invalid_signed_pact_is_refused_with_its_code(row: Mapping[str, str]) -> None:
    with pytest.raises(MithaqError) as caught:
        read_pact(data=octets(row["data"]), keyring=Published(), at=ACCEPTED_AT)

    assert caught.value.code == row["code"]


def test_the_file_holds_every_way_of_answering() -> None:
    made = pact_vectors.content()

    assert made["decisions"] == VECTORS["decisions"]
    assert made["terms"] == VECTORS["terms"]
