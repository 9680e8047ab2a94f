"""Addresses of the exchange under /wire/v1."""

from __future__ import annotations

from django.urls import path

from mithaq.apps.exchange import wire

app_name = "exchange"
urlpatterns = [
    path("envelopes", wire.envelopes, name="envelopes"),
    path("receipts", wire.take_receipts, name="receipts"),
]
