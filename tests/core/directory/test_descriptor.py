from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from mithaq.core import cbor
from mithaq.core.clock import Period
from mithaq.core.cose import Algorithm
from mithaq.core.directory import Contact, Descriptor, MalformedDescriptor, MemberKey, canonical
from mithaq.core.keys import KeyRole
from tests.factories import members
from tests.factories.members import AT, YEAR, descriptor, member_key, pair, private

DAY = dt.timedelta(days=1)


def test_a_descriptor_reads_back_as_it_was() -> None:
    written = descriptor()

    assert canonical.from_bytes(canonical.to_bytes(written)) == written


def test_a_key_without_an_end_reads_back_so() -> None:
    open_ended = descriptor(keys=pair("XA", ends_at=None))

    read = canonical.from_bytes(canonical.to_bytes(open_ended))

    assert {key.validity.ends_at for key in read.keys} == {None}


def altered(**fields: cbor.Encodable) -> bytes:
    value = cbor.decode(canonical.to_bytes(descriptor()))
    assert isinstance(value, dict)
    changed: dict[cbor.Key, cbor.Encodable] = dict(value)
    changed.update(fields.items())
    return cbor.encode(changed)


def listed_keys() -> list[cbor.Value]:
    value = cbor.decode(canonical.to_bytes(descriptor()))
    assert isinstance(value, dict)
    keys = value["keys"]
    assert isinstance(keys, list)
    return keys


def test_what_a_later_version_adds_survives_reading_and_writing() -> None:
    lookup_key: dict[cbor.Key, cbor.Encodable] = {
        "alg": -19,
        "raw": b"?",
        "role": "lookup",
        "from": 0,
    }
    known = listed_keys()[0]
    assert isinstance(known, dict)
    marked: dict[cbor.Key, cbor.Encodable] = {**known, "hsm": True}
    keys: list[cbor.Encodable] = [marked, *listed_keys()[1:], lookup_key]
    contact = {"purpose": "duty", "channel": "phone", "address": "+0", "hours": "24"}
    later = altered(keys=keys, contacts=[contact], region={"council": "XS"})

    written = canonical.to_bytes(canonical.from_bytes(later))

    assert written == later


def test_a_key_of_a_later_algorithm_is_kept_and_not_used() -> None:
    future: dict[cbor.Key, cbor.Encodable] = {"alg": -77, "raw": b"?", "role": "node", "from": 0}
    read = canonical.from_bytes(altered(keys=[*listed_keys(), future]))

    assert len(read.keys) == 5
    assert len(read.unread_keys) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(cbor.encode([]), id="no map"),
        pytest.param(cbor.encode({}), id="no fields"),
        pytest.param(altered(format="mithaq/descriptor/v2"), id="another version"),
        pytest.param(altered(bureau="atlas"), id="no code of a bureau"),
        pytest.param(altered(serial=0), id="no serial"),
        pytest.param(altered(serial=1 << 63), id="a serial too large"),
        pytest.param(altered(kind="National Bureau"), id="no code of a kind"),
        pytest.param(altered(names={"ar": "أطلس"}), id="a name missing"),
        pytest.param(altered(names={**members.NAMES, "es": " "}), id="a name empty"),
        pytest.param(altered(names={**members.NAMES, "es": 3}), id="a name that is no text"),
        pytest.param(altered(names=[]), id="names in no map"),
        pytest.param(altered(languages=[]), id="no language"),
        pytest.param(altered(languages=["ar", "ar"]), id="a language twice"),
        pytest.param(altered(languages=["Arabic"]), id="no code of a language"),
        pytest.param(altered(endpoint="http://atlas.example"), id="an endpoint in the clear"),
        pytest.param(altered(endpoint="https://"), id="an endpoint without a host"),
        pytest.param(altered(endpoint="https://u:p@atlas.example"), id="an endpoint with a user"),
        pytest.param(altered(endpoint="https://atlas.example/?q"), id="an endpoint with a query"),
        pytest.param(altered(endpoint="https://atlas.example:port"), id="a port that is none"),
        pytest.param(altered(endpoint="https://[atlas"), id="no address at all"),
        pytest.param(altered(endpoint="https://atlas.example/ x"), id="a space in the endpoint"),
        pytest.param(altered(journal="two\nlines"), id="an origin of two lines"),
        pytest.param(altered(keys=[]), id="no keys"),
        pytest.param(altered(keys=listed_keys()[1:]), id="half an authority pair"),
        pytest.param(altered(keys=[*listed_keys(), listed_keys()[0]]), id="a key twice"),
        pytest.param(altered(keys=[{"role": "node"}]), id="half a key"),
        pytest.param(altered(keys=["key"]), id="a key that is no map"),
        pytest.param(altered(contacts=[{"purpose": "duty"}]), id="half a contact"),
        pytest.param(
            altered(contacts=[{"purpose": "duty", "channel": "phone", "address": ""}]),
            id="an empty address",
        ),
        pytest.param(
            altered(contacts=[{"purpose": "D", "channel": "phone", "address": "+0"}]),
            id="no code of a purpose",
        ),
        pytest.param(altered(expires=0), id="an end before the beginning"),
        pytest.param(altered(expires=1 << 62), id="an end on no calendar"),
    ],
)
def test_what_is_no_descriptor_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedDescriptor):
        canonical.from_bytes(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [("raw", b"short"), ("until", True), ("until", "later"), ("until", 1 << 62), ("from", None)],
)
def test_a_key_of_another_form_is_refused(field: str, value: cbor.Encodable) -> None:
    first, *others = listed_keys()
    assert isinstance(first, dict)

    with pytest.raises(MalformedDescriptor):
        canonical.from_bytes(altered(keys=[{**first, field: value}, *others]))


def test_a_key_of_the_wrong_algorithm_for_its_role_is_refused() -> None:
    wrong = member_key(private("XA node", alg=Algorithm.ML_DSA_65), role=KeyRole.NODE)

    with pytest.raises(MalformedDescriptor):
        descriptor(keys=(*pair("XA"), wrong))


def test_the_key_for_storage_is_never_published() -> None:
    storage = member_key(private("XA storage", alg=Algorithm.XWING), role=KeyRole.STORAGE)

    with pytest.raises(MalformedDescriptor):
        descriptor(keys=(*pair("XA"), storage))


def test_a_descriptor_needs_a_pair_in_force_when_it_is_issued() -> None:
    with pytest.raises(MalformedDescriptor):
        descriptor(keys=pair("XA", ends_at=AT))


def test_too_many_contacts_are_refused() -> None:
    contact = Contact(purpose="duty", channel="phone", address="+0")

    with pytest.raises(MalformedDescriptor):
        descriptor(contacts=(contact,) * 33)


def overlapping() -> Descriptor:
    older = pair("XA", ends_at=AT + DAY)
    newer = pair("XA later", starts_at=AT - DAY, ends_at=AT + YEAR)
    return descriptor(keys=(*newer, *older))


@pytest.mark.parametrize(
    ("at", "label"),
    [
        pytest.param(AT - DAY, "XA", id="both in force"),
        pytest.param(AT + DAY, "XA later", id="the older has ended"),
    ],
)
def test_the_older_pair_speaks_until_its_time_ends(at: dt.datetime, label: str) -> None:
    expected = tuple(key.public for key in members.authority(label))

    assert overlapping().authority(at) == expected


def test_a_pair_whose_halves_do_not_meet_in_time_is_none() -> None:
    first, second = pair("XA")
    later = Period(starts_at=AT + DAY, ends_at=None)

    with pytest.raises(MalformedDescriptor):
        descriptor(keys=(first, replace(second, validity=later)))


def test_a_key_is_found_by_its_thumbprint() -> None:
    found: MemberKey | None = descriptor().key(private("XA node").kid)

    assert found is not None
    assert found.role is KeyRole.NODE
    assert descriptor().key(private("XB node").kid) is None
