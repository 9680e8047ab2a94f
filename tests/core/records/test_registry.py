from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from mithaq.core.errors import MithaqError
from mithaq.core.formats import stix
from mithaq.core.records import Arrival, Kind, KindTaken, Registry, UnknownKind
from tests.factories import methods as make


def take_all(*, arrivals: Sequence[Arrival], at: dt.datetime) -> Sequence[MithaqError | None]:
    return [None for _ in arrivals]


METHOD = Kind(code="method", desk="methods", read=stix.read_method, receive_many=take_all)


def test_a_kind_is_found_by_its_code() -> None:
    registry = Registry()

    registry.register(METHOD)
    registry.register(METHOD)

    assert registry.kind("method") is METHOD


def test_a_kind_that_nobody_announced_is_unknown() -> None:
    with pytest.raises(UnknownKind):
        Registry().kind("method")


def test_two_desks_do_not_share_a_kind() -> None:
    registry = Registry()
    registry.register(METHOD)

    with pytest.raises(KindTaken):
        registry.register(
            Kind(code="method", desk="drugs", read=stix.read_method, receive_many=take_all)
        )


def test_a_kind_reads_a_body_and_tells_its_facts() -> None:
    record = METHOD.read(make.bundle(make.pattern()))

    assert METHOD.facts(record).kind == "method"


def test_a_desk_need_not_note_what_was_sent() -> None:
    METHOD.sent(urns=[], at=make.NOW)
