from __future__ import annotations

import pytest

from mithaq.core.formats import stix
from tests.factories import methods as make


def test_what_only_stix_knows_is_refused_with_the_object_s_name() -> None:
    # A STIX rule that our own reader leaves to the library: names of hash algorithms.
    references = [{"source_name": "a", "url": "https://a.example", "hashes": {"ROT13": "a"}}]
    bundle = stix.read_bundle(
        make.bundle(make.pattern(external_references=references))  # type: ignore[arg-type]  # JSON
    )

    with pytest.raises(stix.Refused) as refused:
        stix.check_with_stix2(bundle.objects)

    assert refused.value.faults[0].object_id == make.PATTERN
    assert refused.value.faults[0].field == "hashes"


def test_old_style_custom_properties_do_not_stop_it() -> None:
    bundle = stix.read_bundle(make.bundle(make.pattern(x_mitre_platforms=["F3"])))

    stix.check_with_stix2(bundle.objects)
