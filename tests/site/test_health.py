from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_node_with_a_database_is_healthy() -> None:
    answer = Client().get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"bureau": "XA", "version": "0.1.0", "database": "up"}
