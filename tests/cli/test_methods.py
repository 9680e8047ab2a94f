from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass
from typing import Protocol

import pytest

from mithaq.apps.methods.models import Method
from mithaq.cli import main
from mithaq.core.codes import codelist
from mithaq.core.formats import stix
from tests.factories import methods as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundle(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    make.officer("methods-officer", username="nadia")
    monkeypatch.setenv("MITHAQ_OFFICER", "nadia")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    found = tmp_path / "bundle.json"
    found.write_bytes(make.bundle(make.pattern()))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    exit_code: int
    stdout: str
    stderr: str


class Command(Protocol):
    def __call__(self, *arguments: str) -> Told: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: str) -> Told:
        exit_code = main.run(["methods", *arguments])
        said = capsys.readouterr()
        return Told(exit_code=exit_code, stdout=said.out, stderr=said.err)

    return call


def test_an_import_tells_what_it_did_and_a_second_that_nothing_changed(
    run: Command, bundle: pathlib.Path
) -> None:
    first = run("import", str(bundle))
    second = run("import", str(bundle), "--json")

    assert (first.exit_code, first.stdout) == (0, "1 new, 0 changed, 0 unchanged\n")
    assert json.loads(second.stdout) == {
        "new": 0,
        "changed": 0,
        "unchanged": 1,
        "left": [],
        "passed_over": {},
    }


def test_a_broken_file_is_refused_whole_with_exit_1(run: Command, bundle: pathlib.Path) -> None:
    bundle.write_bytes(make.bundle(make.pattern(), make.pattern(id=make.OTHER, confidence=900)))

    told = run("import", str(bundle))
    as_json = run("import", str(bundle), "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert make.OTHER in told.stderr
    assert "confidence" in told.stderr
    assert json.loads(as_json.stdout)["refused"][0]["code"] == "stix.bad_field"
    assert not Method.objects.exists()


def test_what_was_left_is_told_with_the_reason(run: Command, bundle: pathlib.Path) -> None:
    run("import", str(bundle))
    bundle.write_bytes(make.bundle(make.pattern(name="Another name")))

    assert (
        "left as it was (conflicting): urn:mithaq:XA:method:" in run("import", str(bundle)).stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--handling", "h9"), id="no-such-handling"),
        pytest.param(("--tlp", "white"), id="no-such-tlp"),
        pytest.param(("--retain-days", "0"), id="no-retention"),
        pytest.param(("--as", "nobody"), id="no-such-officer"),
    ],
)
def test_wrong_use_is_exit_2(
    run: Command, bundle: pathlib.Path, arguments: tuple[str, ...]
) -> None:
    assert run("import", str(bundle), *arguments).exit_code == 2
    assert not Method.objects.exists()


def test_methods_are_listed_shown_and_exported(
    run: Command, bundle: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    run("import", str(bundle))
    out = tmp_path / "out.json"

    (listed,) = json.loads(run("list", "--search", "parcel", "--json").stdout)["methods"]
    shown = json.loads(run("show", str(listed["urn"])).stdout)
    exported = run("export", str(out))

    assert shown["body"]["title"] == listed["title"] == "False parcel text message"
    assert exported.exit_code == 0
    assert [one.title for one in stix.read_bundle(out.read_bytes()).methods] == [listed["title"]]
    assert run("list", "--received").stdout == "none\n"


def test_a_refused_share_is_exit_1_and_says_why(run: Command, bundle: pathlib.Path) -> None:
    run("import", str(bundle))
    wanted = (
        *("share", Method.objects.get().urn, "--with", "XB", "--case", "M-2026-17"),
        *("--pact", "urn:mithaq:XS:pact:6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eff"),
        *("--necessity", "Seen at the common border this month."),
    )

    told = run(*wanted, "--json")

    assert told.exit_code == 1
    assert json.loads(told.stdout)["outcome"] == "refused"


def test_a_refused_share_is_told_in_the_callers_language(
    run: Command, bundle: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", str(bundle))
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")

    told = run(
        *("share", Method.objects.get().urn, "--with", "XB", "--case", "M-2026-17"),
        *("--pact", "urn:mithaq:XS:pact:6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eff"),
        *("--necessity", "Seen at the common border this month."),
    )

    sentence = codelist("error-code").label("pact-unknown", "fr")
    assert told.stdout == f"refused: {sentence} [pact.unknown]\n"


def test_an_absent_method_is_an_error_with_its_code(run: Command, bundle: pathlib.Path) -> None:
    absent = run("show", "urn:mithaq:XA:method:6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eff")

    assert absent.exit_code == 1
    assert "[record.not_found]" in absent.stderr
