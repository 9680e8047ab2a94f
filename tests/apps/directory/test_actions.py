from __future__ import annotations

import datetime as dt

import pytest

from mithaq.apps.directory import actions, queries
from mithaq.apps.directory.models import Descriptor as DescriptorRow
from mithaq.apps.directory.models import Member
from mithaq.apps.journal.models import Event
from mithaq.core.directory import Descriptor, Fingerprint, KeyExpired, UnknownSender, fingerprint
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from mithaq.core.keys import KeyRole
from tests.factories import members

pytestmark = pytest.mark.django_db

XA, XB = BureauId("XA"), BureauId("XB")
HOUR = dt.timedelta(hours=1)


def load(described: Descriptor, *, by: str = "XB", pinned: Fingerprint | None = None) -> Descriptor:
    return actions.load(
        signed=members.signed(described, by=(by,)),
        pinned=pinned,
        by="operator",
        at=described.issued_at,
    )


def first() -> Descriptor:
    return members.descriptor(bureau="XB", journal="xb.mithaq.example/journal")


def pin(described: Descriptor) -> Fingerprint:
    return fingerprint(described.authority(members.AT))


def successor(*, serial: int = 2, after: dt.timedelta = HOUR) -> Descriptor:
    """Return a later descriptor of XB, with another node key in the place of the first."""
    keys = tuple(key for key in members.all_keys("XB") if key.role is not KeyRole.NODE)
    fresh = members.member_key(members.private("XB node two"), role=KeyRole.NODE)
    return members.descriptor(
        bureau="XB",
        serial=serial,
        keys=(*keys, fresh),
        issued_at=members.AT + after,
        journal="xb.mithaq.example/journal",
    )


def test_the_first_descriptor_of_a_member_needs_its_fingerprint() -> None:
    with pytest.raises(MithaqError):
        load(first())

    assert not Member.objects.exists()


def test_a_descriptor_under_another_fingerprint_is_refused() -> None:
    with pytest.raises(MithaqError):
        load(first(), pinned=pin(members.descriptor(bureau="XA")))

    assert not Member.objects.exists()


def test_a_descriptor_is_in_force_once_it_was_loaded() -> None:
    load(first(), pinned=pin(first()))

    assert queries.endpoint(bureau=XB, at=members.AT) == first().endpoint
    assert queries.keyring(at=members.AT).bureaus() == {XB}
    assert Event.objects.filter(kind="descriptor-loaded", peer="XB").count() == 1


def test_loading_the_one_in_force_again_changes_nothing() -> None:
    signed = members.signed(first(), by=("XB",))
    for _ in range(2):
        actions.load(signed=signed, pinned=pin(first()), by="operator", at=members.AT)

    assert DescriptorRow.objects.count() == 1
    assert Event.objects.filter(kind="descriptor-loaded").count() == 1


def test_a_successor_needs_no_fingerprint_but_the_keys_of_the_one_before() -> None:
    load(first(), pinned=pin(first()))

    load(successor())

    assert Member.objects.get(pk=XB).serial == 2


def test_a_successor_by_another_bureau_is_refused() -> None:
    load(first(), pinned=pin(first()))

    with pytest.raises(MithaqError):
        load(successor(), by="XA")

    assert Member.objects.get(pk=XB).serial == 1


@pytest.mark.parametrize("serial", [1, 2], ids=["the first again", "the same number"])
def test_nothing_goes_back_to_an_earlier_descriptor(serial: int) -> None:
    load(first(), pinned=pin(first()))
    load(successor())

    with pytest.raises(MithaqError):
        load(successor(serial=serial, after=2 * HOUR))

    assert DescriptorRow.objects.count() == 2


def test_a_key_rotated_out_holds_for_what_was_signed_before_and_for_nothing_after() -> None:
    load(first(), pinned=pin(first()))
    load(successor())
    old = members.private("XB node")
    keyring = queries.keyring(at=members.AT + 2 * HOUR)

    assert keyring.key(bureau=XB, kid=old.kid, role=KeyRole.NODE, at=members.AT) == old.public
    with pytest.raises(KeyExpired):
        keyring.key(bureau=XB, kid=old.kid, role=KeyRole.NODE, at=members.AT + HOUR)


def test_the_keyring_knows_a_descriptor_as_soon_as_it_is_loaded() -> None:
    load(first(), pinned=pin(first()))
    before = queries.keyring(at=members.AT)

    load(successor())

    assert queries.keyring(at=members.AT) is not before


def test_the_keyring_is_made_once_for_the_same_descriptors() -> None:
    load(first(), pinned=pin(first()))

    assert queries.keyring(at=members.AT) is queries.keyring(at=members.AT)


def test_other_descriptors_of_the_same_number_give_another_keyring() -> None:
    load(first(), pinned=pin(first()))
    before = queries.keyring(at=members.AT)
    DescriptorRow.objects.all().delete()
    Member.objects.all().delete()
    moved = members.descriptor(bureau="XB", endpoint="https://moved.example")

    load(moved, pinned=pin(moved))

    assert queries.keyring(at=members.AT) is not before
    assert queries.endpoint(bureau=XB, at=members.AT) == "https://moved.example"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: queries.descriptor(XB),
        lambda: queries.endpoint(bureau=XB, at=members.AT),
        lambda: queries.fingerprint_of(XB),
    ],
    ids=["descriptor", "endpoint", "fingerprint"],
)
def test_a_stranger_is_no_member(ask: object) -> None:
    with pytest.raises(UnknownSender):
        ask()  # type: ignore[operator]  # three questions, answers of two types


def test_members_are_listed_by_code() -> None:
    for code in ("XC", "XB"):
        described = members.descriptor(bureau=code)
        load(described, by=code, pinned=pin(described))

    assert [member.bureau for member in queries.members()] == ["XB", "XC"]
