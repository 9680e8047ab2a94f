"""The journal app."""

from __future__ import annotations

from django.apps import AppConfig


class Journal(AppConfig):
    """The append-only record of what was done here."""

    name = "mithaq.apps.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
