"""What is put before the gate: one record about to leave, with the reasons given for it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.clock import to_seconds
from mithaq.core.gate.limits import limits
from mithaq.core.ids import Digest
from mithaq.core.records.facts import RecordFacts, Text

_FORM = "mithaq/gate/disclosure/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What an officer states when asking to disclose a record."""

    purpose: str
    necessity: str
    case_reference: str
    retain_until: dt.datetime | None
    urgency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One record on its way out, as far as the gate may look at it.

    Codes are those of the published lists; an empty code means that none was stated. The
    defaults are those of a record that concerns no person.
    """

    purpose: str
    necessity: str
    """Why the purpose needs it, in the officer's words; screened like every free text."""
    case_reference: str
    kind: str
    handling: str
    tlp: str
    at: dt.datetime
    retain_until: dt.datetime | None
    graded: bool
    """Whether source and information both carry a grade."""
    audience: str = ""
    urgency: str | None = None
    texts: tuple[Text, ...] = ()
    offences: frozenset[str] = frozenset()
    nominal: bool = False
    """Whether the record singles out a natural person."""
    person_categories: frozenset[str] = frozenset()
    special_categories: frozenset[str] = frozenset()
    coercive_against: frozenset[str] = frozenset()
    """Categories of the persons against whom a coercive measure is asked for."""
    minors: bool | None = False
    """Whether the record is about minors; None means that an age is unknown."""
    named_supplier: bool = False
    """Whether the supplier field names a person or a firm."""
    fled_from: frozenset[str] = frozenset()
    """Bureaus of the States that a person concerned fled, as a refugee or asylum seeker."""
    onward: bool = False
    """Whether the record is another bureau's."""
    consented: bool = False
    """Whether the source's signed consent to this onward transfer has been verified."""
    origin_handling: str | None = None
    origin_tlp: str | None = None
    approved: bool | None = None
    """At the receiver: whether the release names a second officer. None at the sender."""

    def digest(self) -> Digest:
        """Return SHA-256 of the canonical CBOR of all that is screened.

        Left out are `at` and `approved`: a second officer decides later, on the same content.
        """
        retain = None if self.retain_until is None else to_seconds(self.retain_until)
        content: list[cbor.Encodable] = [
            _FORM,
            *(_bytes(value) for value in self._stated()),
            None if self.urgency is None else _bytes(self.urgency),
            None if self.origin_handling is None else _bytes(self.origin_handling),
            None if self.origin_tlp is None else _bytes(self.origin_tlp),
            retain,
            [self.graded, self.nominal, self.minors, self.named_supplier],
            [self.onward, self.consented],
            *(_sorted(values) for values in self._sets()),
            [[_bytes(t.field), _bytes(t.language), _bytes(t.value)] for t in self.texts],
        ]
        return Digest(hashlib.sha256(cbor.encode(content)).digest())

    def _stated(self) -> tuple[str, ...]:
        reasons = (self.purpose, self.necessity, self.case_reference)
        return (*reasons, self.kind, self.handling, self.tlp, self.audience)

    def _sets(self) -> tuple[frozenset[str], ...]:
        persons = (self.person_categories, self.special_categories, self.coercive_against)
        return (self.offences, *persons, self.fled_from)


def of_record(
    *,
    facts: RecordFacts,
    reasons: Reasons,
    audience: str,
    at: dt.datetime,
    approved: bool | None = None,
) -> Disclosure:
    """Return the disclosure of this bureau's own record to `audience`.

    At the receiver, `approved` says whether the release names a second officer; it is None at
    the sender.
    """
    return Disclosure(
        purpose=reasons.purpose,
        necessity=reasons.necessity,
        case_reference=reasons.case_reference,
        retain_until=reasons.retain_until,
        urgency=reasons.urgency,
        kind=facts.kind,
        handling=facts.handling,
        tlp=facts.tlp,
        at=at,
        graded=bool(facts.source_grade and facts.information_grade),
        audience=audience,
        texts=facts.texts,
        offences=facts.offences,
        nominal=facts.kind in limits().nominal_kinds,
        person_categories=facts.person_categories,
        special_categories=facts.special_categories,
        minors=facts.minors,
        named_supplier=facts.named_supplier,
        approved=approved,
    )


def _bytes(value: str) -> bytes:
    # A form may carry half a surrogate pair, which is no UTF-8 text; the digest must exist still.
    return value.encode("utf-8", "surrogatepass")


def _sorted(values: Iterable[str]) -> list[cbor.Encodable]:
    return [_bytes(value) for value in sorted(values)]
