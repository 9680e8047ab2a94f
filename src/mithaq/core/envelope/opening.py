"""Opening: the numbered obligations, discharged by name, failing closed.

`verify_outer` discharges the first eleven, without any secret; `open_` the rest. Each block
below says which obligation it discharges; the order is that of `OBLIGATIONS`, and the result
of either function cannot be built with one of them left out.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import TypeVar

from mithaq.core.cose import Sign1
from mithaq.core.cose.encrypt import Unsealer
from mithaq.core.envelope import checks
from mithaq.core.envelope.checks import Directory, Seen
from mithaq.core.envelope.evidence import write_evidence
from mithaq.core.envelope.obligations import OBLIGATIONS, OUTER_OBLIGATIONS
from mithaq.core.envelope.routing import Routing
from mithaq.core.envelope.stages import TOKEN, Opened, Outer, StageForged, Transit
from mithaq.core.ids import BureauId, Digest

_Outside = TypeVar("_Outside", Outer, Transit)


def read_routing(data: bytes) -> Routing:
    """Return what the outside of `data` claims, unverified; for logs and refusals only.

    Raises:
        TooLarge, Malformed, UnknownProfile: it cannot be read.
    """
    checks.size(data)
    return checks.read_outside(checks.read_form(data))


def verify_outer(data: bytes, *, me: BureauId, keyring: Directory, at: dt.datetime) -> Outer:
    """Return `data` as an envelope for `me`, verified as far as that needs no secret.

    1. size, 2. form, 3. profile, 4. audience, 5. sender, 6. node signature, 7. lifetime,
    8. not expired, 9. not from the future, 10. context, 11. outside and context agree.

    Raises:
        MithaqError: of `mithaq.core.envelope.errors`, the first that does not hold; of the
            directory, if it does not give the key.
    """
    checks.size(data)  # discharges 1
    message = checks.read_form(data)  # discharges 2
    routing = checks.read_outside(message)  # discharges 3
    checks.audience(routing, me)  # discharges 4
    digest = Digest(sha256(data).digest())
    return _verify(Outer, message, routing, digest=digest, keyring=keyring, at=at)


def verify_relay(data: bytes, *, me: BureauId, keyring: Directory, at: dt.datetime) -> Transit:
    """Return `data` as an envelope that `me` may pass on.

    The obligations of `verify_outer`; instead of the audience, the issuer named `me` a relay.

    Raises:
        NotOnTheWay: it did not.
        MithaqError: as `verify_outer`.
    """
    checks.size(data)
    message = checks.read_form(data)
    routing = checks.read_outside(message)
    checks.on_the_way(routing, me)
    digest = Digest(sha256(data).digest())
    return _verify(Transit, message, routing, digest=digest, keyring=keyring, at=at)


def open_(
    outer: Outer,
    *,
    keystore: Unsealer,
    keyring: Directory,
    seen: Seen,
    at: dt.datetime,
) -> Opened:
    """Return what `outer` holds, with every obligation discharged.

    12. not replayed, 13. recipient key, 14. unwraps, 15. commitment, 16. decrypts,
    17. content, 18. authority, 19. both signatures, 20. manifest.

    Raises:
        Replayed: this very envelope was taken before.
        ConflictingCopy: another one was taken under its id.
        StageForged: `outer` does not come from `verify_outer`.
        MithaqError: as `verify_outer`.
    """
    if not isinstance(outer, Outer):
        raise StageForged
    checks.not_replayed(outer, seen)  # discharges 12
    content_key = checks.unwrap(outer.encrypted, keystore)  # discharges 13, 14
    checks.committed(outer.commitment, content_key)  # discharges 15
    signed = checks.decrypt(outer.encrypted, content_key)  # discharges 16
    message = checks.read_content(signed)  # discharges 17
    context = outer.context
    authority = keyring.authority(bureau=context.issuer, at=context.issued_at)  # discharges 18
    payload = checks.verify_content(message, authority, outer.encrypted.protected)  # discharges 19
    checks.manifest(context)  # discharges 20
    return Opened(
        token=TOKEN,
        context=context,
        digest=outer.digest,
        payload=payload,
        evidence=write_evidence(context_header=outer.encrypted.protected, signed=signed),
        content_key=content_key,
        opened_at=at,
        discharged=OBLIGATIONS,
    )


def _verify(
    stage: type[_Outside],
    message: Sign1,
    routing: Routing,
    *,
    digest: Digest,
    keyring: Directory,
    at: dt.datetime,
) -> _Outside:
    key = checks.node_key(message.kid, routing, keyring=keyring, at=at)  # discharges 5
    payload = checks.verify_outside(message, key)  # discharges 6
    checks.lifetime(routing)  # discharges 7
    checks.not_expired(routing, at)  # discharges 8
    checks.not_from_future(routing, at)  # discharges 9
    encrypted, context, commits = checks.read_context(payload)  # discharges 10
    checks.same_header(routing, context)  # discharges 11
    return stage(
        token=TOKEN,
        context=context,
        digest=digest,
        node=key.kid,
        verified_at=at,
        discharged=OUTER_OBLIGATIONS,
        encrypted=encrypted,
        commitment=commits,
    )
