from __future__ import annotations

import pytest

from mithaq.core.codes import codelist
from mithaq.core.workflow import (
    EVIDENCE,
    HOLD,
    METHOD,
    RECEIVED_METHOD,
    EvidenceAct,
    EvidenceState,
    HoldAct,
    HoldState,
    MethodAct,
    MethodState,
    NotAllowed,
)


@pytest.mark.parametrize("act", list(EvidenceAct), ids=str)
@pytest.mark.parametrize("state", [EvidenceState.OPENED, EvidenceState.REFUSED], ids=str)
def test_evidence_that_ends_the_duty_never_changes(state: EvidenceState, act: EvidenceAct) -> None:
    with pytest.raises(NotAllowed):
        EVIDENCE.next(state, act)


@pytest.mark.parametrize(
    "state",
    [
        state
        for state in EvidenceState
        if state not in {EvidenceState.OPENED, EvidenceState.REFUSED}
    ],
    ids=str,
)
def test_a_late_receipt_is_taken_in_every_state_that_leaves_the_duty_open(
    state: EvidenceState,
) -> None:
    assert EVIDENCE.next(state, EvidenceAct.OPEN) is EvidenceState.OPENED
    assert EVIDENCE.next(state, EvidenceAct.REFUSE) is EvidenceState.REFUSED


def test_a_relay_does_not_undo_what_the_receiver_said() -> None:
    assert not EVIDENCE.allows(EvidenceState.RECEIVED, EvidenceAct.RELAY)


@pytest.mark.parametrize("act", list(HoldAct), ids=str)
@pytest.mark.parametrize("state", sorted(HOLD.finals), ids=str)
def test_a_decided_hold_stays_decided(state: HoldState, act: HoldAct) -> None:
    with pytest.raises(NotAllowed):
        HOLD.next(state, act)


@pytest.mark.parametrize("act", [HoldAct.RELEASE, HoldAct.REFUSE], ids=str)
def test_the_preparer_s_role_decides_no_hold(act: HoldAct) -> None:
    assert "methods-officer" not in HOLD.row(HoldState.WAITING, act).roles


def test_a_draft_is_not_shared() -> None:
    with pytest.raises(NotAllowed):
        METHOD.next(MethodState.DRAFT, MethodAct.SHARE)


def test_a_withdrawn_method_is_not_shared() -> None:
    with pytest.raises(NotAllowed):
        METHOD.next(MethodState.WITHDRAWN, MethodAct.SHARE)


ROLES_AND_EVENTS = {
    table.name: [(row.roles, row.event) for row in table.transitions]
    for table in (EVIDENCE, HOLD, METHOD, RECEIVED_METHOD)
}


@pytest.mark.parametrize("name", ROLES_AND_EVENTS)
def test_the_administrator_does_nothing_by_that_role(name: str) -> None:
    assert all("system-administrator" not in roles for roles, _ in ROLES_AND_EVENTS[name])


@pytest.mark.parametrize("name", ROLES_AND_EVENTS)
def test_roles_and_events_are_codes_of_their_lists(name: str) -> None:
    for roles, event in ROLES_AND_EVENTS[name]:
        assert roles <= set(codelist("officer-role").codes)
        assert event in codelist("journal-event")


def test_the_states_of_evidence_are_the_codes_of_their_list() -> None:
    assert set(EvidenceState) == set(codelist("evidence-state").codes)
