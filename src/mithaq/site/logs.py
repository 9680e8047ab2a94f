"""Logs as events with fields, one JSON object a line, without personal data.

Only fields of ALLOWED pass; whatever else a caller gives is left out and its name is told. An
exception is logged by type, stable code and place, never by its text, which may quote a record.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping

import structlog

ALLOWED = frozenset(
    {
        *("event", "level", "logger", "timestamp", "code", "count", "ms", "exception", "left_out"),
        *("bureau", "peer", "message_id", "digest", "urn", "pact", "kind", "state", "ground"),
        *("position", "size", "attempt", "wait", "method", "status", "task", "port", "version"),
    }
)
FRAMES = 8  # of a traceback, the innermost ones


def leave_out(
    _logger: object, _name: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Drop every field that is not allowed; a processor of structlog."""
    extra = sorted(set(event) - ALLOWED - INTERNAL)
    for name in extra:
        del event[name]
    if extra:
        event["left_out"] = extra
    return event


def name_exception(
    _logger: object, _name: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Replace an exception by its type, code and place; a processor of structlog."""
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()
    if isinstance(fault, tuple):
        fault = fault[1]
    if isinstance(fault, BaseException):
        event["exception"] = describe(fault)
    return event


def describe(fault: BaseException) -> str:
    """Return type, code and innermost places of `fault`, without its text."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    code = getattr(fault, "code", "")
    return f"{type(fault).__qualname__} {code} at {places}".replace("  ", " ")


INTERNAL = frozenset({"_record", "_from_structlog"})

_SHARED = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
)


def configure() -> None:
    """Make structlog hand its events to the standard library's logging."""
    structlog.configure(
        processors=[
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter() -> logging.Formatter:
    """Return the formatter of every line that leaves this process."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, _only_template],
        processors=[
            name_exception,
            leave_out,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def _only_template(
    _logger: object, _name: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["event"] = str(record.msg)  # without arguments: they may hold data of persons
    return event


def logging_config(*, level: str = "INFO") -> Mapping[str, object]:
    """Return Django's LOGGING: everything to standard error, as above."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"events": {"()": "mithaq.site.logs.formatter"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "httpx": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
        },
    }
