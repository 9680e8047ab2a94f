from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from mithaq.core.records import body
from tests.factories import methods as make


def test_reading_undoes_writing() -> None:
    assert body.from_body(body.to_body(make.rich_method())) == make.rich_method()


def test_what_is_empty_is_not_written() -> None:
    assert set(body.to_body(make.method())) == {
        *("key", "created", "modified", "title", "language", "offences"),
        *("handling", "tlp", "source_grade", "information_grade"),
    }


def test_the_bytes_are_canonical() -> None:
    written = body.to_bytes(make.rich_method())

    assert body.to_bytes(body.from_body(json.loads(written))) == written
    assert "رسالة طرد وهمي".encode() in written
    assert b'": ' not in written


def test_any_difference_changes_the_fingerprint() -> None:
    one, two = make.method(), make.method(confidence=1)

    assert body.fingerprint(one) == body.fingerprint(make.method())
    assert body.fingerprint(one) != body.fingerprint(two)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="empty"),
        pytest.param({"title": "x"}, id="half"),
        pytest.param({**body.to_body(make.method()), "offences": ["no-such"]}, id="no-such-code"),
    ],
)
def test_a_body_of_another_form_is_refused(content: dict[str, JsonValue]) -> None:
    with pytest.raises(body.BadBody):
        body.from_body(content)
