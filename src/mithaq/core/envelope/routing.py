"""Routing: what the outside of an envelope says, to anyone who carries it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.clock import LAST_SECOND, from_seconds, to_seconds
from mithaq.core.cose import Header
from mithaq.core.envelope.errors import UnknownProfile
from mithaq.core.envelope.limits import (
    MAX_RELAYS,
    PROFILE,
    Claim,
    Label,
)
from mithaq.core.errors import MithaqError
from mithaq.core.ids import MESSAGE_ID_SIZE, BadIdentifier, BureauId, MessageId, bureau


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Who sends to whom, by whom, and for how long.

    Instants are whole seconds. `via` names the bureaus that may relay, in no order.
    """

    issuer: BureauId
    audience: BureauId
    via: tuple[BureauId, ...]
    message_id: MessageId
    issued_at: dt.datetime
    expires_at: dt.datetime
    profile: int = PROFILE

    def headers(self) -> dict[int, cbor.Encodable]:
        """Return the header parameters that say this."""
        claims: dict[int, cbor.Encodable] = {
            Claim.ISSUER: self.issuer,
            Claim.AUDIENCE: self.audience,
            Claim.EXPIRES: to_seconds(self.expires_at),
            Claim.ISSUED: to_seconds(self.issued_at),
            Claim.MESSAGE_ID: self.message_id,
        }
        return {Header.CWT_CLAIMS: claims, Label.PROFILE: self.profile, Label.VIA: self.via}


def read_routing_headers(fields: cbor.Fields, *, fault: type[MithaqError]) -> Routing:
    """Take the routing from `fields`.

    The profile is looked at first, since another one may mean other fields.

    Raises:
        UnknownProfile: the profile is not ours.
        MithaqError: `fault`, if a field is missing, mistyped or contradicts another.
    """
    if fields.integer(Label.PROFILE) != PROFILE:
        raise UnknownProfile
    claims = fields.fields(Header.CWT_CLAIMS)
    routing = Routing(
        issuer=_bureau(claims.text(Claim.ISSUER), fault=fault),
        audience=_bureau(claims.text(Claim.AUDIENCE), fault=fault),
        via=tuple(
            _bureau(text, fault=fault) for text in fields.texts(Label.VIA, longest=MAX_RELAYS)
        ),
        message_id=MessageId(claims.octets(Claim.MESSAGE_ID, size=MESSAGE_ID_SIZE)),
        issued_at=from_seconds(claims.integer(Claim.ISSUED, most=LAST_SECOND)),
        expires_at=from_seconds(claims.integer(Claim.EXPIRES, most=LAST_SECOND)),
    )
    bureaus = (routing.issuer, routing.audience, *routing.via)
    if len(set(bureaus)) != len(bureaus):
        raise fault("a bureau is named twice")
    return routing


def _bureau(text: str, *, fault: type[MithaqError]) -> BureauId:
    try:
        return bureau(text)
    except BadIdentifier as cause:
        raise fault("not the code of a bureau") from cause
