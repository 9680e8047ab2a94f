from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.workflow import BadTable, NotAllowed, Transition, Workflow


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


class Hand(StrEnum):
    PUSH = "push"
    PULL = "pull"
    WALL = "wall"


def row(act: Hand, source: Door, target: Door, *roles: str) -> Transition[Door, Hand]:
    return Transition(act=act, source=source, target=target, roles=frozenset(roles), event="e")


PUSH = row(Hand.PUSH, Door.OPEN, Door.SHUT, "porter")
PULL = row(Hand.PULL, Door.SHUT, Door.OPEN, "porter", "guest")
WALL = row(Hand.WALL, Door.SHUT, Door.WALLED)


def table(*transitions: Transition[Door, Hand], finals: frozenset[Door]) -> Workflow[Door, Hand]:
    return Workflow(
        name="door", states=Door, initial=Door.OPEN, finals=finals, transitions=transitions
    )


WALLED = frozenset({Door.WALLED})
DOOR = table(PUSH, PULL, WALL, finals=WALLED)


def test_an_act_of_the_table_leads_to_its_target() -> None:
    assert DOOR.next(Door.OPEN, Hand.PUSH) is Door.SHUT
    assert DOOR.row(Door.SHUT, Hand.PULL).roles == {"porter", "guest"}


@given(state=st.sampled_from(Door), acts=st.lists(st.sampled_from(Hand), max_size=6))
def test_no_walk_leaves_the_table(state: Door, acts: list[Hand]) -> None:
    for act in acts:
        if DOOR.allows(state, act):
            state = DOOR.next(state, act)
        else:
            with pytest.raises(NotAllowed):
                DOOR.next(state, act)

    assert state in Door


def test_a_person_is_offered_only_what_the_roles_allow() -> None:
    assert DOOR.acts(Door.SHUT, roles=frozenset({"guest"})) == (Hand.PULL,)
    assert DOOR.acts(Door.OPEN, roles=frozenset({"guest"})) == ()


def test_what_only_the_system_does_is_offered_to_nobody() -> None:
    everybody = frozenset({"guest", "porter"})

    assert Hand.WALL not in DOOR.acts(Door.SHUT, roles=everybody)


@pytest.mark.parametrize(
    ("transitions", "finals"),
    [
        pytest.param((PUSH, PUSH, PULL, WALL), WALLED, id="same-act-twice"),
        pytest.param((PUSH, PULL), WALLED, id="unreachable-state"),
        pytest.param((PUSH, PULL, WALL), frozenset(), id="undeclared-end"),
        pytest.param((PUSH, PULL, WALL), WALLED | {Door.SHUT}, id="end-with-a-way-out"),
    ],
)
def test_an_incomplete_table_cannot_be_built(
    transitions: tuple[Transition[Door, Hand], ...], finals: frozenset[Door]
) -> None:
    with pytest.raises(BadTable):
        table(*transitions, finals=finals)
