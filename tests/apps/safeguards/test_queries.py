from __future__ import annotations

import datetime as dt
import uuid

import pytest

from mithaq.apps.safeguards import actions, queries
from mithaq.apps.safeguards.actions import NewRefusal
from mithaq.apps.safeguards.models import Stage
from mithaq.apps.safeguards.queries import HoldUnknown
from tests.factories.holds import AT, DIGEST, make_hold, make_officer

pytestmark = pytest.mark.django_db


def test_waiting_shows_a_reviewer_the_oldest_first() -> None:
    first = make_officer("first")
    later = make_hold(by=first, at=AT + dt.timedelta(hours=1))
    earlier = make_hold(by=first)
    second = make_officer("second", role="second-officer")

    assert list(queries.waiting(officer=second)) == [earlier, later]


def test_waiting_shows_nobody_what_they_prepared_nor_what_is_decided() -> None:
    second = make_officer("second", role="second-officer")
    third = make_officer("third", role="second-officer")
    own = make_hold(by=second)
    decided = make_hold(by=make_officer("first"))
    actions.approve(hold=decided.pk, digest=DIGEST, by=third, at=AT)

    assert list(queries.waiting(officer=second)) == []
    assert list(queries.waiting(officer=third)) == [own]


def test_a_hold_is_shown_to_who_prepared_it_and_to_reviewers() -> None:
    first = make_officer("first")
    hold = make_hold(by=first)
    second = make_officer("second", role="second-officer")

    assert queries.hold_for(officer=first, hold=hold.pk) == hold
    assert queries.hold_for(officer=second, hold=hold.pk) == hold


def test_absent_and_forbidden_get_the_same_answer() -> None:
    hold = make_hold(by=make_officer("first"))
    stranger = make_officer("stranger", role="methods-officer")

    with pytest.raises(HoldUnknown) as forbidden:
        queries.hold_for(officer=stranger, hold=hold.pk)
    with pytest.raises(HoldUnknown) as absent:
        queries.hold_for(officer=stranger, hold=uuid.uuid4())

    assert str(forbidden.value) == str(absent.value)


def test_refusals_are_counted_by_stage_and_ground_in_a_half_open_period() -> None:
    def refuse(stage: Stage, ground: str, at: dt.datetime) -> None:
        refusal = NewRefusal(
            stage=stage, ground=ground, kind="method", purpose="share-method", peer="XB"
        )
        actions.count_refusal(refusal=refusal, subject="s", by="o-1", at=at)

    day = dt.timedelta(days=1)
    refuse(Stage.GATE, "retention-missing", AT)
    refuse(Stage.GATE, "retention-missing", AT + day / 2)
    refuse(Stage.PACT, "pact.purpose", AT)
    refuse(Stage.PACT, "pact.purpose", AT + day)
    refuse(Stage.PACT, "pact.purpose", AT - day)

    assert queries.refusals_by_ground(since=AT, until=AT + day) == {
        ("gate", "retention-missing"): 2,
        ("pact", "pact.purpose"): 1,
    }
