"""Running the journal's bulk statements as cheaply as the driver allows.

Django's cursor writes every parameter into the text of the statement; with arrays of hundreds of
values that costs five times what the rest does. These statements go to the server with binary
parameters, prepared once a connection, in the same connection and transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connection


@contextmanager
def prepared(
    statement: LiteralString, parameters: Sequence[object]
) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Run `statement`, whose places are `%b`, and hand out the cursor with its rows.

    Raises:
        django.db.DatabaseError: as any statement of Django.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor.execute(statement, parameters, prepare=True)
