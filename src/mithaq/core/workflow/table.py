"""The form of a workflow table, and the one way to move through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from mithaq.core.errors import MithaqError

StateT = TypeVar("StateT", bound=StrEnum)
ActT = TypeVar("ActT", bound=StrEnum)


class NotAllowed(MithaqError):
    """The act is not in the table for the present state."""

    code = "workflow.not_allowed"


class BadTable(MithaqError):
    """A workflow table is incomplete or contradicts itself."""

    code = "workflow.bad_table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Generic[StateT, ActT]):
    """One row: `act` leads from `source` to `target`.

    `roles` are codes of the list officer-role; empty means that no person does it but the
    system itself. `event` is a code of the list journal-event.
    """

    act: ActT
    source: StateT
    target: StateT
    roles: frozenset[str]
    event: str


def rows(
    *,
    act: ActT,
    sources: Iterable[StateT],
    target: StateT,
    event: str,
    roles: Iterable[str] = (),
) -> tuple[Transition[StateT, ActT], ...]:
    """Return one transition for each of `sources`, alike in everything else."""
    may = frozenset(roles)
    return tuple(
        Transition(act=act, source=source, target=target, roles=may, event=event)
        for source in sources
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow(Generic[StateT, ActT]):
    """A named table of transitions over the states of one enum.

    Raises:
        BadTable: two rows answer the same act in the same state, a state cannot be reached, or
            `finals` are not exactly the states without a way out.
    """

    name: str
    states: type[StateT]
    initial: StateT
    finals: frozenset[StateT]
    transitions: tuple[Transition[StateT, ActT], ...]

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise BadTable(f"{self.name}: {fault}")

    def next(self, state: StateT, act: ActT) -> StateT:
        """Return the state that `act` leads to from `state`.

        Raises:
            NotAllowed: the table has no such row.
        """
        return self.row(state, act).target

    def row(self, state: StateT, act: ActT) -> Transition[StateT, ActT]:
        """Return the row of `act` in `state`, with its roles and its event.

        Raises:
            NotAllowed: the table has no such row.
        """
        for transition in self.transitions:
            if transition.source == state and transition.act == act:
                return transition
        raise NotAllowed(f"{self.name}: {act} in {state}")

    def allows(self, state: StateT, act: ActT) -> bool:
        """Return whether the table has a row of `act` in `state`."""
        return any(row.source == state and row.act == act for row in self.transitions)

    def acts(self, state: StateT, *, roles: frozenset[str]) -> tuple[ActT, ...]:
        """Return what a person with `roles` may do in `state`, in the order of the table."""
        return tuple(
            row.act for row in self.transitions if row.source == state and row.roles & roles
        )

    def _faults(self) -> Iterator[str]:
        keys = [(row.source, row.act) for row in self.transitions]
        yield from (
            f"{act} in {source} twice" for source, act in keys if keys.count((source, act)) > 1
        )
        reached = self._reached()
        yield from (f"{state} cannot be reached" for state in self.states if state not in reached)
        ends = set(self.states) - {row.source for row in self.transitions}
        if ends != self.finals:
            yield "finals are not the states without a way out"

    def _reached(self) -> set[StateT]:
        found: set[StateT] = set()
        waiting = [self.initial]
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting += [row.target for row in self.transitions if row.source == state]
        return found
