"""Every address that a node answers."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mithaq.site import health
from mithaq.site.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health),
    path("api/v1/", api.urls),
    path("wire/v1/", include("mithaq.apps.exchange.urls")),
]
