"""Methods that the nodes of a federation send, and what must hold when all is quiet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import sealing, submission
from mithaq.apps.exchange.actions.release import ReleaseRequest
from mithaq.apps.exchange.models import Gap, Inbound, Outbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.journal.models import Event
from mithaq.apps.journal.queries import auditing
from mithaq.apps.keys import queries as keys
from mithaq.apps.methods.models import Method
from mithaq.apps.pacts import queries as pacts
from mithaq.core.formats import stix
from mithaq.core.ids import BureauId, Urn, make_urn
from mithaq.core.journal.audit import Fault
from mithaq.core.records.method import Supplier
from mithaq.core.workflow import EvidenceState
from tests.factories import methods
from tests.factories.federation import XA, XB, Node, agree
from tests.factories.federation_network import Network

RETENTION = dt.timedelta(days=300)
HOSTILE = "o-hostile"  # the pseudonym of an officer who asks nobody


class Changes(TypedDict, total=False):
    """What tests change in a release."""

    issuer: BureauId
    audience: BureauId
    purpose: str
    offences: tuple[str, ...]
    via: tuple[BureauId, ...] | None


def key_of(number: int) -> uuid.UUID:
    """Return the key of the method `number`."""
    return uuid.UUID(int=(8 << 76) | (2 << 62) | number)


def method_to(
    number: int,
    *,
    pact: Urn,
    at: dt.datetime,
    issuer: BureauId = XA,
    audience: BureauId = XB,
    purpose: str = "share-method",
    offences: tuple[str, ...] = ("online-scam",),
    via: tuple[BureauId, ...] | None = None,
) -> ReleaseRequest:
    """Return the wish of `issuer` to send its method `number`."""
    key = key_of(number)
    record = methods.method(key=key, title=f"False parcel message {number}", offences=offences)
    return ReleaseRequest(
        urn=make_urn(bureau=issuer, kind="method", key=key),
        version=1,
        kind="method",
        body=stix.write_method(record),
        facts=record.facts(),
        audience=audience,
        pact_id=pact,
        purpose=purpose,
        necessity="The same method was used against two banks of both countries.",
        case_reference="XA-2026-0417",
        retain_until=at + RETENTION,
        language="en",
        via=via,
    )


def request(
    network: Network, number: int = 1, *, pact: str = "methods-direct", **changes: Unpack[Changes]
) -> ReleaseRequest:
    """Return the wish of XA to send its method `number` to XB, with `changes`."""
    return method_to(number, pact=network.pacts[pact], at=network.now, **changes)


def send(network: Network, requests: Iterable[ReleaseRequest], *, by: BureauId = XA) -> list[Urn]:
    """Submit and expect that everything is accepted; return the names of the records."""
    wanted = list(requests)
    node = network.nodes[by]
    with node.inside():
        outcomes = submission.submit(releases=wanted, by=node.officer(), at=node.clock(network.now))
    assert [outcome for outcome in outcomes if not isinstance(outcome, submission.Accepted)] == []
    return [one.urn for one in wanted]


def with_quota(network: Network, *, most: int) -> None:
    """Let XA and XB agree on a pact, "quota", under which `most` methods a day may pass."""
    content = {
        "title": {"en": "Methods, a few a day"},
        "parties": ["XA", "XB"],
        "validity": {"starts": {"days": -30}, "ends": {"days": 365}},
        "clauses": [
            {"purposes": ["share-method"]},
            {"kinds": ["method"]},
            {"offences": ["financial-crime", "cybercrime"]},
            {"handling": ["h0"]},
            {"retention": {"days": 365}},
            {"quota": {"most": most, "hours": 24, "kinds": ["method"]}},
        ],
    }
    parties = [network.nodes[XA], network.nodes[XB]]
    network.pacts = {**network.pacts, "quota": agree(content, number=77, nodes=parties)}


def naming_supplier(network: Network, number: int = 1) -> ReleaseRequest:
    """Return a release that the gate holds, since its record names a firm."""
    supplier = Supplier(kind="bulk-sms", name="Example Bulk (fictional)", nature="firm")
    record = methods.method(key=key_of(number), supplier=supplier)
    wanted = request(network, number)
    return replace(wanted, body=stix.write_method(record), facts=record.facts())


def send_unchecked(
    network: Network,
    wanted: ReleaseRequest,
    *,
    by: BureauId = XA,
    approved_by: str | None = None,
) -> uuid.UUID:
    """Seal and queue with neither gate nor pact, as a hostile node would; return the id."""
    node = network.nodes[by]
    at = node.clock(network.now)
    with node.inside():
        pact = pacts.signed_pact(pact_id=wanted.pact_id, at=at)
        agreed = sealing.Agreed(pact=pact, via=wanted.via or ())
        ready = sealing.Ready(
            request=wanted, agreed=agreed, released_by=HOSTILE, approved_by=approved_by
        )
        return sealing.seal_and_queue(ready=[ready], at=at)[0]


def many(
    network: Network, count: int, *, first: int = 1, pact: str = "methods-direct"
) -> list[ReleaseRequest]:
    return [request(network, number, pact=pact) for number in range(first, first + count)]


def renamed(wanted: ReleaseRequest, **changes: object) -> ReleaseRequest:
    return replace(wanted, **changes)  # type: ignore[arg-type]  # tests name what they change


def check_delivered(network: Network, urns: Sequence[Urn]) -> None:
    """Check that each record was opened exactly once, told so, and that nothing is left over.

    Of alarms there may be those of gaps that stayed for ten minutes, and no others.
    """
    sender, receiver = network.nodes[XA], network.nodes[XB]
    with receiver.inside():
        arrived = sorted(Inbound.objects.values_list("subject", "state"))
        assert arrived == sorted((urn, EvidenceState.OPENED) for urn in urns)
        assert sorted(Method.objects.values_list("urn", flat=True)) == sorted(urns)
        assert list(Gap.objects.all()) == []
        alarms = Event.objects.filter(kind="sequence-alarm").exclude(subject__contains="/gap/")
        assert [alarm.subject for alarm in alarms] == []
    with sender.inside():
        left = sorted(Outbound.objects.values_list("subject", "state", "next_attempt_at"))
        assert left == sorted((urn, EvidenceState.OPENED, None) for urn in urns)
    check_journals(network)


def check_journals(network: Network) -> None:
    """Check every journal as `mithaq journal verify` does."""
    for node in (node for node in network.nodes.values() if node.is_awake):
        assert journal_faults(node, at=network.now) == []


def journal_faults(node: Node, *, at: dt.datetime) -> list[Fault]:
    with node.inside():
        public = directory.keyring(at=at).journal(bureau=node.code, at=at)
        trusted = [journal.log_key(public=one, origin=keys.journal_origin()) for one in public]
        report = auditing.audit(trust=auditing.Trust(keys=trusted), folder=node.files)
        return list(report.faults)


def events(kind: str) -> int:
    """Return how many entries of that kind the journal of the present node has."""
    return Event.objects.filter(kind=kind).count()


def stored_nothing(node: Node) -> bool:
    """Return whether the node has taken in no envelope and no record."""
    with node.inside():
        return not Inbound.objects.exists() and not Method.objects.exists()
