"""Whether the node is up: for operators, supervisors and the demo."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

import mithaq


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 if the node can serve, 503 if its database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _answer(database="down", status=503)
    return _answer(database="up", status=200)


def _answer(*, database: str, status: int) -> JsonResponse:
    facts = {
        "bureau": settings.MITHAQ_BUREAU,
        "version": mithaq.__version__,
        "database": database,
    }
    return JsonResponse(facts, status=status)
