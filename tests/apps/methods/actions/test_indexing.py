from __future__ import annotations

import uuid
from itertools import islice

import pytest

from mithaq.apps.methods.actions.indexing import index_waiting
from mithaq.apps.methods.actions.receiving import receive_many
from mithaq.apps.methods.models import Method
from mithaq.core.records.method import Translation
from tests.factories import methods as make

pytestmark = pytest.mark.django_db


def test_what_arrived_is_indexed_later_and_once() -> None:
    receive_many(arrivals=[make.arrival(record=make.rich_method())], at=make.NOW)

    assert index_waiting() == 1
    assert index_waiting() == 0
    assert Method.objects.filter(search__isnull=True).count() == 0


def test_a_call_stops_at_its_limit() -> None:
    other = make.arrival(record=make.method(key=uuid.UUID(make.OTHER[-36:])))
    receive_many(arrivals=[make.arrival(), other], at=make.NOW)

    assert index_waiting(limit=1) == 1
    assert Method.objects.filter(search__isnull=True).count() == 1


def test_a_new_version_is_indexed_anew() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)
    index_waiting()
    receive_many(arrivals=[make.arrival(version=2, record=make.method(title="Re"))], at=make.NOW)

    assert index_waiting() == 1


def test_a_method_with_too_many_words_for_an_index_does_not_stop_the_others() -> None:
    """A tsvector has at most 1 MB, for all languages together."""
    words = (f"{number:05x}" for number in range(1 << 20))
    translations = tuple(
        Translation(language=language, description=" ".join(islice(words, 3300)))
        for language in ("fr", "es", "de", "it", "pt", "nl", "tr", "fa", "ur", "sv")
        for _ in range(5)
    )
    crowded = make.method(key=uuid.UUID(make.OTHER[-36:]), translations=translations)
    receive_many(arrivals=[make.arrival(record=crowded), make.arrival()], at=make.NOW)

    assert index_waiting() == 2
