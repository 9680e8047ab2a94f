from __future__ import annotations

import threading

import pytest
from django.db import connection

from mithaq.apps.methods.actions.importing import Imported, import_bundle
from mithaq.apps.methods.models import Method
from tests.factories import methods as make

PATIENCE = 20  # seconds


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_make_its_methods_once() -> None:
    by = make.officer("analyst")
    data = make.bundle(make.pattern())
    stored, done = threading.Event(), list[Imported]()

    def tell(stage: str, total: int, of: int) -> None:
        if stage == "stored":
            stored.set()
            second.join(timeout=0.5)  # it must wait until this transaction ends

    def import_again() -> None:
        stored.wait(PATIENCE)
        done.append(import_bundle(data=data, by=by, at=make.NOW))
        connection.close()

    second = threading.Thread(target=import_again)
    second.start()
    first = import_bundle(data=data, by=by, at=make.NOW, progress=tell)
    second.join(PATIENCE)

    assert (len(first.new), len(done)) == (1, 1)
    assert (done[0].new, done[0].unchanged) == ((), 1)
    assert Method.objects.count() == 1
