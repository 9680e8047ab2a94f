from __future__ import annotations

import pytest

from mithaq.apps.methods.actions.receiving import receive_many
from mithaq.apps.methods.models import Method
from mithaq.apps.methods.tasks import index_methods
from tests.factories import methods as make


@pytest.mark.django_db
def test_the_worker_indexes_what_arrived() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)

    index_methods(timestamp=0)

    assert not Method.objects.filter(search__isnull=True).exists()
