from __future__ import annotations

import datetime as dt
import pathlib
import stat
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from mithaq.apps.journal.models import Event
from mithaq.apps.keys import actions, queries, store
from mithaq.apps.keys.models import Key
from mithaq.core.cose import Algorithm, CannotDecrypt
from mithaq.core.ids import KeyId
from mithaq.core.keys import KeyNotHeld, KeyRole, Unreadable
from tests.factories.nodes import write_secret

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def secrets(tmp_path: pathlib.Path, settings: Settings) -> pathlib.Path:
    """The folder of secrets of a node that has a passphrase and no keys."""
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    write_secret(folder / store.PASSPHRASE, "a passphrase for tests\n")
    settings.MITHAQ_SECRETS = folder
    return folder


def make() -> None:
    actions.create_all(by="operator", at=AT)


def kids(role: KeyRole) -> list[KeyId]:
    return [KeyId(bytes(row.kid)) for row in Key.objects.filter(role=role).order_by("starts_at")]


def journalled(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_a_new_node_has_a_key_of_every_role_each_journalled() -> None:
    make()

    assert set(Key.objects.values_list("role", flat=True)) == set(KeyRole)
    assert Key.objects.filter(role=KeyRole.AUTHORITY).count() == 2
    assert journalled("key-created") == Key.objects.count()


def test_keys_are_never_overwritten() -> None:
    make()
    before = store.path().read_bytes()

    with pytest.raises(store.KeysPresent):
        make()

    assert store.path().read_bytes() == before


def test_the_key_file_is_its_owner_s_alone() -> None:
    make()

    assert stat.S_IMODE(store.path().stat().st_mode) == 0o600


@pytest.mark.parametrize("name", [store.KEY_FILE, store.PASSPHRASE])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700])
def test_a_secret_that_others_can_read_is_not_used(
    secrets: pathlib.Path, name: str, mode: int
) -> None:
    make()
    (secrets / name).chmod(mode)

    with pytest.raises(store.KeysUnsafe):
        store.read()


@pytest.mark.parametrize("name", [store.KEY_FILE, store.PASSPHRASE])
def test_without_file_or_passphrase_there_are_no_keys(secrets: pathlib.Path, name: str) -> None:
    make()
    (secrets / name).unlink()

    with pytest.raises(store.KeysMissing):
        store.read()


def test_another_passphrase_opens_nothing(secrets: pathlib.Path) -> None:
    make()
    (secrets / store.PASSPHRASE).write_text("another passphrase\n", encoding="utf-8")

    with pytest.raises(Unreadable):
        store.read()


# --- rotation ------------------------------------------------------------------------------------


def test_after_a_rotation_the_old_key_signs_while_it_holds_and_the_new_one_then() -> None:
    make()
    actions.rotate(role=KeyRole.NODE, by="operator", at=AT + 200 * DAY)
    old, new = kids(KeyRole.NODE)

    assert queries.node_signer(at=AT + 364 * DAY).kid == old
    assert queries.node_signer(at=AT + 366 * DAY).kid == new
    assert journalled("key-rotated") == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: actions.create_all(by="operator", at=AT), id="create"),
        pytest.param(lambda: actions.rotate(role=KeyRole.NODE, by="operator", at=AT), id="rotate"),
        pytest.param(lambda: actions.destroy(kids=[], by="operator", at=AT), id="destroy"),
    ],
)
def test_two_changes_of_the_key_file_wait_for_each_other(change: Callable[[], object]) -> None:
    """Each writes the whole file; of two at once the later would lose what the earlier made."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
    with connection.copy().cursor() as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [actions._LOCK])
        with pytest.raises(OperationalError, match="lock timeout"):
            change()
        elsewhere.connection.close()


def test_a_key_signs_neither_before_nor_after_its_time() -> None:
    make()

    for at in (AT - DAY, AT + 366 * DAY):
        with pytest.raises(queries.NoKeyInForce):
            queries.node_signer(at=at)


def test_a_key_holds_a_little_before_it_was_made_since_clocks_differ() -> None:
    make()

    assert queries.node_signer(at=AT - actions.EARLY).kid == kids(KeyRole.NODE)[0]


def test_the_authority_signs_with_both_of_its_keys() -> None:
    make()

    classical, post_quantum = queries.authority_signers(at=AT)

    assert (classical.alg, post_quantum.alg) == (Algorithm.ED25519, Algorithm.ML_DSA_65)


def test_an_authority_without_one_of_its_keys_does_not_sign() -> None:
    make()
    gone = Key.objects.get(role=KeyRole.AUTHORITY, algorithm=Algorithm.ML_DSA_65)
    actions.destroy(kids=[KeyId(bytes(gone.kid))], by="operator", at=AT)

    with pytest.raises(queries.NoKeyInForce):
        queries.authority_signers(at=AT)


def test_a_destroyed_key_is_gone_and_told() -> None:
    make()
    (kid,) = kids(KeyRole.SEALING)

    assert actions.destroy(kids=[kid], by="operator", at=AT) == 1

    assert kid not in {held.public.kid for held in store.read()}
    with pytest.raises(KeyNotHeld):
        queries.keystore().unseal(kid=kid, sealed=b"", info=b"")
    assert Key.objects.get(pk=kid).destroyed_at == AT
    assert journalled("key-revoked") == 1
    assert kid not in {key.public.kid for key in queries.member_keys(at=AT)}


def test_a_key_is_destroyed_once() -> None:
    make()
    actions.destroy(kids=kids(KeyRole.SEALING), by="operator", at=AT)

    assert actions.destroy(kids=kids(KeyRole.SEALING), by="operator", at=AT) == 0


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        pytest.param(30 * DAY, 0, id="just ended"),
        pytest.param(36 * DAY, 0, id="within grace"),
        pytest.param(38 * DAY, 1, id="beyond grace"),
    ],
)
def test_a_sealing_key_is_destroyed_when_its_grace_ends(after: dt.timedelta, gone: int) -> None:
    make()

    count = actions.destroy_ended_sealing_keys(grace=7 * DAY, by="clock", at=AT + after)

    assert count == gone


# --- questions -----------------------------------------------------------------------------------


def test_the_descriptor_names_what_did_not_end_and_never_the_storage_key() -> None:
    make()

    roles = {key.role for key in queries.member_keys(at=AT + 31 * DAY)}

    assert roles == {KeyRole.AUTHORITY, KeyRole.NODE, KeyRole.JOURNAL}


def test_what_is_kept_for_ourselves_is_opened_in_its_own_context_only() -> None:
    make()

    sealed = queries.seal_for_storage(b"a content key", context=b"one")

    assert queries.unseal_from_storage(sealed, context=b"one") == b"a content key"
    with pytest.raises(CannotDecrypt):
        queries.unseal_from_storage(sealed, context=b"two")


def test_the_key_store_is_read_again_when_the_file_changed() -> None:
    make()
    before = queries.keystore()

    actions.rotate(role=KeyRole.NODE, by="operator", at=AT)

    assert len(queries.keystore().kids(KeyRole.NODE)) == len(before.kids(KeyRole.NODE)) + 1


def test_an_unchanged_file_is_opened_once() -> None:
    make()

    assert queries.keystore() is queries.keystore()
