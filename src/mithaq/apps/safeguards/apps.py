"""The safeguards app."""

from __future__ import annotations

from django.apps import AppConfig


class Safeguards(AppConfig):
    """What the gate held for a second officer, and what was refused."""

    name = "mithaq.apps.safeguards"
    label = "safeguards"
    default_auto_field = "django.db.models.BigAutoField"
