"""The machine API of the node, /api/v1, put together from the routers of the apps.

A caller is a national system that holds the token of an officer and has that officer's rights.
"""

from __future__ import annotations

import importlib
import importlib.util

from django.apps import apps
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

import mithaq
from mithaq.apps.people import queries as people
from mithaq.apps.people.models import Officer
from mithaq.core.errors import MithaqError
from mithaq.site import problems


class Unauthenticated(MithaqError):
    """The request bears no token, or one that does not hold."""

    code = "request.unauthenticated"


class MalformedRequest(MithaqError):
    """A field of the request is missing or has a value that cannot be used."""

    code = "request.malformed"


class OfficersToken(HttpBearer):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Officer | None:
        """Return the officer for whom the token speaks now, or None."""
        return people.officer_for_token(token=token, at=timezone.now())


def make() -> NinjaAPI:
    """Return the API with the router of every installed app that has one."""
    made = NinjaAPI(
        title="Mithaq",
        version=mithaq.__version__,
        description="What a national system asks of its bureau's node.",
        auth=OfficersToken(),
        urls_namespace="api",
        docs_url=None,  # a page with scripts; the document itself is at openapi.json
    )
    made.add_exception_handler(MithaqError, _problem)
    made.add_exception_handler(AuthenticationError, _stranger)
    made.add_exception_handler(ValidationError, _malformed)
    made.add_exception_handler(DataError, _unstorable)
    for config in apps.get_app_configs():
        name = f"{config.name}.api"
        if config.name.startswith("mithaq.apps.") and importlib.util.find_spec(name):
            made.add_router(f"/{config.label}", importlib.import_module(name).router)
    return made


def _problem(request: HttpRequest, fault: MithaqError | type[MithaqError]) -> HttpResponse:
    raised = fault if isinstance(fault, MithaqError) else fault()
    return problems.answer(raised, request=request)


def _stranger(
    request: HttpRequest, _fault: AuthenticationError | type[AuthenticationError]
) -> HttpResponse:
    return problems.answer(Unauthenticated(), request=request)


def _malformed(
    request: HttpRequest, fault: ValidationError | type[ValidationError]
) -> HttpResponse:
    """Name the places of the faults, never their values, which may be data of persons."""
    faults = fault.errors if isinstance(fault, ValidationError) else []
    places = "; ".join(
        f"{'.'.join(str(part) for part in found['loc'])}: {found['type']}" for found in faults
    )
    return problems.answer(MalformedRequest(places), request=request)


def _unstorable(request: HttpRequest, _fault: DataError | type[DataError]) -> HttpResponse:
    """Answer for a value that the database cannot even compare with, as one with U+0000 in it."""
    return problems.answer(MalformedRequest(), request=request)


api = make()
