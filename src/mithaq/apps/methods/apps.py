"""The methods app."""

from __future__ import annotations

from django.apps import AppConfig

from mithaq.core import records
from mithaq.core.formats import stix
from mithaq.core.records.method import KIND


class Methods(AppConfig):
    """Criminal methods, the bureau's own and received ones."""

    name = "mithaq.apps.methods"
    label = "methods"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Announce the kind of record that this desk keeps."""
        from mithaq.apps.methods.actions import receiving, states
        from mithaq.apps.methods.models import DESK

        records.register(
            records.Kind(
                code=KIND,
                desk=DESK,
                read=stix.read_method,
                receive_many=receiving.receive_many,
                sent=states.mark_shared,
            )
        )
