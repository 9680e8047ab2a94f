"""Errors of ours as answers over HTTP: problem details with a stable code.

Source: RFC 9457.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from mithaq.core.errors import MithaqError
from mithaq.site.sentences import sentence

CONTENT_TYPE = "application/problem+json"
STATUSES: Mapping[str, HTTPStatus] = {
    "request.unauthenticated": HTTPStatus.UNAUTHORIZED,
    "permission.denied": HTTPStatus.FORBIDDEN,
    "record.not_found": HTTPStatus.NOT_FOUND,
    "workflow.not_allowed": HTTPStatus.CONFLICT,
    "gate.same_officer": HTTPStatus.FORBIDDEN,
    "gate.changed_after_review": HTTPStatus.CONFLICT,
    "envelope.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "wire.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "wire.malformed": HTTPStatus.BAD_REQUEST,
}


def answer(fault: MithaqError, *, request: HttpRequest) -> HttpResponse:
    """Return `fault` as problem details: code, sentence in the caller's language, detail."""
    status = STATUSES.get(fault.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    language = request.headers.get("Accept-Language", "")[:2].lower()
    body = {
        "type": f"urn:mithaq:error:{fault.code}",
        "status": status,
        "code": fault.code,
        "title": sentence(fault, language=language),
        **({"detail": fault.detail} if fault.detail else {}),
    }
    return JsonResponse(
        body, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False}
    )


class Problems:
    """Middleware: what a view raises of ours becomes an answer; everything else stays a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer for an error of ours."""
        return answer(fault, request=request) if isinstance(fault, MithaqError) else None
