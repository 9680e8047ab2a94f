"""The people app."""

from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    """Officers of this bureau."""

    name = "mithaq.apps.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
