"""Changes to what pacts are known here, each with its journal entry in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction

from mithaq.apps.directory import queries as directory
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.apps.pacts import queries
from mithaq.apps.pacts.models import Pact as PactRow
from mithaq.apps.pacts.models import PactNotice
from mithaq.core.ids import Urn
from mithaq.core.pacts import (
    Act,
    Notice,
    Pact,
    SignedPact,
    UnknownPact,
    WrongVersion,
    add_signatures,
    read_notice,
    read_pact,
    sign_notice,
    sign_pact,
    unverified_notice,
    unverified_terms,
)

EVENTS: Mapping[Act, str] = {
    Act.SUSPEND: "pact-suspended",
    Act.RESUME: "pact-resumed",
    Act.END: "pact-ended",
}


@transaction.atomic
def sign_terms(*, terms: Pact, by: str, at: dt.datetime) -> bytes:
    """Return `terms` signed by this bureau, for the other parties to sign after it."""
    signed = sign_pact(data=terms.data, signers=keys.authority_signers(at=at))
    journal.record(kind="pact-signed", actor=by, subject=_text(terms), pact=terms.id, at=at)
    return signed


@transaction.atomic
def sign(*, signed: bytes, by: str, at: dt.datetime) -> bytes:
    """Return a pact that others have signed with the signatures of this bureau beside theirs.

    Raises:
        MalformedPact: it is no signed pact, or this bureau has signed it already.
    """
    both = add_signatures(signed=signed, signers=keys.authority_signers(at=at))
    terms = unverified_terms(both)
    journal.record(kind="pact-signed", actor=by, subject=_text(terms), pact=terms.id, at=at)
    return both


@transaction.atomic
def load_pact(*, signed: bytes, by: str, at: dt.datetime) -> SignedPact:
    """Return the pact, which from now on counts here; loading it again changes nothing.

    A relay loads the pacts under which it relays, though it is no party.

    Raises:
        MalformedPact: it is no signed pact.
        NotSigned: not signed by every party, with the keys that the directory gives for `at`.
        WrongVersion: that version is known with another text, or a version leaves out a party
            of the one before.
    """
    pact = read_pact(data=signed, keyring=directory.keyring(at=at), at=at)
    _check_succession(pact, PactRow.objects.select_for_update().filter(urn=pact.id))
    held, created = _keep(pact, by=by, at=at)
    if bytes(held.hash) != pact.hash:
        raise WrongVersion("that version is known with another text")
    if created:
        journal.record(kind="pact-loaded", actor=by, subject=_text(pact.terms), pact=pact.id, at=at)
    return queries.version_of(pact_id=pact.id, version=pact.version)


@transaction.atomic
def apply_notice(*, signed: bytes, by: str, at: dt.datetime) -> SignedPact:
    """Return the pact with the notice, which from now on counts here; twice changes nothing.

    Raises:
        MalformedPact: it is no signed notice.
        NotSigned: not signed by its party, with the keys that the directory gives for `at`.
        UnknownPact: no such version of the pact is known here.
        BadNotice: it is not about this text, not by a party, or contradicts another.
    """
    row = _version(unverified_notice(signed))
    held = read_notice(data=signed, keyring=directory.keyring(at=at), at=at)
    before = queries.version_of(pact_id=row.urn, version=row.version)
    after = before.with_notices([held])
    if len(after.notices) > len(before.notices):
        _keep_notice(row, held.notice, signed, by=by, at=at)
    return queries.version_of(pact_id=row.urn, version=row.version)


@transaction.atomic
def suspend(
    *,
    pact_id: Urn,
    reason: Mapping[str, str],
    effective_at: dt.datetime,
    by: str,
    at: dt.datetime,
) -> bytes:
    """Return the notice by which this bureau suspends the pact; it counts here at once.

    The other parties, and who relays under the pact, have to be sent it.

    Raises:
        UnknownPact: no such pact is known here.
        BadNotice: this bureau is no party of it.
    """
    return _issue(
        act=Act.SUSPEND, pact_id=pact_id, reason=reason, effective_at=effective_at, by=by, at=at
    )


@transaction.atomic
def resume(
    *,
    pact_id: Urn,
    reason: Mapping[str, str],
    effective_at: dt.datetime,
    by: str,
    at: dt.datetime,
) -> bytes:
    """Return the notice by which this bureau takes back its suspension; as `suspend`."""
    return _issue(
        act=Act.RESUME, pact_id=pact_id, reason=reason, effective_at=effective_at, by=by, at=at
    )


@transaction.atomic
def end(
    *,
    pact_id: Urn,
    reason: Mapping[str, str],
    effective_at: dt.datetime,
    by: str,
    at: dt.datetime,
) -> bytes:
    """Return the notice by which this bureau ends the pact for good; as `suspend`."""
    return _issue(
        act=Act.END, pact_id=pact_id, reason=reason, effective_at=effective_at, by=by, at=at
    )


def _issue(
    *,
    act: Act,
    pact_id: Urn,
    reason: Mapping[str, str],
    effective_at: dt.datetime,
    by: str,
    at: dt.datetime,
) -> bytes:
    pact = queries.signed_pact(pact_id=pact_id, at=at)
    row = PactRow.objects.select_for_update().get(urn=pact.id, version=pact.version)
    numbers = row.notices.filter(party=keys.me()).values_list("number", flat=True)
    notice = Notice(
        pact=pact.id,
        version=pact.version,
        pact_hash=pact.hash,
        party=keys.me(),
        number=max(numbers, default=0) + 1,
        act=act,
        issued_at=at.replace(microsecond=0),
        effective_at=effective_at.replace(microsecond=0),
        reason=reason,
    )
    signed = sign_notice(notice=notice, signers=keys.authority_signers(at=at))
    apply_notice(signed=signed, by=by, at=at)
    return signed


def _version(notice: Notice) -> PactRow:
    rows = PactRow.objects.select_for_update()
    row = rows.filter(urn=notice.pact, version=notice.version).first()
    if row is None:
        raise UnknownPact
    return row


def _check_succession(pact: SignedPact, known: Iterable[PactRow]) -> None:
    """Refuse a version that leaves out a party of an earlier one.

    Otherwise some parties could replace, without the others, a pact that all had signed.
    """
    for row in known:
        older, newer = set(row.parties), set[str](pact.parties)
        if row.version > pact.version:
            older, newer = newer, older
        if not older <= newer:
            raise WrongVersion("a version leaves out a party of the one before")


def _keep(pact: SignedPact, *, by: str, at: dt.datetime) -> tuple[PactRow, bool]:
    """Return the row of the version and whether it is new; two who load at once make one."""
    terms = pact.terms
    return PactRow.objects.get_or_create(
        urn=terms.id,
        version=terms.version,
        defaults={
            "hash": terms.hash,
            "signed": pact.signed,
            "title": dict(terms.title),
            "parties": list(terms.parties),
            "starts_at": terms.validity.starts_at,
            "ends_at": terms.validity.ends_at,
            "stamp": queries.stamp(signed=pact.signed, notices=()),
            "loaded_at": at,
            "loaded_by": by,
        },
    )


def _keep_notice(row: PactRow, notice: Notice, signed: bytes, *, by: str, at: dt.datetime) -> None:
    PactNotice.objects.create(
        pact=row,
        party=notice.party,
        number=notice.number,
        act=notice.act.value,
        effective_at=notice.effective_at,
        signed=signed,
        loaded_at=at,
        loaded_by=by,
    )
    kept = [bytes(data) for data in row.notices.values_list("signed", flat=True)]
    row.stamp = queries.stamp(signed=bytes(row.signed), notices=kept)
    row.save(update_fields=["stamp"])
    journal.record(
        kind=EVENTS[notice.act],
        actor=by,
        subject=f"{row}#{notice.party}-{notice.number}",
        pact=row.urn,
        peer=notice.party,
        at=at,
    )


def _text(terms: Pact) -> str:
    """Return what the journal knows a text of a pact by."""
    return f"{terms.id}@{terms.version}#{terms.hash.hex()}"
