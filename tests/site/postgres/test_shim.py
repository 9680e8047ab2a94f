from __future__ import annotations

import sys

import pytest

from mithaq.site.postgres import isolation

SHOW = "import os; print(os.geteuid(), open('/proc/self/status').read())"


@pytest.fixture
def inside() -> isolation.Isolation:
    made = isolation.in_namespace()
    if made.run([sys.executable, "-I", "-S", "-c", ""]).returncode != 0:
        pytest.skip("this machine refuses user namespaces")
    return made


def test_a_program_inside_is_not_root_and_holds_no_capability(
    inside: isolation.Isolation,
) -> None:
    done = inside.run([sys.executable, "-I", "-S", "-c", SHOW])

    uid, _, status = done.stdout.decode().partition(" ")
    assert 0 < int(uid) < isolation.OVERFLOW_UID
    assert "CapEff:\t0000000000000000" in status


def test_a_program_inside_sees_nothing_of_the_callers_environment(
    inside: isolation.Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")

    done = inside.run([sys.executable, "-I", "-S", "-c", "import os; print(sorted(os.environ))"])

    assert b"PGPASSWORD" not in done.stdout


def test_the_exit_code_of_a_program_comes_through(inside: isolation.Isolation) -> None:
    assert inside.run([sys.executable, "-I", "-S", "-c", "import os; os._exit(7)"]).returncode == 7
