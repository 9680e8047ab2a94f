"""Work of the methods desk that a worker process does."""

from __future__ import annotations

from procrastinate.contrib.django import app

from mithaq.apps.methods.actions import indexing

MOST_BATCHES = 50  # in one run; the next minute goes on


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="methods-index", pass_context=False)
def index_methods(timestamp: int) -> None:
    """Fill the search index of the methods that arrived since the last run."""
    for _ in range(MOST_BATCHES):
        if indexing.index_waiting() == 0:
            return
