"""Emptying tables between tests although the journal's triggers refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

GUARDED = (
    "journal_leaf",
    "journal_node",
    "journal_checkpoint",
    "journal_cosignature",
    "journal_erasure",
    "journal_event",
    "journal_pending",
)


def allow() -> None:
    """Let Django's `flush` lift the triggers of the journal while it empties the tables."""
    operations = type(connection.ops)
    flush: Callable[..., list[str]] = operations.sql_flush

    def lifted(self: object, *args: object, **options: object) -> list[str]:
        return [*_switch("DISABLE"), *flush(self, *args, **options), *_switch("ENABLE")]

    setattr(operations, "sql_flush", lifted)  # noqa: B010 - a method of Django's, replaced for tests


def _switch(verb: str) -> list[str]:
    return [f"ALTER TABLE {table} {verb} TRIGGER USER" for table in GUARDED]


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Lift the triggers of one table, as somebody with the owner's rights could."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
