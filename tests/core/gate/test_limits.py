from __future__ import annotations

import pytest

from mithaq.core import resources
from mithaq.core.codes import codelist
from mithaq.core.gate.limits import limits, read_limits
from mithaq.core.resources import MalformedResource

CONTENT = resources.read_yaml("gate", "limits.yaml")


def test_every_purpose_has_a_longest_retention() -> None:
    assert limits().retention_days.keys() == set(codelist("purpose").codes)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"colour": 1}, "unknown key", id="unknown key"),
        pytest.param({"necessity": {"characters": 0, "words": 3}}, "positive", id="zero"),
        pytest.param({"necessity": {"characters": True, "words": 3}}, "positive", id="a boolean"),
        pytest.param({"retention_days": {"fishing": 3}}, "unknown key", id="unknown purpose"),
        pytest.param({"retention_days": {"warn": 3}}, "positive", id="no default"),
        pytest.param({"coercive": ["fishing"]}, "not in the list purpose", id="unknown code"),
        pytest.param({"never_coerced": "victim"}, "a list is missing", id="no list"),
    ],
)
def test_faulty_limits_are_refused(change: dict[str, object], fault: str) -> None:
    with pytest.raises(MalformedResource, match=fault):
        read_limits({**CONTENT, **change})
