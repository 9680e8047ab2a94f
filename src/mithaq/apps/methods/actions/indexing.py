"""The search index: filled at once for imports, a little later for what arrives in numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection, transaction
from pydantic import JsonValue

from mithaq.apps.methods.models import Method
from mithaq.apps.methods.queries import CONFIGURATIONS, OTHER_CONFIGURATION
from mithaq.core.gate.folding import fold
from mithaq.core.records import body
from mithaq.core.records.method import Method as MethodRecord

BATCH = 200  # rows
LONGEST_WORDS = 200_000  # characters of all languages; a tsvector may not exceed 1 MB


@transaction.atomic
def index(keys: Sequence[uuid.UUID]) -> int:
    """Fill the search index of the methods `keys`; return how many it is now filled for."""
    rows = Method.objects.filter(id__in=keys).values_list("id", "body")
    return _index(rows)


@transaction.atomic
def index_waiting(*, limit: int = BATCH) -> int:
    """Fill the search index of methods that have none; return how many were filled.

    Rows that somebody else is writing are left for the next call.
    """
    rows = Method.objects.filter(search__isnull=True).order_by("id")
    return _index(rows.select_for_update(skip_locked=True).values_list("id", "body")[:limit])


def _index(rows: Iterable[tuple[uuid.UUID, Mapping[str, JsonValue]]]) -> int:
    done = 0
    with connection.cursor() as cursor:
        for key, content in rows:
            parts = list(_parts(body.from_body(content)))
            vector = " || ".join("to_tsvector(%s::regconfig, %s)" for _ in parts)
            values = [value for part in parts for value in part]
            cursor.execute(
                f"UPDATE methods_method SET search = {vector} WHERE id = %s",  # noqa: S608 - placeholders only
                [*values, key],
            )
            done += 1
    return done


def _parts(record: MethodRecord) -> Iterator[tuple[str, str]]:
    """Yield the texts of `record`, folded, one for each language, with the configuration."""
    texts: dict[str, list[str]] = {}
    for text in record.facts().texts:
        texts.setdefault(text.language.partition("-")[0], []).append(text.value)
    room = LONGEST_WORDS
    for language, values in texts.items():
        words = fold(" ".join(values))[:room]
        room -= len(words)
        yield CONFIGURATIONS.get(language, OTHER_CONFIGURATION), words
