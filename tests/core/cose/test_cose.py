from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import cbor2
import pytest
from cwt import COSE, COSEKey
from hypothesis import given, settings
from hypothesis import strategies as st

from mithaq.core import cbor, cose
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.errors import MithaqError
from mithaq.core.keys import HeldKey, KeyRole, MemoryKeyStore, PrivateKey
from tests.factories.envelopes import NOW, flip

ED = PrivateKey(alg=Algorithm.ED25519, seed=b"e" * 32)
ED_OTHER = PrivateKey(alg=Algorithm.ED25519, seed=b"o" * 32)
ML = PrivateKey(alg=Algorithm.ML_DSA_65, seed=b"m" * 32)
XW = PrivateKey(alg=Algorithm.XWING, seed=b"x" * 32)
KEYS = MemoryKeyStore([HeldKey(role=KeyRole.SEALING, key=XW, created_at=NOW)])
BOTH = [ED.public, ML.public]
CONTENT_KEY = b"k" * 32


def signed(*signers: PrivateKey, payload: bytes = b"text", aad: bytes = b"aad") -> bytes:
    return cose.sign(payload=payload, signers=signers, protected={3: "t"}, external_aad=aad)


def verified(data: bytes, keys: Sequence[PublicKey], aad: bytes = b"aad") -> bytes:
    return cose.verify_all(cose.read_sign(data), keys=keys, external_aad=aad)


def signed1(payload: bytes = b"text") -> bytes:
    return cose.sign1(payload=payload, signer=ED, protected={3: "t"}, external_aad=b"aad")


def verified1(data: bytes, key: PublicKey = ED.public, aad: bytes = b"aad") -> bytes:
    return cose.verify1(cose.read_sign1(data), key=key, external_aad=aad)


def encrypted(plaintext: bytes = b"text") -> bytes:
    return cose.encrypt(
        plaintext=plaintext,
        protected={-70100: 1},
        content_key=CONTENT_KEY,
        recipient=XW.public,
    )


def decrypted(data: bytes) -> bytes:
    message = cose.read_encrypt(data)
    key = cose.unwrap_content_key(message, keys=KEYS)
    return cose.decrypt(message, content_key=key)


class TestSign1:
    @given(st.binary(max_size=300))
    def test_verifying_returns_what_was_signed(self, payload: bytes) -> None:
        assert verified1(signed1(payload)) == payload

    def test_another_library_verifies_it(self) -> None:
        data = cose.sign1(payload=b"text", signer=ED, protected={3: "t"})
        key = COSEKey.new({1: 1, -1: 6, -2: ED.public.raw, 3: -19, 2: ED.kid})

        assert COSE.new().decode(data, key) == b"text"

    def test_we_verify_what_another_library_signs(self) -> None:
        key = COSEKey.new({1: 1, -1: 6, -4: b"e" * 32, -2: ED.public.raw, 3: -19, 2: ED.kid})
        data = COSE.new().encode_and_sign(b"text", key, protected={1: -19, 4: ED.kid})

        assert verified1(cbor.encode(plain(cbor2.loads(data))), aad=b"") == b"text"

    def test_every_byte_counts(self) -> None:
        data = signed1()
        for position in range(len(data)):
            with pytest.raises(MithaqError):
                verified1(flip(data, position))

    def test_another_key_is_refused(self) -> None:
        with pytest.raises(cose.BadSignature):
            verified1(signed1(), key=ED_OTHER.public)

    def test_a_key_of_another_algorithm_is_refused(self) -> None:
        with pytest.raises(cose.WrongAlgorithm):
            verified1(signed1(), key=ML.public)

    def test_other_external_data_is_refused(self) -> None:
        with pytest.raises(cose.BadSignature):
            verified1(signed1(), aad=b"other")

    def test_a_detached_payload_is_given_exactly_when_it_is_not_carried(self) -> None:
        protected, signature = cose.sign1_detached(payload=b"text", signer=ED, protected={})
        detached = cose.read_sign1(
            cose.assemble(protected=protected, unprotected={}, signature=signature)
        )
        attached = cose.read_sign1(cose.sign1(payload=b"text", signer=ED, protected={}))

        assert cose.verify1(detached, key=ED.public, payload=b"text") == b"text"
        with pytest.raises(cose.BadSignature):
            cose.verify1(detached, key=ED.public, payload=b"other")
        with pytest.raises(cose.Malformed):
            cose.verify1(detached, key=ED.public)
        with pytest.raises(cose.Malformed):
            cose.verify1(attached, key=ED.public, payload=b"text")


def plain(message: cbor2.CBORTag) -> cbor.Tagged:
    return cbor.Tagged(message.tag, message.value)


class TestSign:
    def test_both_signatures_verify_in_any_order(self) -> None:
        assert verified(signed(ED, ML), BOTH) == b"text"
        assert verified(signed(ML, ED), BOTH) == b"text"

    def test_every_byte_counts(self) -> None:
        data = signed(ED, ML)
        for position in [*range(300), *range(300, len(data), 37)]:
            with pytest.raises(MithaqError):
                verified(flip(data, position), BOTH)

    @pytest.mark.parametrize("signers", [(ED,), (ML,), ()], ids=["no ML-DSA", "no Ed25519", "none"])
    def test_a_stripped_signature_is_missed(self, signers: tuple[PrivateKey, ...]) -> None:
        with pytest.raises(cose.MissingSignature):
            verified(signed(*signers), BOTH)

    def test_a_signature_more_is_refused(self) -> None:
        with pytest.raises(cose.UnexpectedSignature):
            verified(signed(ED, ML, ED_OTHER), BOTH)

    def test_the_same_key_twice_is_refused(self) -> None:
        with pytest.raises(cose.Malformed):
            verified(signed(ED, ED), [ED.public])

    def test_no_required_key_proves_nothing(self) -> None:
        with pytest.raises(cose.MissingSignature):
            verified(signed(), [])

    def test_other_external_data_is_refused(self) -> None:
        with pytest.raises(cose.BadSignature):
            verified(signed(ED, ML), BOTH, aad=b"other")

    def test_a_signature_can_be_added_later(self) -> None:
        first = signed(ED)

        second = cose.add_signature(first, signer=ML, external_aad=b"aad")

        assert verified(second, BOTH) == b"text"
        assert second == cbor.encode(cbor.decode(second))
        with pytest.raises(cose.Malformed):
            cose.add_signature(second, signer=ML, external_aad=b"aad")

    def test_a_signature_that_names_another_algorithm_is_refused(self) -> None:
        data = cbor.decode(signed(ED))
        assert isinstance(data, cbor.Tagged)
        body = data.value
        assert isinstance(body, list)
        body[3] = [[cbor.encode({1: -49, 4: ED.kid}), {}, b"s" * 64]]

        with pytest.raises(cose.WrongAlgorithm):
            verified(cbor.encode(data), [ED.public])

    def test_a_detached_payload_is_given_exactly_when_it_is_not_carried(self) -> None:
        data = cbor.decode(signed(ED))
        assert isinstance(data, cbor.Tagged)
        body = data.value
        assert isinstance(body, list)
        body[2] = None
        detached = cose.read_sign(cbor.encode(data))

        assert (
            cose.verify_all(detached, keys=[ED.public], external_aad=b"aad", payload=b"text")
            == b"text"
        )
        with pytest.raises(cose.Malformed):
            cose.verify_all(detached, keys=[ED.public], external_aad=b"aad")
        with pytest.raises(cose.Malformed):
            cose.verify_all(
                cose.read_sign(signed(ED)), keys=[ED.public], external_aad=b"aad", payload=b"text"
            )
        with pytest.raises(cose.Malformed):
            cose.add_signature(cbor.encode(data), signer=ML, external_aad=b"aad")


class TestEncrypt:
    @settings(max_examples=30)
    @given(st.binary(max_size=300))
    def test_decrypting_undoes_encrypting(self, plaintext: bytes) -> None:
        assert decrypted(encrypted(plaintext)) == plaintext

    def test_every_byte_counts(self) -> None:
        data = encrypted()
        for position in range(len(data)):
            with pytest.raises(MithaqError):
                decrypted(flip(data, position))

    def test_its_layers_are_plain_cose(self) -> None:
        message = cbor2.loads(encrypted())
        protected, unprotected, ciphertext, recipients = message.value

        assert message.tag == 96
        assert cbor2.loads(protected) == {1: 3, -70100: 1}
        assert set(unprotected) == {5}
        assert len(ciphertext) == len(b"text") + 16
        ((recipient, enc, wrapped),) = recipients
        assert cbor2.loads(recipient) == {1: -70010, 4: XW.kid}
        assert len(enc[-4]) == 1120
        assert len(wrapped) == 48

    def test_it_is_for_exactly_one_recipient(self) -> None:
        message = cbor.decode(encrypted())
        assert isinstance(message, cbor.Tagged)
        body = message.value
        assert isinstance(body, list)
        assert isinstance(body[3], list)
        for recipients in ([], [body[3][0], body[3][0]]):
            with pytest.raises(cose.Malformed):
                cose.read_encrypt(cbor.encode(cbor.Tagged(96, [*body[:3], list(recipients)])))

    def test_a_content_key_of_another_size_is_refused(self) -> None:
        class Careless:
            def unseal(self, **_: object) -> bytes:
                return b"short"

        with pytest.raises(cose.CannotDecrypt):
            cose.unwrap_content_key(cose.read_encrypt(encrypted()), keys=Careless())

    def test_a_ciphertext_shorter_than_its_tag_is_refused(self) -> None:
        message = cbor.decode(encrypted())
        assert isinstance(message, cbor.Tagged)
        body = message.value
        assert isinstance(body, list)
        body[2] = b"short"

        with pytest.raises(cose.CannotDecrypt):
            decrypted(cbor.encode(message))


def changed(data: bytes, place: int, value: cbor.Value) -> bytes:
    """Return the COSE message with one of its four parts replaced."""
    message = cbor.decode(data)
    assert isinstance(message, cbor.Tagged)
    assert isinstance(message.value, list)
    message.value[place] = value
    return cbor.encode(message)


FORMS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "sign1 without tag": (cose.read_sign1, cbor.encode([b"", {}, b"", b""])),
    "sign1 under the tag of sign": (cose.read_sign1, signed(ED)),
    "sign1 of three parts": (cose.read_sign1, cbor.encode(cbor.Tagged(18, [b"", {}, b""]))),
    "sign1 with an unprotected parameter": (cose.read_sign1, changed(signed1(), 1, {4: b"x"})),
    "sign1 whose unprotected header is no map": (cose.read_sign1, changed(signed1(), 1, [])),
    "sign1 whose header is no byte string": (cose.read_sign1, changed(signed1(), 0, {})),
    "sign1 whose header is empty": (cose.read_sign1, changed(signed1(), 0, b"")),
    "sign1 whose header is an encoded empty map": (cose.read_sign1, changed(signed1(), 0, b"\xa0")),
    "sign1 whose header is not deterministic": (
        cose.read_sign1,
        changed(signed1(), 0, b"\xbf\xff"),
    ),
    "sign1 without key": (cose.read_sign1, changed(signed1(), 0, cbor.encode({1: -19}))),
    "sign1 whose key is short": (
        cose.read_sign1,
        changed(signed1(), 0, cbor.encode({1: -19, 4: b"short"})),
    ),
    "sign1 with critical parameters": (
        cose.read_sign1,
        changed(signed1(), 0, cbor.encode({1: -19, 2: [7], 4: ED.kid})),
    ),
    "sign1 whose signature is a text": (cose.read_sign1, changed(signed1(), 3, "text")),
    "sign whose signatures are no list": (cose.read_sign, changed(signed(ED), 3, {})),
    "sign with too many signatures": (cose.read_sign, changed(signed(ED), 3, [0] * 129)),
    "sign whose signature is no triple": (cose.read_sign, changed(signed(ED), 3, [[b"", {}]])),
    "encrypt whose nonce is short": (cose.read_encrypt, changed(encrypted(), 1, {5: b"n"})),
    "encrypt with another unprotected parameter": (
        cose.read_encrypt,
        changed(encrypted(), 1, {5: b"n" * 12, 4: b"x"}),
    ),
}


@pytest.mark.parametrize(("read", "data"), FORMS.values(), ids=FORMS.keys())
def test_another_form_is_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(cose.Malformed):
        read(data)


ALGORITHMS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "sign1 with the older number of EdDSA": (
        cose.read_sign1,
        changed(signed1(), 0, cbor.encode({1: -8, 4: ED.kid})),
    ),
    "content encrypted with AES-128": (
        cose.read_encrypt,
        changed(encrypted(), 0, cbor.encode({1: 1})),
    ),
    "content key wrapped with a signing algorithm": (
        cose.read_encrypt,
        changed(encrypted(), 3, [[cbor.encode({1: -19, 4: ED.kid}), {-4: bytes(1120)}, bytes(48)]]),
    ),
}


@pytest.mark.parametrize(("read", "data"), ALGORITHMS.values(), ids=ALGORITHMS.keys())
def test_another_algorithm_is_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(cose.WrongAlgorithm):
        read(data)


def test_a_wrapped_key_of_another_size_is_refused() -> None:
    recipient: cbor.Value = [cbor.encode({1: -70010, 4: XW.kid}), {-4: bytes(1120)}, bytes(47)]

    with pytest.raises(cose.Malformed):
        cose.read_encrypt(changed(encrypted(), 3, [recipient]))


class TestPublicKey:
    @pytest.mark.parametrize("key", [ED, ML, XW], ids=["Ed25519", "ML-DSA-65", "X-Wing"])
    def test_its_name_is_the_hash_of_algorithm_and_key(self, key: PrivateKey) -> None:
        expected = sha256(cbor2.dumps([int(key.alg), key.public.raw])).digest()

        assert key.kid == key.public.kid == expected
        assert PublicKey(alg=key.alg, raw=key.public.raw) == key.public

    @pytest.mark.parametrize("alg", list(Algorithm))
    def test_bytes_of_another_size_are_no_key(self, alg: Algorithm) -> None:
        with pytest.raises(cose.BadKey):
            PublicKey(alg=alg, raw=b"short")

    def test_a_lattice_key_out_of_range_is_no_key(self) -> None:
        with pytest.raises(cose.BadKey):
            PublicKey(alg=Algorithm.XWING, raw=b"\xff" * 1216)

    def test_a_signing_key_seals_nothing_and_a_sealing_key_signs_nothing(self) -> None:
        with pytest.raises(cose.WrongAlgorithm):
            ED.public.sealing_key()
        with pytest.raises(cose.WrongAlgorithm):
            XW.public.verify(b"s" * 64, b"data")

    def test_a_signature_of_another_size_is_bad(self) -> None:
        with pytest.raises(cose.BadSignature):
            ED.public.verify(b"short", b"data")

    def test_it_does_not_fill_the_log(self) -> None:
        assert len(repr(ML.public)) < 400


def test_a_header_of_very_many_values_is_refused_before_it_costs_anything() -> None:
    crowded = cbor.encode({1: -19, 4: bytes(32), 9: [[]] * 5000})
    message = cbor.encode_tagged(18, [crowded, {}, b"text", bytes(64)])

    with pytest.raises(cose.Malformed, match="too many elements"):
        cose.read_sign1(message)
