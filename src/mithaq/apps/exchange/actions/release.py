"""A record on its way out or in, as the gate, the pact and the envelope each look at it.

Both ends build what they put before gate and pact here, from the same signed facts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mithaq.apps.keys import queries as keys
from mithaq.core import cbor, envelope, gate, records
from mithaq.core.clock import from_seconds, to_seconds
from mithaq.core.envelope import Context
from mithaq.core.envelope.limits import MAX_CODE
from mithaq.core.envelope.release import MAX_NAME, MAX_WORDS
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Urn, parts
from mithaq.core.pacts import Passage, Retention, SignedPact, walk
from mithaq.core.records import RecordFacts

CONTENT_TYPE = "application/vnd.mithaq.release+cbor"


class MalformedRequest(MithaqError):
    """A stored release cannot be read back."""

    code = "exchange.malformed_release"


class UnusableText(MithaqError):
    """What an officer wrote is longer than a release may hold, or no text that can be stored."""

    code = "request.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """A record that a desk wants to send to one bureau, and why.

    `body` is the record as its kind writes it. `via` is None where the pact decides whether a
    relay carries it; empty means straight.

    Raises:
        UnusableText: the receiver could not read one of the texts.
    """

    urn: Urn
    version: int
    kind: str
    body: bytes
    facts: RecordFacts
    audience: BureauId
    pact_id: Urn
    purpose: str
    necessity: str
    case_reference: str
    retain_until: dt.datetime
    language: str
    urgency: str | None = None
    via: tuple[BureauId, ...] | None = None

    def __post_init__(self) -> None:
        for name, longest in _LONGEST.items():
            text = getattr(self, name) or ""
            if len(text) > longest or _UNUSABLE.search(text) is not None:
                raise UnusableText(name)

    def to_bytes(self) -> bytes:
        """Return the form in which a held release waits; its facts are read from its body."""
        via: list[cbor.Encodable] | None = None if self.via is None else list(self.via)
        return cbor.encode(
            {
                **{name: getattr(self, name) for name in _TEXTS},
                "version": self.version,
                "body": self.body,
                "retain_until": to_seconds(self.retain_until),
                "urgency": self.urgency,
                "via": via,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> ReleaseRequest:
        """Return the release that waits as `data`.

        Raises:
            MalformedRequest: it is not one.
            UnknownKind: no desk of this node has its kind.
        """
        fields = cbor.Fields(cbor.decode(data), fault=MalformedRequest)
        texts = {name: fields.text(name) for name in _TEXTS}
        body = fields.octets("body")
        kind = records.kind(texts["kind"])
        urgency = None if (value := fields.take("urgency")) is None else str(value)
        via = fields.take("via")
        return cls(
            urn=Urn(texts.pop("urn")),
            audience=BureauId(texts.pop("audience")),
            pact_id=Urn(texts.pop("pact_id")),
            body=body,
            facts=kind.facts(kind.read(body)),
            version=fields.integer("version"),
            retain_until=from_seconds(fields.integer("retain_until")),
            urgency=urgency,
            via=tuple(BureauId(str(name)) for name in via) if isinstance(via, list) else None,
            **texts,
        )

    def release(self, *, released_by: str, approved_by: str | None) -> envelope.Release:
        """Return the payload to sign: pseudonyms stand for the officers."""
        return envelope.Release(
            record=self.urn,
            version=self.version,
            kind=self.kind,
            released_by=released_by,
            approved_by=approved_by,
            necessity=self.necessity,
            case_reference=self.case_reference,
            retain_until=self.retain_until,
            language=self.language,
            urgency=self.urgency,
            body=self.body,
        )


_TEXTS = (
    *("urn", "kind", "audience", "pact_id", "purpose"),
    *("necessity", "case_reference", "language"),
)
_LONGEST = {
    **dict.fromkeys(("kind", "purpose", "language", "urgency"), MAX_CODE),
    "necessity": MAX_WORDS,
    "case_reference": MAX_NAME,
}
_UNUSABLE = re.compile("[\0\ud800-\udfff]")  # the end of a text elsewhere; half a character


def within(request: ReleaseRequest, *, pact: SignedPact, at: dt.datetime) -> ReleaseRequest:
    """Return `request` kept no longer than `pact` lets its receiver keep it.

    A record is kept for the shortest of what the sender, the pact and the receiver allow.
    """
    spans = [clause.span for clause in walk(pact.terms.clauses) if isinstance(clause, Retention)]
    latest = min([request.retain_until, *(at + span for span in spans)])
    return replace(request, retain_until=latest)


def disclosure(request: ReleaseRequest, *, at: dt.datetime) -> gate.Disclosure:
    """Return what the gate of the sender looks at: everything, free texts included."""
    asked = gate.of_record(
        facts=request.facts,
        reasons=gate.Reasons(
            purpose=request.purpose,
            necessity=request.necessity,
            case_reference=request.case_reference,
            retain_until=request.retain_until,
            urgency=request.urgency,
        ),
        audience=request.audience,
        at=at,
    )
    return _with_source(asked, source=_source(request.urn, sender=keys.me()))


def received_disclosure(
    context: Context, release: envelope.Release, facts: RecordFacts, *, at: dt.datetime
) -> gate.Disclosure:
    """Return what the gate of the receiver looks at again."""
    asked = gate.of_record(
        facts=facts,
        reasons=gate.Reasons(
            purpose=context.purpose,
            necessity=release.necessity,
            case_reference=release.case_reference,
            retain_until=release.retain_until,
            urgency=release.urgency,
        ),
        audience=context.audience,
        at=at,
        approved=release.approved_by not in (None, release.released_by),
    )
    return _with_source(asked, source=_source(release.record, sender=context.issuer))


def _with_source(asked: gate.Disclosure, *, source: BureauId | None) -> gate.Disclosure:
    """Return the disclosure of a record of `source`, which is as strict as the record itself."""
    if source is None:
        return asked
    return replace(asked, onward=True, origin_handling=asked.handling, origin_tlp=asked.tlp)


def passage(
    request: ReleaseRequest,
    *,
    via: tuple[BureauId, ...],
    used: Mapping[str, int],
    at: dt.datetime,
) -> Passage:
    """Return what the pact looks at before sealing."""
    return Passage(
        issuer=keys.me(),
        audience=request.audience,
        via=via,
        purpose=request.purpose,
        kind=request.kind,
        handling=request.facts.handling,
        tlp=request.facts.tlp,
        offences=request.facts.offences,
        person_categories=request.facts.person_categories,
        fields=request.facts.fields,
        retain_until=request.retain_until,
        sent_at=at,
        urgency=request.urgency,
        onward_from=_source(request.urn, sender=keys.me()),
        used=used,
    )


def received_passage(
    context: Context, release: envelope.Release, facts: RecordFacts, *, used: Mapping[str, int]
) -> Passage:
    """Return what the pact looks at after opening: the context's words, the record's facts."""
    return Passage(
        issuer=context.issuer,
        audience=context.audience,
        via=context.via,
        purpose=context.purpose,
        kind=context.kind,
        handling=facts.handling,
        tlp=facts.tlp,
        offences=facts.offences,
        person_categories=facts.person_categories,
        fields=facts.fields,
        retain_until=release.retain_until,
        sent_at=context.issued_at,
        urgency=release.urgency,
        onward_from=_source(release.record, sender=context.issuer),
        used=used,
    )


def _source(name: Urn, *, sender: BureauId) -> BureauId | None:
    """Return the bureau whose record it is, None where it is the sender's own."""
    owner, _, _ = parts(name)
    return None if owner == sender else owner
