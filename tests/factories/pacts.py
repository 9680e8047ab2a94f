"""Pacts, passages and the keys of three fictional bureaus."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mithaq.core.clock import Period
from mithaq.core.cose import PublicKey
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Urn, make_urn
from mithaq.core.keys import PrivateKey
from mithaq.core.pacts import Act, Clause, Notice, Pact, Passage, SignedPact, read_pact, sign_pact
from mithaq.core.pacts.allowed import Handling, Kinds, Purposes
from mithaq.core.pacts.limits import Retention
from tests.factories import members

XA, XB, XC, XS = (BureauId(code) for code in ("XA", "XB", "XC", "XS"))
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
VALIDITY = Period(starts_at=NOON - 30 * DAY, ends_at=NOON + 365 * DAY)
PACT_ID = make_urn(bureau=XA, kind="pact", key=uuid.UUID("01980000-0000-7000-8000-000000000001"))


class NotAMember(MithaqError):
    """The bureau is not in the keyring of the test."""

    code = "envelope.unknown_sender"


def authority(bureau: BureauId) -> tuple[PrivateKey, PrivateKey]:
    """Return the authority keys of a bureau, those that its descriptor names."""
    return members.authority(bureau)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A keyring of authority keys only."""

    bureaus: frozenset[BureauId] = frozenset({XA, XB, XC, XS})
    others: Mapping[BureauId, tuple[PublicKey, PublicKey]] = field(default_factory=dict)
    until: dt.datetime | None = None

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        if bureau not in self.bureaus or (self.until is not None and at >= self.until):
            raise NotAMember
        if bureau in self.others:
            return self.others[bureau]
        first, second = authority(bureau)
        return first.public, second.public


def required() -> tuple[Clause, ...]:
    """Return the four clauses that every pact needs, in favour of `make_passage()`."""
    return (
        Purposes(ref="c1", allowed=frozenset({"share-method", "warn"})),
        Kinds(ref="c2", allowed=frozenset({"method"})),
        Handling(ref="c3", allowed=frozenset({"h0", "h2"})),
        Retention(ref="c4", days=100),
    )


def make_pact(
    *extra: Clause,
    clauses: Iterable[Clause] | None = None,
    pact_id: Urn = PACT_ID,
    version: int = 1,
    parties: tuple[BureauId, ...] = (XA, XB),
    validity: Period = VALIDITY,
) -> Pact:
    """Return a pact of the required clauses, or of `clauses`, and of `extra`."""
    base = required() if clauses is None else tuple(clauses)
    return Pact(
        id=pact_id,
        version=version,
        title={"en": "Methods exchange", "ar": "تبادل الأساليب"},
        parties=parties,
        validity=validity,
        clauses=(*base, *extra),
    )


def make_signed(pact: Pact | None = None) -> bytes:
    """Return `pact` signed by all its parties."""
    terms = make_pact() if pact is None else pact
    signers = [key for party in terms.parties for key in authority(party)]
    return sign_pact(data=terms.data, signers=signers)


def make_read(pact: Pact | None = None) -> SignedPact:
    """Return `pact` signed by all its parties and verified."""
    return read_pact(data=make_signed(pact), keyring=Keys(), at=NOON)


def make_passage(**changes: object) -> Passage:
    """Return a passage that the required clauses allow, with `changes`."""
    facts: dict[str, object] = {
        "issuer": XA,
        "audience": XB,
        "purpose": "share-method",
        "kind": "method",
        "handling": "h0",
        "retain_until": NOON + 90 * DAY,
        "sent_at": NOON,
        **changes,
    }
    return Passage(**facts)  # type: ignore[arg-type]  # tests name the fields they change


def make_notice(
    *,
    act: Act = Act.SUSPEND,
    number: int = 1,
    party: BureauId = XB,
    pact: Pact | None = None,
    issued_at: dt.datetime = NOON,
    effective_at: dt.datetime | None = None,
) -> Notice:
    """Return a notice of `party` about `pact`, in effect when issued unless said otherwise."""
    terms = make_pact() if pact is None else pact
    return Notice(
        pact=terms.id,
        version=terms.version,
        pact_hash=terms.hash,
        party=party,
        number=number,
        act=act,
        issued_at=issued_at,
        effective_at=issued_at if effective_at is None else effective_at,
        reason={"en": "Under review"},
    )
