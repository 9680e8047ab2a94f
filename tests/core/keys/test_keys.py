from __future__ import annotations

import datetime as dt

import pytest

from mithaq.core import cose, keys
from mithaq.core.cose import Algorithm, hpke
from mithaq.core.keys import ALGORITHMS, HeldKey, KeyRole, MemoryKeyStore, PrivateKey
from tests.factories.envelopes import DAY, NOW

SEED = bytes(range(32))


def held(alg: Algorithm, role: KeyRole, *, at: dt.datetime = NOW) -> HeldKey:
    return HeldKey(role=role, key=keys.generate(alg), created_at=at)


class TestPrivateKey:
    @pytest.mark.parametrize("alg", [Algorithm.ED25519, Algorithm.ML_DSA_65])
    def test_what_it_signs_its_public_half_verifies(self, alg: Algorithm) -> None:
        key = keys.generate(alg)

        key.public.verify(key.sign(b"data"), b"data")
        with pytest.raises(cose.BadSignature):
            key.public.verify(key.sign(b"data"), b"other")

    def test_what_is_sealed_for_it_it_unseals(self) -> None:
        key = keys.generate(Algorithm.XWING)
        sealed = hpke.seal(plaintext=b"text", key=key.public, info=b"info")

        assert key.unseal(sealed=sealed, info=b"info") == b"text"
        with pytest.raises(cose.CannotDecrypt):
            key.unseal(sealed=sealed, info=b"other")
        with pytest.raises(cose.CannotDecrypt):
            key.unseal(sealed=b"short", info=b"info")

    @pytest.mark.parametrize("alg", [Algorithm.ED25519, Algorithm.ML_DSA_65, Algorithm.XWING])
    def test_the_seed_is_the_whole_key(self, alg: Algorithm) -> None:
        assert PrivateKey(alg=alg, seed=SEED).public == PrivateKey(alg=alg, seed=SEED).public

    def test_the_seed_is_not_printed(self) -> None:
        key = PrivateKey(alg=Algorithm.ED25519, seed=SEED)

        assert repr(SEED)[2:-1] not in repr(key)

    @pytest.mark.parametrize("seed", [b"", SEED[:-1], SEED + b"x"], ids=["none", "31", "33"])
    def test_a_seed_has_32_bytes(self, seed: bytes) -> None:
        with pytest.raises(cose.BadKey):
            PrivateKey(alg=Algorithm.ED25519, seed=seed)

    def test_a_content_key_is_not_kept(self) -> None:
        with pytest.raises(cose.BadKey):
            keys.generate(Algorithm.A256GCM)

    def test_a_key_does_only_what_it_is_for(self) -> None:
        with pytest.raises(cose.WrongAlgorithm):
            keys.generate(Algorithm.XWING).sign(b"data")
        with pytest.raises(cose.WrongAlgorithm):
            keys.generate(Algorithm.ED25519).unseal(sealed=b"", info=b"")


def test_the_seed_of_x_wing_grows_as_its_specification_says() -> None:
    # draft-connolly-cfrg-xwing-kem, appendix C, first vector: both ends of the public key.
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")

    raw = PrivateKey(alg=Algorithm.XWING, seed=seed).public.raw.hex()

    assert raw.startswith("e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5")
    assert raw.endswith("859edb06eff389b27dce59844570216223593d4ba32d9abac8cd049040ef6534")


class TestMemoryKeyStore:
    def test_it_finds_keys_by_name_and_by_role(self) -> None:
        everything = keys.generate_all(at=NOW)
        store = MemoryKeyStore(everything)

        for role, algorithms in ALGORITHMS.items():
            found = [store.public(kid).alg for kid in store.kids(role)]
            assert found == list(algorithms)
        assert [store.signer(kid).kid for kid in store.kids(KeyRole.NODE)] == list(
            store.kids(KeyRole.NODE)
        )

    def test_the_newest_key_of_a_role_comes_first(self) -> None:
        older = held(Algorithm.XWING, KeyRole.SEALING, at=NOW - DAY)
        newer = held(Algorithm.XWING, KeyRole.SEALING, at=NOW)

        for given in ([older, newer], [newer, older]):
            kids = MemoryKeyStore(given).kids(KeyRole.SEALING)
            assert list(kids) == [newer.key.kid, older.key.kid]

    def test_a_key_that_is_not_held_is_refused(self) -> None:
        store = MemoryKeyStore([])
        stranger = keys.generate(Algorithm.XWING).kid

        with pytest.raises(keys.KeyNotHeld):
            store.signer(stranger)
        with pytest.raises(keys.KeyNotHeld):
            store.public(stranger)
        with pytest.raises(keys.KeyNotHeld):
            store.unseal(kid=stranger, sealed=b"", info=b"")
        assert list(store.kids(KeyRole.NODE)) == []

    def test_only_sealing_keys_unseal(self) -> None:
        node = held(Algorithm.ED25519, KeyRole.NODE)

        with pytest.raises(keys.KeyNotHeld):
            MemoryKeyStore([node]).unseal(kid=node.key.kid, sealed=b"", info=b"")


def test_every_role_has_its_algorithms() -> None:
    assert set(ALGORITHMS) == set(KeyRole)
    assert ALGORITHMS[KeyRole.AUTHORITY] == (Algorithm.ED25519, Algorithm.ML_DSA_65)
