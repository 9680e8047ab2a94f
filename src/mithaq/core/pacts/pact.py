"""The pact: who, until when, under which clauses; its canonical form and its hash.

The canonical form is deterministic CBOR (see `core.cbor`): a map with `format`, `id`, `version`,
`title`, `parties`, `clauses`, `validity`, and whatever else a later version adds. The form is
described in docs/protocol/pacts.md.

Invariants:
- `read(pact.data)` is the same pact, and `read(data).data == data` for all that is accepted: one
  pact has one form, and so one hash.
- Parties and clauses are kept in canonical order, whatever order they were given in.
- Fields that are not known survive and change no decision: what restricts must be a clause.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mithaq.core import cbor, ids
from mithaq.core.clock import Period
from mithaq.core.ids import BureauId, Digest, Urn
from mithaq.core.pacts.clause import Clause, Family, order, value_of
from mithaq.core.pacts.composed import Unknown, common
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.form import MAX_CLAUSES, MAX_NESTING, read_clauses, read_period
from mithaq.core.pacts.limits import Quota, checked_period, period_value
from mithaq.core.pacts.passage import Allow
from mithaq.core.pacts.ways import checked_bureaus

FORMAT = "mithaq/pact/1"
URN_KIND = "pact"
MAX_SIZE = 1 << 18  # bytes; a hundred times the longest pact we have written
MAX_VERSION = 1 << 31  # fits a database integer
MAX_TITLE = 300  # code points
MIN_PARTIES = 2
MAX_PARTIES = 64  # each signs twice, and a COSE_Sign of ours holds 128 signatures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pact:
    """The terms, signed or not. Only a `SignedPact` decides about real passages."""

    id: Urn
    version: int
    title: Mapping[str, str]
    """Title by language code; at least one."""
    parties: tuple[BureauId, ...]
    validity: Period
    clauses: tuple[Clause, ...] = ()
    """Without clauses the pact allows nothing."""
    extra: Mapping[str, cbor.Value] = field(default_factory=dict)
    """Fields of a later version, kept as they were."""

    data: bytes = field(init=False, repr=False)
    """The canonical form."""
    hash: Digest = field(init=False, repr=False)
    """SHA-256 of the canonical form; every envelope names it."""
    covered: frozenset[Family] = field(init=False, repr=False)
    """The families that a clause decides."""
    unknown: tuple[str, ...] = field(init=False, repr=False)
    """References of the clauses, however deep inside others, that this version cannot read."""
    allow: Allow = field(init=False, repr=False)
    """The answer that this pact gives where nothing refuses."""
    relays: frozenset[BureauId] = field(init=False, repr=False)
    """Who may relay; empty means that nothing is relayed.

    Where alternatives name different relays all are here; the decision stays with `decide`.
    """
    quotas: tuple[Quota, ...] = field(init=False, repr=False)
    """The quotas, however deep inside others, for which somebody has to count."""

    def __post_init__(self) -> None:
        _check(self)
        put = object.__setattr__
        put(self, "parties", tuple(sorted(self.parties)))
        put(self, "clauses", tuple(sorted(self.clauses, key=order)))
        put(self, "title", MappingProxyType(dict(self.title)))
        put(self, "data", _written(self))
        put(self, "hash", Digest(hashlib.sha256(self.data).digest()))
        families = frozenset[Family]().union(*(clause.families for clause in self.clauses))
        put(self, "covered", families)
        unknown = tuple(clause.ref for clause in walk(self.clauses) if isinstance(clause, Unknown))
        put(self, "unknown", unknown)
        put(self, "allow", Allow(refs=tuple(clause.ref for clause in self.clauses)))
        relays = common(self.clauses) if Family.RELAY in families else None
        put(self, "relays", relays or frozenset())
        quotas = tuple(clause for clause in walk(self.clauses) if isinstance(clause, Quota))
        put(self, "quotas", quotas)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pact) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)


def read(data: bytes) -> Pact:
    """Return the pact that `data`, its canonical form, holds. Nothing is verified.

    Raises:
        MalformedPact: it is not the canonical form of a pact.
    """
    try:
        fields = cbor.Fields(cbor.decode(data, max_size=MAX_SIZE), fault=MalformedPact)
    except cbor.Malformed as fault:
        raise MalformedPact(fault.detail) from fault
    if fields.text("format") != FORMAT:
        raise MalformedPact("not a pact of this format")
    pact = Pact(
        id=_urn(fields.text("id")),
        version=fields.integer("version", most=MAX_VERSION),
        title=_texts(fields.fields("title")),
        parties=tuple(BureauId(name) for name in fields.texts("parties")),
        clauses=read_clauses(fields),
        validity=_validity(fields),
        extra=_named(fields.rest()),
    )
    if pact.data != data:
        raise MalformedPact("parties, clauses or codes are not in canonical order, or stand twice")
    return pact


def walk(clauses: tuple[Clause, ...]) -> Iterator[Clause]:
    """Yield the clauses and all those inside them, each before its members."""
    for clause in clauses:
        yield clause
        yield from walk(clause.members())


def _check(pact: Pact) -> None:
    if ids.parts(_urn(pact.id))[1] != URN_KIND:
        raise MalformedPact("the id is not the URN of a pact")
    if not 1 <= pact.version <= MAX_VERSION:
        raise MalformedPact("the version is not a positive number in range")
    titles = pact.title.values()
    if not pact.title or not all(0 < len(title) <= MAX_TITLE for title in titles):
        raise MalformedPact(f"no title, or one that is empty or over {MAX_TITLE} long")
    checked_bureaus("parties", pact.parties)
    if not MIN_PARTIES <= len(pact.parties) <= MAX_PARTIES:
        raise MalformedPact(f"not {MIN_PARTIES} to {MAX_PARTIES} parties")
    if len(set(pact.parties)) < len(pact.parties):
        raise MalformedPact("a party is named twice")
    checked_period(pact.validity)
    refs = [clause.ref for clause in walk(pact.clauses)]
    if len(set(refs)) < len(refs):
        raise MalformedPact("two clauses have the same reference")
    _check_bounds(pact.clauses, depth=0)


def _check_bounds(clauses: tuple[Clause, ...], *, depth: int) -> None:
    if len(clauses) > MAX_CLAUSES or depth > MAX_NESTING:
        raise MalformedPact("too many clauses beside each other or inside each other")
    for clause in clauses:
        if members := clause.members():
            _check_bounds(members, depth=depth + 1)


def _written(pact: Pact) -> bytes:
    clauses: list[cbor.Encodable] = [value_of(clause) for clause in pact.clauses]
    value: dict[str, cbor.Encodable] = {
        **pact.extra,
        "format": FORMAT,
        "id": pact.id,
        "version": pact.version,
        "title": dict(pact.title),
        "parties": list(pact.parties),
        "validity": period_value(pact.validity),
        "clauses": clauses,
    }
    try:
        return cbor.encode(value)
    except cbor.NotEncodable as fault:
        raise MalformedPact(fault.detail) from fault


def _validity(fields: cbor.Fields) -> Period:
    bounds = fields.fields("validity")
    period = read_period(bounds)
    bounds.close()
    return period


def _urn(text: str) -> Urn:
    try:
        return ids.urn(text)
    except ids.BadIdentifier as fault:
        raise MalformedPact("the id is not a URN") from fault


def _texts(fields: cbor.Fields) -> dict[str, str]:
    return {name: fields.text(name) for name in _named(fields.rest())}


def _named(fields: Mapping[cbor.Key, cbor.Value]) -> dict[str, cbor.Value]:
    found = {name: value for name, value in fields.items() if isinstance(name, str)}
    if len(found) < len(fields):
        raise MalformedPact("a field is not named by a text")
    return found
