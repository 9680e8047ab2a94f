from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cbor, cose
from mithaq.core.clock import Period
from mithaq.core.cose import Header
from mithaq.core.directory.errors import KeyExpired, UnknownSender
from mithaq.core.envelope import CLOCK_SKEW, StageForged, receipts
from mithaq.core.envelope.receipts import Receipt, ReceiptFacts
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, MessageId
from mithaq.core.journal.tree import merkle_batch
from mithaq.core.workflow.evidence import EvidenceState
from tests.factories.envelopes import DAY, MINUTE, NOW, XA, XB, XS, Book, bureau, flip

SECOND = dt.timedelta(seconds=1)


def facts(number: int = 0, **changes: object) -> ReceiptFacts:
    """Return what XB states about an envelope of XA: by default, that it opened it."""
    stated = ReceiptFacts(
        envelope_digest=Digest(number.to_bytes(32, "big")),
        message_id=MessageId(number.to_bytes(16, "big")),
        issuer=XA,
        audience=XB,
        reporter=XB,
        state=EvidenceState.OPENED,
        at=NOW,
        journal_position=number,
        journal_size=number + 1,
    )
    return replace(stated, **changes)  # type: ignore[arg-type]  # names are the fields'


def issue(*items: ReceiptFacts) -> list[receipts.ReceiptBytes]:
    return receipts.issue(items=items, signer=bureau(items[0].reporter).node)


def read(data: bytes, *, book: Book | None = None, at: dt.datetime = NOW) -> Receipt:
    return receipts.read_receipt(data, keyring=book or Book(), at=at)


@given(st.integers(1, 70))
def test_each_receipt_of_a_batch_stands_alone(count: int) -> None:
    items = [facts(number) for number in range(count)]

    batch = issue(*items)

    assert [read(data).facts for data in batch] == items


def test_a_batch_has_one_signature() -> None:
    signatures = {signature_of(data) for data in issue(facts(0), facts(1), facts(2))}

    assert len(signatures) == 1


def signature_of(data: bytes) -> bytes:
    return cose.read_sign1_with_unprotected(parts(data)[1]).signature


def parts(data: bytes) -> tuple[bytes, bytes]:
    match cbor.decode(data):
        case [bytes() as leaf, bytes() as inclusion]:
            return leaf, inclusion
        case _:
            raise AssertionError(data)


def test_no_items_need_no_signature() -> None:
    assert receipts.issue(items=[], signer=bureau(XB).node) == []


def test_what_a_receipt_claims_can_be_read_without_believing_it() -> None:
    (data,) = issue(facts())

    assert receipts.read_facts(data) == facts()
    with pytest.raises(receipts.BadReceipt):
        receipts.read_facts(b"garbage")


class TestAltered:
    @pytest.mark.parametrize("place", [0, 3, 4], ids=["first", "inside", "last without sibling"])
    def test_every_byte_counts(self, place: int) -> None:
        data = issue(*(facts(number) for number in range(5)))[place]
        for position in range(len(data)):
            for mask in (1, 2, 16, 128):
                with pytest.raises(MithaqError):
                    read(flip(data, position, mask))

    @given(st.data())
    def test_any_truncation_is_refused(self, data: st.DataObject) -> None:
        (receipt,) = issue(facts())
        length = data.draw(st.integers(0, len(receipt) - 1))

        with pytest.raises(receipts.BadReceipt):
            read(receipt[:length])

    @given(st.binary(min_size=1, max_size=20))
    def test_anything_appended_is_refused(self, tail: bytes) -> None:
        (receipt,) = issue(facts())

        with pytest.raises(receipts.BadReceipt):
            read(receipt + tail)

    def test_a_receipt_cannot_take_the_proof_of_another(self) -> None:
        first, second = issue(facts(0), facts(1))
        mixed = cbor.encode([parts(first)[0], parts(second)[1]])

        with pytest.raises(receipts.BadReceiptSignature):
            read(mixed)

    def test_an_altered_batch_is_refused_though_its_honest_receipt_was_just_verified(self) -> None:
        (data,) = issue(facts())
        read(data)

        with pytest.raises(MithaqError):
            read(flip(data, -1))


WHO = [
    (EvidenceState.ACCEPTED, XA, True),
    (EvidenceState.ACCEPTED, XB, False),
    (EvidenceState.ACCEPTED, XS, False),
    (EvidenceState.RELAYED, XA, False),
    (EvidenceState.RELAYED, XB, False),
    (EvidenceState.RELAYED, XS, True),
    (EvidenceState.RECEIVED, XA, False),
    (EvidenceState.RECEIVED, XB, True),
    (EvidenceState.RECEIVED, XS, False),
    (EvidenceState.OPENED, XA, False),
    (EvidenceState.OPENED, XB, True),
    (EvidenceState.OPENED, XS, False),
    (EvidenceState.REFUSED, XA, False),
    (EvidenceState.REFUSED, XB, True),
    (EvidenceState.REFUSED, XS, False),
    (EvidenceState.EXPIRED, XA, True),
    (EvidenceState.EXPIRED, XB, False),
    (EvidenceState.EXPIRED, XS, False),
    (EvidenceState.FAILED, XA, True),
    (EvidenceState.FAILED, XB, False),
    (EvidenceState.FAILED, XS, False),
]


def test_the_table_of_reporters_covers_every_state() -> None:
    assert {state for state, _, _ in WHO} == set(EvidenceState)


@pytest.mark.parametrize(("state", "reporter", "may"), WHO)
def test_only_who_can_know_states_it(state: EvidenceState, reporter: BureauId, may: bool) -> None:  # noqa: FBT001 - a column of the table
    ground = "pact.purpose" if state is EvidenceState.REFUSED else None
    stated = facts(state=state, reporter=reporter, ground=ground)
    crafted = sign_anyway(stated)

    if may:
        assert read(crafted).facts == read(issue(stated)[0]).facts == stated
    else:
        with pytest.raises(receipts.WrongReporter):
            issue(stated)
        with pytest.raises(receipts.WrongReporter):
            read(crafted)


def sign_anyway(stated: ReceiptFacts, *, signer: BureauId | None = None) -> bytes:
    """Return the receipt that a node signs without looking at what it states."""
    leaf = stated.to_bytes()
    root, _ = merkle_batch([leaf])
    protected, signature = cose.sign1_detached(
        payload=root,
        signer=bureau(signer or stated.reporter).node,
        protected={
            3: "application/vnd.mithaq.receipt",
            15: {1: stated.reporter},
            395: 1,
            -70102: 1,
        },
    )
    inclusion = cose.assemble(
        protected=protected,
        unprotected={Header.VERIFIABLE_PROOFS: {-1: [cbor.encode([1, 0, []])]}},
        signature=signature,
    )
    return cbor.encode([leaf, inclusion])


CONTRADICTIONS = {
    "a refusal without ground": {"state": EvidenceState.REFUSED},
    "a ground without refusal": {"ground": "pact.purpose"},
    "a position beyond the journal": {"journal_position": 5, "journal_size": 5},
    "issuer and audience alike": {"issuer": XB},
}


@pytest.mark.parametrize("changes", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_contradiction_is_neither_issued_nor_read(changes: dict[str, object]) -> None:
    stated = replace(facts(), **changes)  # type: ignore[arg-type]  # a table of fields

    with pytest.raises(receipts.BadReceipt):
        issue(stated)
    with pytest.raises(receipts.BadReceipt):
        read(sign_anyway(stated))


def test_a_batch_is_of_one_reporter_and_bounded() -> None:
    relayed = facts(state=EvidenceState.RELAYED, reporter=XS)

    with pytest.raises(receipts.BadReceipt):
        issue(facts(), relayed)
    with pytest.raises(receipts.BadReceipt):
        issue(*[facts()] * (receipts.MAX_BATCH + 1))


def test_another_bureaus_node_cannot_sign_for_the_reporter() -> None:
    with pytest.raises(UnknownSender):
        read(sign_anyway(facts(), signer=XS))


def test_a_key_not_valid_when_the_receipt_was_issued_is_refused() -> None:
    ended = Period(starts_at=NOW - DAY, ends_at=NOW)
    book = Book(periods={bureau(XB).node.kid: ended})

    with pytest.raises(KeyExpired):
        read(issue(facts())[0], book=book)


def test_a_key_that_ended_since_still_proves_what_it_signed() -> None:
    ended = Period(starts_at=NOW - DAY, ends_at=NOW + MINUTE)
    book = Book(periods={bureau(XB).node.kid: ended})

    assert read(issue(facts())[0], book=book, at=NOW + 100 * DAY).facts == facts()


def test_a_receipt_from_the_future_is_refused() -> None:
    (data,) = issue(facts(at=NOW + CLOCK_SKEW))

    assert read(data).facts.at == NOW + CLOCK_SKEW
    with pytest.raises(receipts.ReceiptFromFuture):
        read(data, at=NOW - SECOND)


@pytest.mark.parametrize(
    "unprotected",
    [
        {},
        {396: {}},
        {396: {-1: []}},
        {396: {-1: [cbor.encode([1, 0, []])] * 2}},
        {396: {-1: [cbor.encode([1, 0, []])], -2: []}},
        {396: {-1: [cbor.encode([1, 0, []])]}, 4: b"x"},
        {396: {-1: [cbor.encode([1, 0])]}},
        {396: {-1: [cbor.encode([1, 0, [1]])]}},
        {396: {-1: [b"\xff"]}},
    ],
    ids=repr,
)
def test_exactly_one_proof_of_inclusion_is_there(unprotected: dict[int, cbor.Encodable]) -> None:
    leaf, inclusion = parts(issue(facts())[0])
    message = cose.read_sign1_with_unprotected(inclusion)
    changed = cose.assemble(
        protected=message.protected, unprotected=unprotected, signature=message.signature
    )

    with pytest.raises(receipts.BadReceipt):
        read(cbor.encode([leaf, changed]))


def test_a_signature_for_another_purpose_is_no_receipt() -> None:
    leaf = facts().to_bytes()
    root, _ = merkle_batch([leaf])
    protected, signature = cose.sign1_detached(
        payload=root,
        signer=bureau(XB).node,
        protected={3: "text/plain", 15: {1: XB}, 395: 1, -70102: 1},
    )
    inclusion = cose.assemble(
        protected=protected,
        unprotected={396: {-1: [cbor.encode([1, 0, []])]}},
        signature=signature,
    )

    with pytest.raises(receipts.BadReceipt):
        read(cbor.encode([leaf, inclusion]))


def test_a_receipt_cannot_be_built_by_hand() -> None:
    with pytest.raises(StageForged):
        Receipt(token=object(), facts=facts(), node=bureau(XB).node.kid)
