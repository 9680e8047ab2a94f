from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.frontier import Frontier
from tests.factories.trees import Grown


def test_the_frontier_keeps_one_hash_for_each_binary_digit_of_its_size() -> None:
    made = Grown(0b1011)

    expected = [made.hashes[node] for node in ((3, 0), (1, 4), (0, 10))]
    assert made.frontier.to_bytes() == (11).to_bytes(8, "big") + b"".join(expected)


@given(size=st.integers(min_value=0, max_value=100), more=st.integers(0, 20))
def test_a_frontier_read_back_grows_like_the_one_that_was_written(size: int, more: int) -> None:
    whole = Grown(size + more)
    read = Frontier.from_bytes(Grown(size).frontier.to_bytes())

    for leaf in whole.leaves[size:]:
        read.append(leaf)

    assert read.size == size + more
    assert read.root() == whole.frontier.root()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(7), id="half a size"),
        pytest.param(bytes(7) + b"\x01", id="a leaf without its hash"),
        pytest.param(bytes(7) + b"\x01" + bytes(31), id="a short hash"),
        pytest.param(bytes(7) + b"\x01" + bytes(33), id="a byte too many"),
        pytest.param(bytes(8) + bytes(32), id="a hash without a leaf"),
        pytest.param(b"\xff" * 8 + bytes(64 * 32), id="a size no database can hold"),
    ],
)
def test_a_frontier_whose_length_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises(Inconsistent):
        Frontier.from_bytes(data)
