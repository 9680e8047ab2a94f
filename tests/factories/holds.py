"""Officers and holds for tests of the safeguards."""

from __future__ import annotations

import datetime as dt

from mithaq.apps.people.models import Assignment, Officer
from mithaq.apps.safeguards import actions
from mithaq.apps.safeguards.actions import NewHold
from mithaq.apps.safeguards.models import Hold
from mithaq.core.ids import Digest

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
DIGEST = Digest(b"\x11" * 32)
RELEASE = b"what the exchange needs to go on"


def make_officer(name: str = "second", *, desk: str = "methods", role: str = "") -> Officer:
    """Return a stored officer who holds `role` at `desk`, none if it is empty."""
    officer = Officer.objects.create(username=name, pseudonym=f"o-{name}")
    if role:
        Assignment.objects.create(officer=officer, desk=desk, role=role)
    return officer


def make_hold(*, by: Officer, at: dt.datetime = AT) -> Hold:
    """Return a stored hold at the methods desk, prepared by `by`."""
    new = NewHold(
        subject="urn:mithaq:XA:method:01900000-0000-7000-8000-000000000001",
        desk="methods",
        kind="method",
        purpose="share-method",
        peer="XB",
        pact="urn:mithaq:XA:pact:01900000-0000-7000-8000-000000000002",
        digest=DIGEST,
        reasons=("named-supplier",),
        release=RELEASE,
        retain_until=at + dt.timedelta(days=365),
    )
    return actions.hold(new=new, by=by, at=at)
