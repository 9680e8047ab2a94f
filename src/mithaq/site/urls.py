"""Every address that a node answers."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from mithaq.site import health

MOUNTS = {
    "wire/v1/": "mithaq.apps.exchange.urls",
    "api/v1/": "mithaq.site.api",
}


def _mounted() -> list[URLPattern | URLResolver]:
    present = {
        where: module for where, module in MOUNTS.items() if importlib.util.find_spec(module)
    }
    return [path(where, include(module)) for where, module in present.items()]


urlpatterns = [
    path("health", health.health),
    *_mounted(),
]
