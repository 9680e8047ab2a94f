"""The bare cryptography of messages: seal, open, receipts, checkpoints; one process a core.

Each process does for its share of the messages what sender and receiver together must: seal,
verify from outside and open, issue and read both receipts, sign a checkpoint a batch. Nothing is
stored, nothing travels.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
from concurrent.futures import ProcessPoolExecutor

from mithaq.core import envelope
from mithaq.core.clock import Period, from_seconds
from mithaq.core.cose import PublicKey
from mithaq.core.directory import Descriptor, Keyring, MemberKey
from mithaq.core.envelope import receipts
from mithaq.core.ids import BureauId, Digest, MessageId, Urn
from mithaq.core.journal.checkpoint import Checkpoint, sign_checkpoint
from mithaq.core.journal.frontier import Frontier
from mithaq.core.journal.note import SignatureKind, VerifierKey
from mithaq.core.keys import HeldKey, KeyRole, MemoryKeyStore, PrivateKey, generate_all
from mithaq.core.workflow import EvidenceState

BATCH = 64  # messages under one checkpoint and one signature of receipts, as in the exchange
ISSUER, AUDIENCE = BureauId("XA"), BureauId("XB")
PACT = Urn("urn:mithaq:XA:pact:019aa000-0000-7000-8000-000000000001")
ORIGIN = "xb.mithaq.example/journal"


def rate(*, messages: int, size: int, processes: int) -> float:
    """Return messages a second of `processes` that work side by side on `messages`."""
    share = messages // processes
    with ProcessPoolExecutor(max_workers=processes) as pool:
        list(pool.map(_work, [BATCH] * processes, [size] * processes))  # warm: imports, keys
        started_at = time.perf_counter()
        list(pool.map(_work, [share] * processes, [size] * processes))
        seconds = time.perf_counter() - started_at
    return share * processes / seconds


def _work(messages: int, size: int) -> None:
    at = from_seconds(int(time.time()))
    bureaus = {name: generate_all(at=at) for name in (ISSUER, AUDIENCE)}
    keyring = Keyring(_descriptor(name, keys, at=at) for name, keys in bureaus.items())
    frontier = Frontier()
    for start in range(0, messages, BATCH):
        count = min(BATCH, messages - start)
        _batch(count, size, bureaus=bureaus, keyring=keyring, frontier=frontier, at=at)


def _batch(
    count: int,
    size: int,
    *,
    bureaus: dict[BureauId, tuple[HeldKey, ...]],
    keyring: Keyring,
    frontier: Frontier,
    at: dt.datetime,
) -> None:
    sealed = [_seal(size, bureaus[ISSUER], keyring, at=at) for _ in range(count)]
    store = MemoryKeyStore(bureaus[AUDIENCE])
    outers = [envelope.verify_outer(data, me=AUDIENCE, keyring=keyring, at=at) for data in sealed]
    opened = [
        envelope.open_(
            outer, keystore=store, keyring=keyring, seen=lambda _issuer, _id: None, at=at
        )
        for outer in outers
    ]
    for state in (EvidenceState.RECEIVED, EvidenceState.OPENED):
        facts = [_facts(one, state, at=at) for one in opened]
        for body in receipts.issue(items=facts, signer=_key(bureaus[AUDIENCE], KeyRole.NODE)):
            receipts.read_receipt(body, keyring=keyring, at=at)
        _checkpoint(frontier, [one.digest for one in opened], bureaus[AUDIENCE])


def _seal(
    size: int, keys: tuple[HeldKey, ...], keyring: Keyring, *, at: dt.datetime
) -> envelope.SealedBytes:
    context = envelope.Context(
        issuer=ISSUER,
        audience=AUDIENCE,
        message_id=MessageId(os.urandom(16)),
        issued_at=at,
        expires_at=at + dt.timedelta(days=7),
        pact_id=PACT,
        pact_hash=Digest(hashlib.sha256(b"pact").digest()),
        purpose="share-method",
        handling="h0",
        kind="method",
        content_type="application/vnd.mithaq.release+cbor",
        sequence=1,
    )
    first, second = (held.key for held in keys if held.role is KeyRole.AUTHORITY)
    return envelope.seal(
        context=context,
        payload=os.urandom(size),
        authority=(first, second),
        node=_key(keys, KeyRole.NODE),
        recipient=keyring.sealing(bureau=AUDIENCE, at=at),
    )


def _facts(
    opened: envelope.Opened, state: EvidenceState, *, at: dt.datetime
) -> receipts.ReceiptFacts:
    return receipts.ReceiptFacts(
        envelope_digest=opened.digest,
        message_id=opened.context.message_id,
        issuer=ISSUER,
        audience=AUDIENCE,
        reporter=AUDIENCE,
        state=state,
        at=at,
        journal_position=0,
        journal_size=1,
    )


def _checkpoint(frontier: Frontier, leaves: list[Digest], keys: tuple[HeldKey, ...]) -> None:
    for leaf in leaves:
        frontier.append(leaf)
    signer = _key(keys, KeyRole.JOURNAL)
    key = VerifierKey(name=ORIGIN, kind=SignatureKind.LOG, public=signer.public.raw)
    checkpoint = Checkpoint(origin=ORIGIN, size=frontier.size, root=frontier.root())
    sign_checkpoint(checkpoint=checkpoint, key=key, signer=signer)


def _key(keys: tuple[HeldKey, ...], role: KeyRole) -> PrivateKey:
    return next(held.key for held in keys if held.role is role)


def _descriptor(bureau: BureauId, keys: tuple[HeldKey, ...], *, at: dt.datetime) -> Descriptor:
    validity = Period(starts_at=at - dt.timedelta(hours=1), ends_at=at + dt.timedelta(days=1))
    public: list[PublicKey] = [held.public for held in keys]
    return Descriptor(
        bureau=bureau,
        serial=1,
        kind="national-bureau",
        names=dict.fromkeys(("ar", "fr", "en", "es"), bureau),
        languages=("ar",),
        endpoint="http://127.0.0.1:1",
        keys=tuple(
            MemberKey(public=key, role=held.role, validity=validity)
            for key, held in zip(public, keys, strict=True)
            if held.role is not KeyRole.STORAGE
        ),
        contacts=(),
        issued_at=at,
        expires_at=at + dt.timedelta(days=1),
    )
