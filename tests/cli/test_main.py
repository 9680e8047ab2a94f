from __future__ import annotations

import subprocess
import sys

import click
import pytest

from mithaq.cli import main, sentences
from mithaq.core.errors import MithaqError


class Expired(MithaqError):
    """An envelope is past its date."""

    code = "envelope.expired"


class Unlisted(MithaqError):
    """A fault without a sentence."""

    code = "test.unlisted"


def test_alone_it_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == 0

    assert "Start three bureaus on this machine." in capsys.readouterr().out


def test_a_command_that_does_not_exist_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["nonsense"]) == 2

    assert "nonsense" in capsys.readouterr().err


def test_an_error_of_ours_ends_with_1_a_sentence_and_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")

    assert main.run(["node", "show", "--node", "nowhere"]) == 1

    assert "[node.config_missing]" in capsys.readouterr().err


@pytest.mark.parametrize("name", main.COMMANDS)
def test_a_group_says_of_itself_what_the_table_of_commands_says(name: str) -> None:
    command = main.root.get_command(click.Context(main.root), name)

    assert command is not None
    assert not isinstance(command, click.Group) or command.help == main.COMMANDS[name]


def test_listing_the_commands_loads_no_django() -> None:
    code = (
        "import sys; from mithaq.cli import main; main.run([]);"
        "sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("variable", "value", "language"),
    [
        ("LANG", "ar_MA.UTF-8", "ar"),
        ("LC_ALL", "fr_FR.UTF-8", "fr"),
        ("LC_MESSAGES", "es", "es"),
        ("LANG", "C.UTF-8", "en"),
        ("LANG", "", "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, *, variable: str, value: str, language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)

    assert sentences.language() == language


def test_an_error_is_told_in_the_callers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")

    told = sentences.describe(Expired("by three days"))

    assert "expiré" in told
    assert told.endswith("[envelope.expired]\n  by three days")


def test_an_error_without_a_sentence_tells_what_it_is() -> None:
    assert sentences.describe(Unlisted()) == "A fault without a sentence. [test.unlisted]"
