from __future__ import annotations

from django.test import Client


def test_the_api_describes_itself() -> None:
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["info"] == {
        "title": "Mithaq",
        "version": "0.1.0",
        "description": "What a national system asks of its bureau's node.",
    }
