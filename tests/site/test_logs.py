from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from mithaq.core.errors import MithaqError
from mithaq.site import logs


class Faulty(MithaqError):
    """A fault."""

    code = "test.faulty"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    logger = logging.getLogger("mithaq.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)


def read(lines: io.StringIO) -> dict[str, object]:
    found = json.loads(lines.getvalue())
    assert isinstance(found, dict)
    return found


def fail(fault: Exception) -> None:
    raise fault


def test_a_field_that_is_not_allowed_is_left_out_and_named(lines: io.StringIO) -> None:
    structlog.get_logger("mithaq.test").info("record stored", kind="method", name="Fulan")

    event = read(lines)
    assert event["kind"] == "method"
    assert event["left_out"] == ["name"]
    assert "Fulan" not in lines.getvalue()


def test_an_exception_is_logged_by_type_code_and_place_only(lines: io.StringIO) -> None:
    try:
        fail(Faulty("the record of Fulan"))
    except Faulty:
        structlog.get_logger("mithaq.test").exception("job failed")

    event = read(lines)
    assert str(event["exception"]).startswith("Faulty test.faulty at fail:")
    assert "Fulan" not in lines.getvalue()


def test_arguments_of_a_librarys_log_line_are_not_written(lines: io.StringIO) -> None:
    logging.getLogger("mithaq.test").warning("Not found: %s", "/persons/Fulan")

    assert read(lines)["event"] == "Not found: %s"
    assert "Fulan" not in lines.getvalue()


def test_an_exception_that_a_library_logs_is_not_quoted(lines: io.StringIO) -> None:
    try:
        fail(ValueError("Fulan"))
    except ValueError:
        logging.getLogger("mithaq.test").exception("request failed")

    assert "ValueError" in str(read(lines)["exception"])
    assert "Fulan" not in lines.getvalue()
