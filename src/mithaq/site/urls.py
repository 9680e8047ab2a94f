"""Every address that a node answers."""

from __future__ import annotations

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from mithaq.site import health
from mithaq.site.api import api

EXCHANGE = "mithaq.apps.exchange"

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health),
    path("api/v1/", api.urls),
]
if apps.is_installed(EXCHANGE):
    urlpatterns.append(path("wire/v1/", include(f"{EXCHANGE}.urls")))
