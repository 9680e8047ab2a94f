"""The pacts app."""

from __future__ import annotations

from django.apps import AppConfig


class Pacts(AppConfig):
    """Agreements between bureaus, as signed."""

    name = "mithaq.apps.pacts"
    label = "pacts"
    default_auto_field = "django.db.models.BigAutoField"
