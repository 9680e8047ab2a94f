from __future__ import annotations

import pathlib

from mithaq.cli import check
from mithaq.cli.check import Check


def test_a_check_that_fails_is_reported_with_what_it_said(tmp_path: pathlib.Path) -> None:
    outcome = check.run(
        Check(name="sample", words=("-c", "print('line 7'); raise SystemExit(1)")), root=tmp_path
    )

    assert not outcome.ok
    assert outcome.output == "line 7\n"


def test_a_check_that_passes_is_ok(tmp_path: pathlib.Path) -> None:
    assert check.run(Check(name="sample", words=("-c", "")), root=tmp_path).ok


def test_everything_that_must_hold_is_checked() -> None:
    assert {one.name for one in check.CHECKS} == {
        *("format", "lint", "floors", "spelling", "types", "migrations", "docs", "tests")
    }
