"""The directory app."""

from __future__ import annotations

from django.apps import AppConfig


class Directory(AppConfig):
    """Members and their keys."""

    name = "mithaq.apps.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
