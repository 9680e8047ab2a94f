from __future__ import annotations

import functools
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mithaq.core import cbor, keys
from mithaq.core.cose import Algorithm
from mithaq.core.keys import HeldKey, KeyRole, keyfile
from mithaq.core.keys.keyfile import ITERATIONS, LANES, MEMORY
from tests.factories.envelopes import NOW, flip

PASSPHRASE = "خمس كلمات طويلة لا تنسى"


@functools.cache
def sample() -> tuple[tuple[HeldKey, ...], bytes]:
    held = keys.generate_all(at=NOW)[:1]
    return held, keyfile.seal(held, PASSPHRASE)


def header_and_content() -> tuple[dict[cbor.Key, cbor.Value], bytes]:
    match cbor.decode(sample()[1]):
        case [bytes() as raw, bytes() as content]:
            header = cbor.decode(raw)
            assert isinstance(header, dict)
            return header, content
        case _:
            raise AssertionError


def resealed(entries: cbor.Encodable) -> bytes:
    """Return a file under the same passphrase whose content is `entries`."""
    header = keyfile._Header(
        salt=b"s" * 16, memory=MEMORY, iterations=ITERATIONS, lanes=LANES, nonce=b"n" * 12
    )
    raw = header.to_bytes()
    content = header.cipher(PASSPHRASE).encrypt(header.nonce, cbor.encode(entries), raw)
    return cbor.encode([raw, content])


def test_opening_undoes_sealing() -> None:
    held = keys.generate_all(at=NOW)

    assert keyfile.open_(keyfile.seal(held, PASSPHRASE), PASSPHRASE) == held


def test_a_file_holds_no_seed_in_the_clear() -> None:
    held, data = sample()

    assert held[0].key.seed not in data


def test_the_wrong_passphrase_opens_nothing() -> None:
    with pytest.raises(keys.Unreadable):
        keyfile.open_(sample()[1], PASSPHRASE + " ")
    with pytest.raises(keys.Unreadable):
        keyfile.open_(sample()[1], "\ud800" * 20)


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(keys.WeakPassphrase):
        keyfile.seal(sample()[0], "eleven char")


def test_sealing_twice_gives_different_bytes() -> None:
    assert keyfile.seal(sample()[0], PASSPHRASE) != sample()[1]


def test_the_cost_is_what_the_decision_says() -> None:
    header, _ = header_and_content()

    assert (header[3], header[4], header[5]) == (64 * 1024, 3, 4)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        (1, "mithaq/keyfile/v2"),
        (2, b"short"),
        (3, MEMORY - 1),
        (3, 1 << 21),
        (4, ITERATIONS - 1),
        (4, 17),
        (5, LANES - 1),
        (5, 17),
        (6, b"short"),
        (7, "unknown"),
    ],
)
def test_a_header_beyond_its_bounds_is_refused_before_any_work(
    label: int, value: cbor.Value
) -> None:
    header, content = header_and_content()
    raw = cbor.encode({**header, label: value})

    with pytest.raises(keys.Unreadable):
        keyfile.open_(cbor.encode([raw, content]), PASSPHRASE)


def test_every_byte_of_the_header_counts() -> None:
    _, data = sample()
    header, _ = header_and_content()
    for position in range(len(cbor.encode(header)) + 4):
        with pytest.raises(keys.Unreadable):
            keyfile.open_(flip(data, position, 0x80), PASSPHRASE)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.integers(1, 255))
def test_any_change_of_any_byte_is_refused(data: st.DataObject, mask: int) -> None:
    _, sealed = sample()
    position = data.draw(st.integers(0, len(sealed) - 1))

    with pytest.raises(keys.Unreadable):
        keyfile.open_(flip(sealed, position, mask), PASSPHRASE)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_truncation_is_refused(data: st.DataObject) -> None:
    _, sealed = sample()
    length = data.draw(st.integers(0, len(sealed) - 1))

    with pytest.raises(keys.Unreadable):
        keyfile.open_(sealed[:length], PASSPHRASE)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: sample()[1] + b"\x00",
        lambda: cbor.encode({}),
        lambda: cbor.encode([b"\xa0", b""]),
        lambda: cbor.encode([b"\x80", b""]),
        lambda: resealed({}),
        lambda: resealed([7]),
        lambda: resealed([["captain", -19, b"s" * 32, 0]]),
        lambda: resealed([["node", -1, b"s" * 32, 0]]),
        lambda: resealed([["node", -19, b"short", 0]]),
        lambda: resealed([["node", -19, b"s" * 32, 1 << 60]]),
        lambda: resealed([["node", -49, b"s" * 32, 0]]),
        lambda: resealed([["node", 3, b"s" * 32, 0]]),
    ],
    ids=[
        "empty",
        "appended",
        "another document",
        "empty header",
        "header of another type",
        "content of another type",
        "entry of another type",
        "unknown role",
        "unknown algorithm",
        "short seed",
        "no such date",
        "algorithm of another role",
        "content algorithm",
    ],
)
def test_what_is_no_key_file_of_ours_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(keys.Unreadable):
        keyfile.open_(make(), PASSPHRASE)


def test_a_good_file_made_the_same_way_opens() -> None:
    (key,) = keyfile.open_(resealed([["node", -19, b"s" * 32, 0]]), PASSPHRASE)

    assert key.role is KeyRole.NODE
    assert key.key == keys.PrivateKey(alg=Algorithm.ED25519, seed=b"s" * 32)


def test_threads_that_open_key_files_at_once_do_not_wait_for_ever() -> None:
    held, data = sample()
    opened: list[tuple[HeldKey, ...]] = []
    threads = [
        threading.Thread(target=lambda: opened.append(keyfile.open_(data, PASSPHRASE)), daemon=True)
        for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert opened == [held] * 4
