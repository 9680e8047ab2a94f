"""What other nodes post: batches of envelopes and of receipts.

Who posts is not asked; what is posted proves itself, by signatures, or is answered with a fault.
Source: docs/protocol/wire.md.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mithaq.apps.exchange.actions import arrivals, receipts
from mithaq.core.envelope import batch


@csrf_exempt
@require_POST
def envelopes(request: HttpRequest) -> HttpResponse:
    """Take in a batch of envelopes; answer each with its receipts or its fault."""
    answers = arrivals.take_in(envelopes=batch.read_batch(_body(request)), at=timezone.now())
    return _response(answers)


@csrf_exempt
@require_POST
def take_receipts(request: HttpRequest) -> HttpResponse:
    """Take a batch of receipts; answer each with its fault, or with nothing."""
    taken = receipts.take(bodies=batch.read_batch(_body(request)), at=timezone.now())
    items = tuple(batch.Answer(fault=fault) for fault in taken.faults)
    return _response(batch.Answers(items=items))


def _body(request: HttpRequest) -> bytes:
    """Return the body of a request, read no further than a batch may be long.

    Raises:
        BadBatch: it is longer, or of another content type.
    """
    if request.content_type != batch.CONTENT_TYPE:
        raise batch.BadBatch("the content type is not application/cbor")
    data = request.read(batch.MAX_BODY + 1)
    if len(data) > batch.MAX_BODY:
        raise batch.TooLarge
    return data


def _response(answers: batch.Answers) -> HttpResponse:
    return HttpResponse(batch.write_answers(answers), content_type=batch.CONTENT_TYPE)
