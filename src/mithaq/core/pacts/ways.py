"""Clauses about the ways a record takes: who to whom, through whom, and on to others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from mithaq.core.cbor import Encodable
from mithaq.core.ids import BadIdentifier, BureauId, bureau
from mithaq.core.pacts.clause import MAX_CODES, Family, Sentence, Simple, checked_ref
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.passage import Passage, Refuse


class OnwardRule(Enum):
    """Whether a record of another source may be sent on."""

    NEVER = "never"
    WITH_CONSENT = "with-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions(Simple):
    """Who may send to whom. Without this clause every party may send to every other."""

    type: ClassVar[str] = "directions"
    families: ClassVar[frozenset[Family]] = frozenset({Family.DIRECTION})

    ref: str
    pairs: frozenset[tuple[BureauId, BureauId]]
    """From and to; the other direction is another pair."""

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        checked_bureaus(self.ref, (name for pair in self.pairs for name in pair))
        if any(sender == receiver for sender, receiver in self.pairs):
            raise MalformedPact(f"clause {self.ref}: a bureau does not send to itself")

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless issuer and audience are one of the pairs."""
        if (passage.issuer, passage.audience) in self.pairs:
            return None
        return Refuse(code=Family.DIRECTION.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return the pairs, each as two codes with an arrow between."""
        pairs = tuple(f"{sender} → {receiver}" for sender, receiver in sorted(self.pairs))
        return Sentence(key="pact.clause.directions", parameters={"pairs": pairs})

    def body(self) -> Mapping[str, Encodable]:
        """Return the pairs, sorted."""
        return {"pairs": [list(pair) for pair in sorted(self.pairs)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay(Simple):
    """Which bureaus may relay envelopes, sealed; they need not be parties.

    Without this clause nothing is relayed.
    """

    type: ClassVar[str] = "relay"
    families: ClassVar[frozenset[Family]] = frozenset({Family.RELAY})

    ref: str
    bureaus: frozenset[BureauId]

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        checked_bureaus(self.ref, self.bureaus)

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal when the record passes through anyone else."""
        if not passage.via or self.bureaus.issuperset(passage.via):
            return None
        return Refuse(code=Family.RELAY.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return the codes of the bureaus."""
        return Sentence(
            key="pact.clause.relay", parameters={"bureaus": tuple(sorted(self.bureaus))}
        )

    def body(self) -> Mapping[str, Encodable]:
        """Return the bureaus, sorted."""
        return {"bureaus": sorted(self.bureaus)}

    def relays(self) -> frozenset[BureauId] | None:
        """Return the bureaus of the clause."""
        return self.bureaus


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardTransfer(Simple):
    """Whether a record may pass that is not the issuer's own.

    Without this clause, as with `NEVER`, a bureau sends its own records only.
    """

    type: ClassVar[str] = "onward-transfer"
    families: ClassVar[frozenset[Family]] = frozenset({Family.ONWARD})

    ref: str
    rule: OnwardRule

    def __post_init__(self) -> None:
        checked_ref(self.ref)

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal of another's record, unless its source consented and may do so."""
        source = passage.onward_from
        if source is None:
            return None
        if self.rule is OnwardRule.WITH_CONSENT and source in passage.consent_of:
            return None
        return Refuse(code=Family.ONWARD.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return the rule; each has a message of its own."""
        return Sentence(key=f"pact.clause.onward-transfer.{self.rule.value}", parameters={})

    def body(self) -> Mapping[str, Encodable]:
        """Return the code of the rule."""
        return {"rule": self.rule.value}


def checked_bureaus(ref: str, names: Iterable[str]) -> None:
    """Refuse an empty set of bureaus, too large a one, and what is no bureau's code.

    Raises:
        MalformedPact: as said above.
    """
    found = tuple(names)
    if not 0 < len(found) <= MAX_CODES:
        raise MalformedPact(f"clause {ref}: no bureaus, or more than {MAX_CODES}")
    try:
        for name in found:
            bureau(name)
    except BadIdentifier as fault:
        raise MalformedPact(f"clause {ref}: not the code of a bureau") from fault
