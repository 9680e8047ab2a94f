from __future__ import annotations

import pytest

from mithaq.apps.methods.actions.importing import import_bundle
from mithaq.apps.methods.actions.receiving import Recalled, receive_many
from mithaq.apps.methods.actions.states import mark_shared
from mithaq.apps.methods.models import Method
from mithaq.core.ids import Urn
from mithaq.core.workflow import NotAllowed
from tests.factories import methods as make

pytestmark = pytest.mark.django_db


def test_a_method_that_left_is_shared_and_stays_so() -> None:
    import_bundle(data=make.bundle(make.pattern()), by=make.officer("analyst"), at=make.NOW)
    urn = Urn(Method.objects.get().urn)

    mark_shared(urns=[urn], at=make.NOW)
    mark_shared(urns=[urn], at=make.NOW)

    assert Method.objects.get().state == "shared"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_state_that_the_table_does_not_let_share_lets_nothing_leave(state: str) -> None:
    import_bundle(data=make.bundle(make.pattern()), by=make.officer("analyst"), at=make.NOW)
    Method.objects.update(state=state)

    with pytest.raises(NotAllowed):
        mark_shared(urns=[Urn(Method.objects.get().urn)], at=make.NOW)

    assert Method.objects.get().state == state


def test_what_its_origin_recalled_is_not_sent_on() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)
    Method.objects.update(state="recalled")

    with pytest.raises(Recalled):
        mark_shared(urns=[make.arrival().urn], at=make.NOW)


def test_a_received_method_sent_on_stays_received() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)

    mark_shared(urns=[make.arrival().urn], at=make.NOW)

    assert Method.objects.get().state == "received"
