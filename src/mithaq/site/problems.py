"""Faults as RFC 9457 problem documents, with the stable code and a sentence for people."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language_from_request

from mithaq.core import codes
from mithaq.core.errors import MithaqError

CONTENT_TYPE = "application/problem+json"
URN = "urn:mithaq:error:"

STATUS = {
    "permission.denied": HTTPStatus.FORBIDDEN,
    "record.not_found": HTTPStatus.NOT_FOUND,
    "wire.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "workflow.not_allowed": HTTPStatus.CONFLICT,
    "record.changed_meanwhile": HTTPStatus.CONFLICT,
    "gate.same_officer": HTTPStatus.FORBIDDEN,
    "gate.changed_after_review": HTTPStatus.CONFLICT,
    "request.unauthenticated": HTTPStatus.UNAUTHORIZED,
}

log = structlog.get_logger()


def sentence(code: str, *, language: str) -> str:
    """Return the sentence of an error code in `language`, or the code itself."""
    errors = codes.codelist("error-code")
    key = code.replace(".", "-").replace("_", "-")
    return errors.label(key, language) if key in errors else code


def response(fault: MithaqError, *, request: HttpRequest) -> HttpResponse:
    """Return the problem document of `fault`.

    `detail` names object and field; it is written for developers and holds no personal data.
    """
    status = STATUS.get(fault.code, HTTPStatus.BAD_REQUEST)
    document = {
        "type": URN + fault.code,
        "code": fault.code,
        "status": int(status),
        "title": sentence(fault.code, language=get_language_from_request(request)),
        "detail": fault.detail,
    }
    return JsonResponse(document, status=status, content_type=CONTENT_TYPE)


class Problems:
    """Middleware: a fault of ours that a view raises becomes a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer a fault of ours; leave others to Django."""
        if not isinstance(fault, MithaqError):
            return None
        log.info("request.refused", code=fault.code, method=request.method)
        return response(fault, request=request)
