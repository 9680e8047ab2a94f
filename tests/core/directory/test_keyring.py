from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from mithaq.core.clock import Period
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.directory import KeyExpired, Keyring, UnknownSender
from mithaq.core.ids import BureauId
from mithaq.core.keys import KeyRole
from tests.factories import members
from tests.factories.members import AT, YEAR, descriptor, member_key, private

XA, XB = BureauId("XA"), BureauId("XB")
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
KEYRING = Keyring([descriptor(), descriptor(bureau="XB")])
NODE = private("XA node").public


def test_a_key_is_found_for_its_bureau_its_role_and_its_time() -> None:
    assert KEYRING.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=AT) == NODE


@pytest.mark.parametrize(
    ("bureau", "role"),
    [
        pytest.param(XB, KeyRole.NODE, id="another bureau"),
        pytest.param(XA, KeyRole.JOURNAL, id="another role"),
        pytest.param(BureauId("XC"), KeyRole.NODE, id="no member"),
    ],
)
def test_a_key_is_unknown_to_another_bureau_or_role(bureau: BureauId, role: KeyRole) -> None:
    with pytest.raises(UnknownSender):
        KEYRING.key(bureau=bureau, kid=NODE.kid, role=role, at=AT)


@pytest.mark.parametrize("at", [AT - YEAR - DAY, AT + YEAR], ids=["not yet", "no longer"])
def test_a_key_out_of_its_time_is_expired(at: dt.datetime) -> None:
    with pytest.raises(KeyExpired):
        KEYRING.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=at)


def test_the_authority_pair_is_that_of_the_bureau() -> None:
    expected = tuple(key.public for key in members.authority("XB"))

    assert KEYRING.authority(bureau=XB, at=AT) == expected


def test_no_pair_is_in_force_after_its_time() -> None:
    with pytest.raises(KeyExpired):
        KEYRING.authority(bureau=XA, at=AT + YEAR)


def test_one_seals_with_the_newest_key_in_force() -> None:
    newer = private("XA sealing 2", alg=Algorithm.XWING)
    future = private("XA sealing 3", alg=Algorithm.XWING)
    keys = (
        member_key(future, role=KeyRole.SEALING, starts_at=AT + DAY),
        member_key(newer, role=KeyRole.SEALING, starts_at=AT - DAY),
        *members.all_keys("XA"),
    )

    keyring = Keyring([descriptor(keys=keys)])

    assert keyring.sealing(bureau=XA, at=AT) == newer.public


def test_there_is_nothing_to_seal_with_after_the_last_key() -> None:
    with pytest.raises(KeyExpired):
        KEYRING.sealing(bureau=XA, at=AT + YEAR)


def test_journal_keys_come_oldest_first() -> None:
    older = private("XA journal 0").public
    keys = (
        *members.all_keys("XA"),
        member_key(private("XA journal 0"), role=KeyRole.JOURNAL, starts_at=AT - YEAR - DAY),
    )

    keyring = Keyring([descriptor(keys=keys)])

    assert keyring.journal(bureau=XA, at=AT) == (older, private("XA journal").public)


def test_a_later_descriptor_can_end_a_key() -> None:
    ended = Period(starts_at=AT - YEAR, ends_at=AT - DAY)
    keys = tuple(
        replace(key, validity=ended) if key.public == NODE else key
        for key in members.all_keys("XA")
    )
    later = descriptor(serial=2, keys=keys)

    keyring = Keyring([later, descriptor()])

    with pytest.raises(KeyExpired):
        keyring.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=AT)


def test_a_key_that_is_no_longer_named_checks_old_evidence_and_nothing_new() -> None:
    without = tuple(key for key in members.all_keys("XA") if key.public != NODE)
    later = descriptor(serial=2, keys=without, issued_at=AT + DAY)

    keyring = Keyring([descriptor(), later])

    assert keyring.descriptor(XA) == later
    assert keyring.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=AT) == NODE
    with pytest.raises(KeyExpired):
        keyring.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=AT + DAY)


def test_a_key_that_had_ended_stays_as_it_was() -> None:
    ended = Period(starts_at=AT - YEAR, ends_at=AT - DAY)
    keys = tuple(
        replace(key, validity=ended) if key.public == NODE else key
        for key in members.all_keys("XA")
    )
    without = tuple(key for key in keys if key.public != NODE)

    keyring = Keyring([descriptor(keys=keys), descriptor(serial=2, keys=without)])

    with pytest.raises(KeyExpired):
        keyring.key(bureau=XA, kid=NODE.kid, role=KeyRole.NODE, at=AT - DAY)


STRANGER = BureauId("XC")


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(KEYRING.descriptor, id="descriptor"),
        pytest.param(partial(KEYRING.authority, at=AT), id="authority"),
        pytest.param(partial(KEYRING.sealing, at=AT), id="sealing"),
        pytest.param(partial(KEYRING.journal, at=AT), id="journal"),
    ],
)
def test_nothing_is_known_of_who_is_no_member(ask: Callable[..., object]) -> None:
    with pytest.raises(UnknownSender):
        ask(bureau=STRANGER)


def test_the_members_are_those_that_described_themselves() -> None:
    assert KEYRING.bureaus() == {XA, XB}


def test_no_key_outlives_the_descriptor_that_names_it() -> None:
    """Otherwise it would serve whoever withholds the descriptor that takes the key back."""
    keyring = Keyring([descriptor(expires_at=AT + DAY)])
    key = next(one for one in descriptor().keys if one.role is KeyRole.NODE)

    def find(at: dt.datetime) -> PublicKey:
        return keyring.key(bureau=XA, kid=key.public.kid, role=KeyRole.NODE, at=at)

    assert find(AT + DAY - SECOND) == key.public
    with pytest.raises(KeyExpired):
        find(AT + DAY)
    with pytest.raises(KeyExpired):
        keyring.sealing(bureau=XA, at=AT + DAY)


def test_a_descriptor_that_follows_keeps_its_keys_in_use() -> None:
    later = descriptor(serial=2, issued_at=AT + DAY - SECOND)
    keyring = Keyring([descriptor(expires_at=AT + DAY), later])

    assert keyring.authority(bureau=XA, at=AT + 2 * DAY) == later.authority(AT + DAY)
