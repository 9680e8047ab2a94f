from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.apps.exchange.actions import timing

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@given(attempts=st.integers(0, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_the_wait_is_never_negative_and_never_longer_than_the_longest(
    attempts: int, chance: float
) -> None:
    again = timing.next_attempt(attempts=attempts, chance=chance, at=AT)

    assert AT <= again <= AT + timing.LONGEST_WAIT


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 1), (1, 2), (5, 32), (9, 512), (10, 900), (500, 900)]
)
def test_the_bound_doubles_until_the_longest_wait(attempts: int, seconds: int) -> None:
    again = timing.next_attempt(attempts=attempts, chance=1.0, at=AT)

    assert again == AT + dt.timedelta(seconds=seconds)


def test_no_chance_means_at_once() -> None:
    assert timing.next_attempt(attempts=8, chance=0.0, at=AT) == AT
