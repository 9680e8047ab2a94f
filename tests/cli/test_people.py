from __future__ import annotations

import pytest

from mithaq.apps.people.models import Officer, Token
from mithaq.cli import main

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> int:
    return main.run(["people", *arguments])


def test_an_officer_is_enrolled_with_roles_and_shown_by_pseudonym(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("enrol", "salma", "--role", "methods:methods-officer") == 0

    officer = Officer.objects.get(username="salma")
    assert capsys.readouterr().out == f"{officer.pseudonym}\n"
    assert officer.has_role(desk="methods", role="methods-officer")


@pytest.mark.parametrize("pair", ["methods:methods-oficer", "method:methods-officer", "methods"])
def test_a_desk_or_a_role_that_is_on_no_list_enrols_nobody(
    capsys: pytest.CaptureFixture[str], *, pair: str
) -> None:
    assert run("enrol", "salma", "--role", pair) == 2

    assert "is not one of" in capsys.readouterr().err
    assert not Officer.objects.exists()


def test_a_token_is_shown_once_and_its_digest_kept(capsys: pytest.CaptureFixture[str]) -> None:
    run("enrol", "salma")
    capsys.readouterr()

    assert run("token", "salma") == 0

    token = capsys.readouterr().out.strip()
    assert token.encode() not in bytes(Token.objects.get().digest)


def test_revoking_ends_every_token_of_the_officer_and_of_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("salma", "karim"):
        run("enrol", name)
        run("token", name)
    run("token", "salma")
    capsys.readouterr()

    assert run("revoke", "salma") == 0

    assert capsys.readouterr().out == "tokens ended: 2\n"
    assert [token.officer.username for token in Token.objects.all()] == ["karim"]


def test_a_token_for_nobody_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("token", "nobody") == 2

    assert "nobody" in capsys.readouterr().err
