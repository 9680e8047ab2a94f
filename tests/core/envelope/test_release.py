from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cbor
from mithaq.core.envelope import BadRelease, NamedAttachment, Release
from mithaq.core.ids import make_urn
from tests.factories.envelopes import NOW, XA, flip

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
RELEASE = Release(
    record=make_urn(
        bureau=XA, kind="method", key=uuid.UUID("01980000-0000-7000-8000-000000000002")
    ),
    version=1,
    kind="method",
    released_by="officer-7",
    necessity="ضروري لمنع الجريمة",
    case_reference="XA/2026/17",
    retain_until=NOW + dt.timedelta(days=365),
    language="ar",
    body=b"{}",
)


@given(
    st.builds(
        Release,
        record=st.just(RELEASE.record),
        version=st.integers(1, (1 << 31) - 1),
        kind=texts,
        released_by=texts,
        approved_by=st.none() | texts,
        urgency=st.none() | texts,
        necessity=texts,
        case_reference=texts,
        retain_until=st.just(NOW),
        language=texts,
        body=st.binary(max_size=100),
        attachments=st.lists(
            st.builds(NamedAttachment, name=texts, content_type=texts), max_size=3
        ).map(tuple),
    )
)
def test_reading_undoes_writing(release: Release) -> None:
    assert Release.from_bytes(release.to_bytes()) == release


def test_fields_of_a_later_version_survive() -> None:
    fields = cbor.decode(RELEASE.to_bytes())
    assert isinstance(fields, dict)
    later = cbor.encode({**fields, 99: "later", "x": [1]})

    assert Release.from_bytes(later).to_bytes() == later


@pytest.mark.parametrize(
    ("label", "value"),
    [
        (1, "not a urn"),
        (2, 0),
        (3, "x" * 65),
        (4, 7),
        (5, None),
        (6, "x" * 4001),
        (8, -1),
        (8, 1 << 60),
        (10, "text"),
        (11, []),
        (11, [["name"]]),
        (11, [["x" * 256, "text/plain"]]),
    ],
)
def test_a_field_of_another_form_is_refused(label: int, value: cbor.Value) -> None:
    fields = cbor.decode(RELEASE.to_bytes())
    assert isinstance(fields, dict)

    with pytest.raises(BadRelease):
        Release.from_bytes(cbor.encode({**fields, label: value}))


def test_a_missing_field_is_refused() -> None:
    fields = cbor.decode(RELEASE.to_bytes())
    assert isinstance(fields, dict)
    for label in fields:
        with pytest.raises(BadRelease):
            Release.from_bytes(
                cbor.encode({key: value for key, value in fields.items() if key != label})
            )


def test_what_is_not_cbor_is_refused() -> None:
    with pytest.raises(BadRelease):
        Release.from_bytes(flip(RELEASE.to_bytes(), 0, 255))
    with pytest.raises(BadRelease):
        Release.from_bytes(b"")


def test_what_a_later_version_added_does_not_show_in_print() -> None:
    assert "later" not in repr(replace(RELEASE, unknown={99: "later"}))
