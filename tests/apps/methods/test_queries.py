from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Unpack

import pytest

from mithaq.apps.methods import queries
from mithaq.apps.methods.actions.indexing import index_waiting
from mithaq.apps.methods.actions.receiving import receive_many
from mithaq.apps.methods.queries import BadCursor, Filters, NotFound
from mithaq.apps.people.models import Officer
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.core.records.method import Translation
from tests.factories import methods as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Officer:
    return make.officer("duty-officer")


def stored(number: int, **changes: Unpack[make.Changes]) -> None:
    record = replace(make.method(**changes), key=uuid.UUID(int=number, version=4))
    at = make.NOW + dt.timedelta(minutes=number)
    assert receive_many(arrivals=[make.arrival(record=record)], at=at) == [None]


def titles(reader: Officer, filters: Filters) -> list[str]:
    return [row.title for row in queries.listed(officer=reader, filters=filters).rows]


def test_absent_and_forbidden_answer_alike(reader: Officer) -> None:
    stored(1)
    urn = queries.listed(officer=reader).rows[0].urn
    stranger = make.officer("system-administrator", username="admin")

    with pytest.raises(NotFound) as forbidden:
        queries.method_for(officer=stranger, urn=urn)
    with pytest.raises(NotFound) as absent:
        queries.method_for(officer=reader, urn=urn.replace("XB", "XC"))

    assert (forbidden.value.code, str(forbidden.value)) == (absent.value.code, str(absent.value))
    assert queries.method_for(officer=reader, urn=urn).urn == urn


def test_who_may_not_read_gets_no_list() -> None:
    with pytest.raises(PermissionDenied):
        queries.listed(officer=make.officer("press-officer", username="press"))


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "not-yet-indexed"])
@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("parcel", ["Parcel messages"], id="word"),
        pytest.param("container", ["Containers opened"], id="beginning"),
        pytest.param("nowhere", [], id="absent"),
    ],
)
def test_a_title_is_found_by_its_words(
    *, reader: Officer, search: str, found: list[str], indexed: bool
) -> None:
    stored(1, title="Parcel messages")
    stored(2, title="Containers opened")
    if indexed:
        index_waiting()

    assert titles(reader, Filters(search=search)) == found


@pytest.mark.parametrize(
    "search",
    [
        pytest.param("الطرود", id="arabic-plural-with-article"),
        pytest.param("طُرُود", id="arabic-with-vowel-signs"),
        pytest.param("colis", id="french"),
        pytest.param("paquete", id="spanish-singular"),
        pytest.param("PARCELS", id="english-capitals"),
    ],
)
def test_a_method_is_found_in_each_of_its_languages(reader: Officer, search: str) -> None:
    stored(
        1,
        title="False parcel",
        translations=(
            Translation(language="ar", title="طرود وهمية"),
            Translation(language="es", title="Paquetes falsos"),
            Translation(language="fr", title="Faux colis"),
        ),
    )
    index_waiting()

    assert titles(reader, Filters(search=search)) == ["False parcel"]


@pytest.mark.parametrize("search", ["'", '"', "a & | !", "\0", "%", "((", "-", "\u202e"])
def test_odd_searches_find_nothing_and_break_nothing(reader: Officer, search: str) -> None:
    stored(1)
    index_waiting()

    assert len(titles(reader, Filters(search=search))) <= 1


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        pytest.param(Filters(offence="ransomware"), 1, id="offence"),
        pytest.param(Filters(stage="entry"), 1, id="stage"),
        pytest.param(Filters(tlp="red"), 1, id="tlp"),
        pytest.param(Filters(origin="XB"), 2, id="origin"),
        pytest.param(Filters(origin="XC"), 0, id="other-origin"),
        pytest.param(Filters(state="received"), 2, id="state"),
        pytest.param(Filters(own=True), 0, id="own"),
        pytest.param(Filters(own=False), 2, id="received"),
    ],
)
def test_lists_are_narrowed(reader: Officer, filters: Filters, count: int) -> None:
    stored(1, offences=("ransomware",), stages=("entry",), tlp="red")
    stored(2)

    assert len(queries.listed(officer=reader, filters=filters).rows) == count


def test_pages_follow_each_other_without_gap_or_repetition(reader: Officer) -> None:
    for number in range(1, 8):
        stored(number, title=str(number))

    seen, cursor = [], ""
    while True:
        page = queries.listed(officer=reader, cursor=cursor, size=3)
        seen += [row.title for row in page.rows]
        cursor = page.cursor
        if not cursor:
            break

    assert seen == ["7", "6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize("cursor", ["x", "!!", "MjAyNg==", "MjAyNi0xMS0yMVQwMDowMHx4"])
def test_a_cursor_of_somebody_else_is_refused(reader: Officer, cursor: str) -> None:
    with pytest.raises(BadCursor):
        queries.listed(officer=reader, cursor=cursor)


def test_a_page_has_a_longest_size(reader: Officer) -> None:
    stored(1)
    stored(2)

    assert len(queries.listed(officer=reader, size=-5).rows) == 1


def test_former_versions_are_told_newest_first(reader: Officer) -> None:
    for version in (1, 2, 3):
        record = make.method(title=f"Edition {version}")
        receive_many(arrivals=[make.arrival(record=record, version=version)], at=make.NOW)

    row = queries.method_for(officer=reader, urn=make.arrival().urn)

    assert [former.version for former in queries.versions(row)] == [2, 1]
