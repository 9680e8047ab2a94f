from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError

from mithaq.apps.journal.models import Event
from mithaq.apps.people import actions, queries
from mithaq.apps.people.models import Officer, Token
from mithaq.apps.people.permissions import PermissionDenied, check_may_act, may_act

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def enrol(username: str = "salma") -> Officer:
    return actions.enrol(
        username=username, name="Salma Example", language="ar", by="operator", at=AT
    )


def journalled(kind: str) -> list[str]:
    return list(Event.objects.filter(kind=kind).values_list("subject", flat=True))


def token(officer: Officer) -> str:
    return actions.issue_token(
        officer=officer, label="case system", lifetime=HOUR, by="operator", at=AT
    )


def test_an_officer_is_known_to_the_journal_by_pseudonym_alone() -> None:
    officer = enrol()

    assert journalled("officer-enrolled") == [officer.pseudonym]
    assert "salma" not in officer.pseudonym
    told = Event.objects.values_list("actor", "subject", "purpose", "peer")
    assert not any("alma" in text for row in told for text in row)


def test_pseudonyms_differ() -> None:
    assert enrol("one").pseudonym != enrol("two").pseudonym


def test_a_new_officer_has_neither_password_nor_role() -> None:
    officer = enrol()

    assert not officer.has_usable_password()
    assert not officer.assignments.exists()


def test_a_user_name_is_taken_once() -> None:
    enrol()

    with pytest.raises(IntegrityError):
        enrol()


def test_a_role_is_granted_once_and_journalled_once() -> None:
    officer = enrol()

    for _ in range(2):
        actions.grant(officer=officer, desk="duty", role="duty-officer", by="operator", at=AT)

    assert officer.assignments.count() == 1
    assert len(journalled("role-granted")) == 1


def test_a_role_is_removed_once_and_journalled_once() -> None:
    officer = enrol()
    actions.grant(officer=officer, desk="duty", role="duty-officer", by="operator", at=AT)

    for _ in range(2):
        actions.remove(officer=officer, desk="duty", role="duty-officer", by="operator", at=AT)

    assert not officer.assignments.exists()
    assert len(journalled("role-removed")) == 1


@pytest.mark.parametrize(
    ("desk", "role", "is_active", "expected"),
    [
        pytest.param("duty", "duty-officer", True, True, id="the role at the desk"),
        pytest.param("methods", "duty-officer", True, False, id="another desk"),
        pytest.param("duty", "second-officer", True, False, id="another role"),
        pytest.param("duty", "duty-officer", False, False, id="who left"),
    ],
)
def test_only_the_role_at_the_desk_opens(
    *, desk: str, role: str, is_active: bool, expected: bool
) -> None:
    officer = enrol()
    actions.grant(officer=officer, desk="duty", role="duty-officer", by="operator", at=AT)
    officer.is_active = is_active

    assert may_act(officer=officer, desk=desk, roles={role, "nothing"}) is expected
    if not expected:
        with pytest.raises(PermissionDenied):
            check_may_act(officer=officer, desk=desk, roles={role})


def test_no_roles_asked_means_nobody_may() -> None:
    assert not may_act(officer=enrol(), desk="duty", roles=())


def test_a_token_is_kept_as_its_digest_only() -> None:
    secret = token(enrol())

    kept = Token.objects.get()
    assert bytes(kept.digest) == queries.token_digest(secret)
    assert secret.encode() not in bytes(kept.digest)


@pytest.mark.parametrize(
    ("at", "speaks"),
    [
        pytest.param(AT - SECOND, False, id="before"),
        pytest.param(AT, True, id="from the first instant"),
        pytest.param(AT + HOUR - SECOND, True, id="to the last"),
        pytest.param(AT + HOUR, False, id="expired"),
    ],
)
def test_a_token_speaks_within_its_time(at: dt.datetime, *, speaks: bool) -> None:
    officer = enrol()
    secret = token(officer)

    assert queries.officer_for_token(token=secret, at=at) == (officer if speaks else None)


@pytest.mark.parametrize("given", ["", "no token", "\ud800", "x" * 10_000])
def test_another_token_speaks_for_nobody(given: str) -> None:
    token(enrol())

    assert queries.officer_for_token(token=given, at=AT) is None


def test_a_token_of_an_officer_who_left_speaks_for_nobody() -> None:
    officer = enrol()
    secret = token(officer)
    Officer.objects.update(is_active=False)

    assert queries.officer_for_token(token=secret, at=AT) is None
    assert queries.officer_named("salma") is None


def test_revoked_tokens_speak_for_nobody() -> None:
    officer, other = enrol(), enrol("other")
    first, second, kept = token(officer), token(officer), token(other)

    assert actions.revoke_tokens(officer=officer, by="operator", at=AT) == 2

    assert queries.officer_for_token(token=first, at=AT) is None
    assert queries.officer_for_token(token=second, at=AT) is None
    assert queries.officer_for_token(token=kept, at=AT) == other
    assert len(journalled("token-revoked")) == 1


def test_a_token_that_ends_before_it_begins_is_not_kept() -> None:
    with pytest.raises(IntegrityError):
        actions.issue_token(officer=enrol(), label="", lifetime=-HOUR, by="operator", at=AT)
