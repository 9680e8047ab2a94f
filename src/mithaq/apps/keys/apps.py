"""The keys app."""

from __future__ import annotations

from django.apps import AppConfig


class Keys(AppConfig):
    """Keys of this bureau."""

    name = "mithaq.apps.keys"
    label = "keys"
    default_auto_field = "django.db.models.BigAutoField"
