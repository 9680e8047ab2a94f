"""The exchange app."""

from __future__ import annotations

from django.apps import AppConfig


class Exchange(AppConfig):
    """Envelopes, evidence and receipts."""

    name = "mithaq.apps.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
