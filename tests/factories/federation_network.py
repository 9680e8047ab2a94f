"""A network of real nodes with simulated time and hostile weather."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.actions import arrivals, clocks, courier, opening, receipts
from mithaq.core.envelope import batch
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Urn
from tests.factories.federation import DAWN, Node

TICK = dt.timedelta(seconds=5)  # the least that time moves; the worker's tick
CLOCKS_EVERY = dt.timedelta(minutes=1)
LATEST = dt.timedelta(minutes=20)  # a delayed or replayed request comes within that time

Deliver = Callable[[], object]


@dataclass(kw_only=True)
class Weather:
    """How probable each mishap is for one request, in [0, 1]."""

    drop_request: float = 0.0
    drop_answer: float = 0.0
    delay: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    tamper_item: float = 0.0
    tamper_answer: float = 0.0
    replay: float = 0.0


@dataclass(kw_only=True)
class Network:
    """Nodes, what time it is, and what happens between them."""

    nodes: Mapping[BureauId, Node]
    pacts: Mapping[str, Urn]
    seed: int = 0
    now: dt.datetime = DAWN + dt.timedelta(hours=4)
    weather: Weather = field(default_factory=Weather)
    seen: dict[str, int] = field(default_factory=dict)  # mishaps that happened, by name
    foreign_answers: dict[BureauId, bytes] = field(default_factory=dict)  # of nodes that are not us

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a seed must repeat a test
        self._plan: list[tuple[dt.datetime, int, Deliver]] = []
        self._order = itertools.count()
        self._clocks_at = self.now

    # --- time ------------------------------------------------------------------------------------

    def pump(self, *, within: dt.timedelta = dt.timedelta(hours=2)) -> None:
        """Let every node do its work, moving time on, until nothing is due `within` that time."""
        end = self.now + within
        while True:
            while self._turn():
                pass
            due = self._next_due()
            if due is None or due > end:
                return
            self.now = max(due, self.now + TICK)

    def wait(self, span: dt.timedelta) -> None:
        """Let time pass, then let every node look at its clock."""
        self.now += span
        self._clocks_at = self.now - CLOCKS_EVERY
        self._turn()

    def later(self, span: dt.timedelta, deliver: Deliver) -> None:
        """Plan `deliver` for a time to come."""
        heapq.heappush(self._plan, (self.now + span, next(self._order), deliver))

    def calm(self) -> None:
        """End the bad weather; every node is up, with a right clock, and carries."""
        self.weather = Weather()
        for node in self.nodes.values():
            node.is_up, node.carries, node.offset = True, True, dt.timedelta(0)

    def _turn(self) -> bool:
        """Let each node work once; return whether anything moved."""
        moved = False
        while self._plan and self._plan[0][0] <= self.now:
            heapq.heappop(self._plan)[2]()
            moved = True
        with_clocks = self.now >= self._clocks_at + CLOCKS_EVERY
        if with_clocks:
            self._clocks_at = self.now
        for node in self.nodes.values():
            due = _due_of(node) if node.is_up else None
            if with_clocks and node.is_up and node.is_awake:
                self._look_at_clock(node)
            if due is not None and due <= node.clock(self.now):
                moved |= self._work(node)
        return moved

    def _look_at_clock(self, node: Node) -> None:
        at = node.clock(self.now)
        with node.inside():
            clocks.sequence_journal(at=at)
            clocks.mark_overdue(at=at)
            clocks.raise_gaps(at=at)

    def _work(self, node: Node) -> bool:
        """Do what the tasks of a worker do; return whether anything moved."""
        at = node.clock(self.now)
        moved = False
        with node.inside():
            for hop in sorted(queries.hops_due(at=at)) if node.carries else ():
                while self._carry(node, BureauId(hop)):
                    moved = True
            while opening.open_waiting(at=at):
                moved = True
        return moved

    def _carry(self, node: Node, hop: BureauId) -> int:
        return courier.deliver(
            next_hop=hop,
            transport=Wire(network=self),
            chance=self.random.random,
            at=node.clock(self.now),
        )

    def _next_due(self) -> dt.datetime | None:
        found = [self._plan[0][0]] if self._plan else []
        for node in self.nodes.values():
            due = _due_of(node) if node.is_up else None
            found += [] if due is None else [due - node.offset]
        return min(found, default=None)

    # --- space -----------------------------------------------------------------------------------

    def post(self, *, endpoint: str, what: str, body: bytes) -> bytes:
        """Carry a request through the weather, and its answer back."""
        target = next(node for node in self.nodes.values() if node.endpoint == endpoint)
        if not target.is_up or self._strikes("drop_request"):
            raise courier.Unreachable("no connection")
        if target.code in self.foreign_answers:
            return self.foreign_answers[target.code]
        answer = self._through_weather(target, what, body)
        if self._strikes("drop_answer"):
            raise courier.Unreachable("no answer")
        return self.flip(answer) if self._strikes("tamper_answer") else answer

    def _through_weather(self, target: Node, what: str, body: bytes) -> bytes:
        if self._strikes("tamper_item"):
            body = self._tampered_batch(body)
        if self._strikes("delay"):
            self._send_later(target, what, body)
            raise courier.Unreachable("no answer in time")
        if self._strikes("replay"):
            self._send_later(target, what, body)
        if self._strikes("duplicate"):
            self.arrive(target, what, body)
        if self._strikes("reorder"):
            return self._piecemeal(target, what, body)
        return self.arrive(target, what, body)

    def arrive(self, target: Node, what: str, body: bytes) -> bytes:
        """Return the answer of a node to a request, as `/wire/v1` gives it."""
        at = target.clock(self.now)
        if not target.is_up:
            raise courier.Unreachable("no connection")
        with target.inside():
            try:
                items = batch.read_batch(body)
                if what == courier.ENVELOPES:
                    return batch.write_answers(arrivals.take_in(envelopes=items, at=at))
                faults = receipts.take(bodies=items, at=at).faults
            except MithaqError as fault:
                raise courier.Unreachable(fault.code) from fault
            answers = tuple(batch.Answer(fault=fault) for fault in faults)
            return batch.write_answers(batch.Answers(items=answers))

    def flip(self, data: bytes) -> bytes:
        """Return `data` with one bit turned."""
        place = self.random.randrange(len(data))
        return (
            data[:place] + bytes([data[place] ^ 1 << self.random.randrange(8)]) + data[place + 1 :]
        )

    def _strikes(self, mishap: str) -> bool:
        strikes = self.random.random() < float(getattr(self.weather, mishap))
        if strikes:
            self.seen[mishap] = self.seen.get(mishap, 0) + 1
        return strikes

    def _tampered_batch(self, body: bytes) -> bytes:
        items = batch.read_batch(body)
        place = self.random.randrange(len(items))
        items[place] = self.flip(items[place])
        return batch.write_batch(items)

    def _send_later(self, target: Node, what: str, body: bytes) -> None:
        def deliver() -> None:
            try:
                self.arrive(target, what, body)
            except courier.Unreachable:
                self.seen["too_late"] = self.seen.get("too_late", 0) + 1

        self.later(LATEST * self.random.random(), deliver)

    def _piecemeal(self, target: Node, what: str, body: bytes) -> bytes:
        """Deliver each item alone, in another order; return their answers put together."""
        items = batch.read_batch(body)
        order = list(range(len(items)))
        self.random.shuffle(order)
        answers: dict[int, batch.Answers] = {}
        for place in order:
            answer = self.arrive(target, what, batch.write_batch([items[place]]))
            answers[place] = batch.read_answers(answer, expected=1)
        return batch.write_answers(
            batch.Answers(
                items=tuple(answers[place].items[0] for place in range(len(items))),
                gaps=answers[order[-1]].gaps,
            )
        )


@dataclass(frozen=True, kw_only=True)
class Wire:
    """The transport of a courier: the network and its weather."""

    network: Network

    def post(self, *, endpoint: str, what: str, body: bytes) -> bytes:
        return self.network.post(endpoint=endpoint, what=what, body=body)


_DUE = """
    SELECT least((SELECT min(next_attempt_at) FROM exchange_inbound), (
        SELECT min(next_attempt_at)
        FROM (SELECT next_attempt_at FROM exchange_outbound
              UNION ALL SELECT next_attempt_at FROM exchange_outgoingreceipt) AS leaving
        WHERE %s
    ))
"""


def _due_of(node: Node) -> dt.datetime | None:
    """Return when something of the node is due, by its own clock."""
    if not node.is_awake:
        return None
    with node.inside(), connection.cursor() as cursor:
        cursor.execute(_DUE, [node.carries])
        found = cursor.fetchone()
    return None if found is None else found[0]
