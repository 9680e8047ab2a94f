from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mithaq.core.errors import MithaqError
from mithaq.site.problems import Problems


class Expired(MithaqError):
    """An envelope is past its date."""

    code = "envelope.expired"


class Denied(MithaqError):
    """An officer may not."""

    code = "permission.denied"


def answered(fault: Exception, *, language: str = "en") -> HttpResponse | None:
    request = RequestFactory().get("/", headers={"accept-language": language})
    return Problems(HttpResponse).process_exception(request, fault)


def test_an_error_of_ours_becomes_problem_details_with_its_code() -> None:
    answer = answered(Expired("by 3 days"))

    assert answer is not None
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    found = json.loads(answer.content)
    assert (found["code"], found["detail"]) == ("envelope.expired", "by 3 days")


@pytest.mark.parametrize(("language", "letter"), [("ar", "ة"), ("fr-FR", "é"), ("xx", "e")])
def test_the_sentence_is_in_the_callers_language(language: str, letter: str) -> None:
    answer = answered(Expired(), language=language)

    assert answer is not None
    assert letter in json.loads(answer.content)["title"]


def test_a_refused_permission_is_forbidden() -> None:
    answer = answered(Denied())

    assert answer is not None
    assert answer.status_code == 403


def test_an_error_that_is_not_ours_stays_a_fault() -> None:
    assert answered(ValueError("a bug")) is None
