"""Judging what arrived: every obligation, the pact again, the gate's structural rules.

A `Judge` judges one batch. What it needs for all is read once, and what it let in before counts
against the quotas of what follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange import queries
from mithaq.apps.exchange.actions.release import (
    CONTENT_TYPE,
    received_disclosure,
    received_passage,
)
from mithaq.apps.exchange.models import Inbound
from mithaq.apps.keys import queries as keys
from mithaq.apps.pacts import queries as pacts
from mithaq.core import envelope, gate, records
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, MessageId, Urn
from mithaq.core.pacts import Refuse, SignedPact, UnknownPact, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """An envelope that may be stored."""

    row: Inbound
    opened: envelope.Opened
    arrival: records.Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """An envelope that this bureau refuses."""

    row: Inbound
    ground: str
    clause: str


class WrongContent(MithaqError):
    """What was sealed is not a release of the kind that the context names."""

    code = "envelope.header_mismatch"


class Outside(MithaqError):
    """The pact or the gate does not let the record in."""

    code = "gate.refused"

    def __init__(self, *, ground: str, clause: str = "") -> None:
        super().__init__(ground)
        self.ground = ground
        self.clause = clause


class Judge:
    """Says of each row of a batch whether it may come in.

    Raises:
        MithaqError: this node has no directory or no keys; that is no fault of an envelope.
    """

    def __init__(self, rows: Sequence[Inbound], *, at: dt.datetime) -> None:
        self._keyring = directory.keyring(at=at)
        self._keystore = keys.keystore()
        self._pacts = _pacts(rows)
        self._let_in: list[envelope.Context] = []

    def judge(self, row: Inbound) -> Good | Bad:
        """Return `row` opened, or the ground on which this bureau refuses it."""
        try:
            opened = self._open(row)
            arrival = self._arrival(opened, at=row.received_at)
        except Outside as fault:
            return Bad(row=row, ground=fault.ground, clause=fault.clause)
        except MithaqError as fault:
            return Bad(row=row, ground=fault.code, clause="")
        self._let_in.append(opened.context)
        return Good(row=row, opened=opened, arrival=arrival)

    def _open(self, row: Inbound) -> envelope.Opened:
        at = row.received_at
        outer = envelope.verify_outer(bytes(row.sealed), me=keys.me(), keyring=self._keyring, at=at)
        return envelope.open_(
            outer, keystore=self._keystore, keyring=self._keyring, seen=_never_before, at=at
        )

    def _arrival(self, opened: envelope.Opened, *, at: dt.datetime) -> records.Arrival:
        """Return the record of an opened envelope, if pact and gate let it in.

        Raises:
            Outside: they do not.
            MithaqError: the payload is no release of ours, or its record cannot be read.
        """
        context = opened.context
        release = envelope.Release.from_bytes(opened.payload)
        if context.content_type != CONTENT_TYPE or release.kind != context.kind:
            raise WrongContent
        kind = records.kind(context.kind)
        record = kind.read(release.body)
        facts = kind.facts(record)
        pact = self._pact(context, at=at)
        used = self._used(pact, context)
        passage = received_passage(context, release, facts, used=used)
        decision = decide(pact=pact, passage=passage, at=at)
        if isinstance(decision, Refuse):
            raise Outside(ground=decision.code, clause=decision.clause)
        screening = gate.screen_structural(received_disclosure(context, release, facts, at=at))
        if screening.verdict is gate.Verdict.REFUSE:
            raise Outside(ground=screening.reasons[0])
        return records.Arrival(
            record=record,
            urn=release.record,
            version=release.version,
            issuer=context.issuer,
            message_id=context.message_id,
            pact_id=context.pact_id,
            purpose=context.purpose,
            retain_until=release.retain_until,
        )

    def _pact(self, context: envelope.Context, *, at: dt.datetime) -> SignedPact:
        """Return the pact as it counted at `at`, which must be the one that the issuer named."""
        pact = self._pacts[at].get(context.pact_id)
        if pact is None:
            raise UnknownPact
        pact.check_named(pact_id=context.pact_id, pact_hash=context.pact_hash)
        return pact

    def _used(self, pact: SignedPact, context: envelope.Context) -> Mapping[str, int]:
        """Return what the issuer has used of each quota, this batch included."""
        used = queries.used_by_peer(pact=pact, peer=context.issuer, before=context.issued_at)
        kinds = [
            earlier.kind
            for earlier in self._let_in
            if (earlier.issuer, earlier.pact_id) == (context.issuer, context.pact_id)
        ]
        return queries.and_more(used, pact=pact, kinds=kinds)


def _pacts(rows: Sequence[Inbound]) -> dict[dt.datetime, Mapping[Urn, SignedPact]]:
    """Return the pacts that `rows` name, as they counted at each time of arrival."""
    names = {row.pact_id for row in rows}
    return {
        at: pacts.signed_pacts(pact_ids=names, at=at) for at in {row.received_at for row in rows}
    }


def _never_before(_issuer: BureauId, _message_id: MessageId) -> Digest | None:
    """Answer for the replay check: a row of `Inbound` is the first and only one of its message.

    The table's unique constraint holds that; what comes again never becomes a second row.
    """
    return None
