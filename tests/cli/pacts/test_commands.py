from __future__ import annotations

import json
import pathlib

import pytest
from click.testing import CliRunner, Result

from mithaq.apps.pacts import actions, queries
from mithaq.cli.pacts import pacts
from mithaq.core.clock import Period
from mithaq.core.errors import MithaqError
from mithaq.core.pacts import (
    Act,
    BadDraft,
    MalformedPact,
    UnknownPact,
    add_signatures,
    read,
    sign_notice,
    sign_pact,
    unverified_notice,
    unverified_terms,
)
from mithaq.core.pacts.allowed import Fields, Purposes
from mithaq.core.pacts.composed import Unknown
from mithaq.core.pacts.limits import Validity
from mithaq.core.pacts.ways import Relay
from tests.factories.pacts import (
    DAY,
    NOON,
    PACT_ID,
    XA,
    XB,
    XS,
    authority,
    make_notice,
    make_pact,
    make_signed,
)

DRAFT = """\
title: {en: Methods, ar: أساليب}
parties: [XA, XB]
validity: {starts: {days: -1}, ends: {days: 30}}
clauses:
  - purposes: [share-method]
  - kinds: [method]
  - handling: [h0]
  - retention: {days: 365}
"""


class Runner:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def __call__(self, command: str, *words: object) -> Result:
        given = [command, "--node", str(self.folder), *map(str, words)]
        return CliRunner().invoke(pacts, given, standalone_mode=False)

    def lines(self, command: str, *words: object) -> list[str]:
        result = self(command, *words)
        assert result.exception is None, result.exception
        return result.output.splitlines()

    def json(self, command: str, *words: object) -> object:
        return json.loads("\n".join(self.lines(command, *words, "--json")))

    def fault(self, command: str, *words: object) -> MithaqError:
        result = self(command, *words)
        assert isinstance(result.exception, MithaqError)
        return result.exception


@pytest.fixture
def run(node_folder: pathlib.Path) -> Runner:
    return Runner(node_folder)


def loaded(run: Runner, tmp_path: pathlib.Path, signed: bytes | None = None) -> None:
    file = tmp_path / "signed"
    file.write_bytes(make_signed() if signed is None else signed)
    run.lines("load", file)


def test_from_a_draft_to_a_pact_that_counts(run: Runner, tmp_path: pathlib.Path) -> None:
    source, terms, ours, both = (tmp_path / name for name in ("d.yaml", "terms", "ours", "both"))
    source.write_text(DRAFT, encoding="utf-8")

    drafted = run.lines("draft", source, terms)
    run.lines("sign", terms, ours)
    both.write_bytes(add_signatures(signed=ours.read_bytes(), signers=authority(XB)))
    run.lines("load", both)

    pact = read(terms.read_bytes())
    assert drafted == [f"{pact.id} version 1 of XA, XB", f"hash {pact.hash.hex()}"]
    assert queries.signed_pact(pact_id=pact.id, at=NOON).terms == pact


def test_a_new_version_keeps_the_name(run: Runner, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "d.yaml"
    source.write_text(f"version: 2\n{DRAFT}", encoding="utf-8")

    run.lines("draft", source, tmp_path / "terms", "--id", PACT_ID)

    pact = read((tmp_path / "terms").read_bytes())
    assert (pact.id, pact.version) == (PACT_ID, 2)


def test_a_bad_draft_writes_no_file(run: Runner, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "d.yaml"
    source.write_text(DRAFT.replace("share-method", "curiosity"), encoding="utf-8")

    fault = run.fault("draft", source, tmp_path / "terms")

    assert isinstance(fault, BadDraft)
    assert not (tmp_path / "terms").exists()


def test_this_bureau_signs_after_another(run: Runner, tmp_path: pathlib.Path) -> None:
    theirs, both = tmp_path / "theirs", tmp_path / "both"
    theirs.write_bytes(sign_pact(data=make_pact().data, signers=authority(XB)))

    run.lines("sign", theirs, both)

    assert unverified_terms(both.read_bytes()) == make_pact()
    run.lines("load", both)


def test_what_is_no_pact_is_not_signed(run: Runner, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "letter"
    file.write_bytes(b"Dear colleagues")

    assert isinstance(run.fault("sign", file, tmp_path / "signed"), MalformedPact)
    assert not (tmp_path / "signed").exists()


def test_the_list_tells_how_each_version_stands(run: Runner, tmp_path: pathlib.Path) -> None:
    begun = make_pact(version=1)
    later = make_pact(version=2, validity=Period(starts_at=NOON - DAY))
    for pact in (begun, later):
        loaded(run, tmp_path, make_signed(pact))

    rows = run.json("list")

    assert isinstance(rows, list)
    assert [(row["pact"], row["version"], row["state"]) for row in rows] == [
        (PACT_ID, 2, "in force"),
        (PACT_ID, 1, "superseded"),
    ]


STATES = {
    "in force": (Period(starts_at=NOON), None),
    "not yet in force": (Period(starts_at=NOON + DAY), None),
    "ended": (Period(starts_at=NOON - DAY, ends_at=NOON), None),
    "suspended": (Period(starts_at=NOON), Act.SUSPEND),
}


@pytest.mark.parametrize(("validity", "act"), STATES.values(), ids=STATES)
def test_a_pact_is_listed_by_its_state(
    *,
    run: Runner,
    tmp_path: pathlib.Path,
    request: pytest.FixtureRequest,
    validity: Period,
    act: Act | None,
) -> None:
    pact = make_pact(validity=validity)
    loaded(run, tmp_path, make_signed(pact))
    if act is not None:
        signed = sign_notice(notice=make_notice(pact=pact, act=act), signers=authority(XB))
        actions.apply_notice(signed=signed, by="operator", at=NOON)

    rows = run.json("list")

    assert isinstance(rows, list)
    assert rows[0]["state"] in request.node.name


def test_where_there_is_no_pact_the_list_says_so(run: Runner) -> None:
    assert run.lines("list") == ["none"]


def test_a_pact_is_shown_by_name_with_labels(run: Runner, tmp_path: pathlib.Path) -> None:
    loaded(run, tmp_path, make_signed(make_pact(Relay(ref="c5", bureaus=frozenset({XS})))))

    shown = run.json("show", PACT_ID)

    assert isinstance(shown, dict)
    assert (shown["pact"], shown["version"], shown["parties"]) == (PACT_ID, 1, [XA, XB])
    assert shown["title"] == "Methods exchange"
    assert shown["clauses"][1] == {"ref": "c2", "type": "kinds", "allowed": ["Criminal method"]}
    assert shown["clauses"][4] == {"ref": "c5", "type": "relay", "bureaus": ["XS"]}


def test_a_pact_is_shown_before_it_is_signed(run: Runner, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "terms"
    unknown = Unknown(ref="c5", type="ritual", content={"moon": "full"})
    file.write_bytes(make_pact(unknown).data)

    lines = run.lines("show", file)

    assert f"hash: {make_pact(unknown).hash.hex()}" in lines
    assert lines[-1].startswith("c5  ritual")


def test_periods_and_fields_are_shown_as_they_are(run: Runner, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "terms"
    clauses = (
        Validity(ref="c5", period=Period(starts_at=NOON)),
        Fields(ref="c6", kind="method", allowed=frozenset({"route", "title"})),
        Purposes(ref="c7", allowed=frozenset({"dowsing"})),
    )
    file.write_bytes(make_pact(*clauses).data)

    shown = run.json("show", file)

    assert isinstance(shown, dict)
    assert shown["clauses"][4:] == [
        {"ref": "c5", "type": "validity", "starts_at": NOON.isoformat(), "ends_at": None},
        {"ref": "c6", "type": "fields", "kind": ["Criminal method"], "allowed": ["route", "title"]},
        {"ref": "c7", "type": "purposes", "allowed": ["dowsing"]},
    ]


def test_what_is_neither_a_name_nor_a_file_is_a_wrong_use(run: Runner) -> None:
    result = run("show", "nothing-of-the-kind")

    assert getattr(result.exception, "exit_code", None) == 2


ASK = ("--from", "XA", "--to", "XB", "--purpose", "share-method", "--days", "30")


def test_a_try_out_that_is_allowed_names_the_clauses(run: Runner, tmp_path: pathlib.Path) -> None:
    loaded(run, tmp_path)

    assert run.lines("decide", PACT_ID, *ASK) == ["allowed by c1, c2, c3, c4"]
    assert run.json("decide", PACT_ID, *ASK) == {
        "allowed": True,
        "clauses": ["c1", "c2", "c3", "c4"],
    }


REFUSED = {
    "the wrong purpose": (("--purpose", "statistics"), "pact.purpose", "c1"),
    "no party": (("--to", "XC"), "pact.party", "parties"),
    "the wrong kind": (("--kind", "person"), "pact.record_kind", "c2"),
    "the wrong handling": (("--handling", "h3"), "pact.handling", "c3"),
    "kept too long": (("--days", "101"), "pact.retention", "c4"),
    "an offence": (("--offence", "terrorism"), "pact.offence", ""),
    "a person": (("--person", "suspect"), "pact.person_category", ""),
    "a relay": (("--via", "XS"), "pact.relay", ""),
}


@pytest.mark.parametrize(("words", "code", "clause"), REFUSED.values(), ids=REFUSED)
def test_a_try_out_that_is_refused_ends_with_one(
    *, run: Runner, tmp_path: pathlib.Path, words: tuple[str, str], code: str, clause: str
) -> None:
    loaded(run, tmp_path)

    result = run("decide", PACT_ID, *ASK, *words, "--json")

    assert result.return_value == 1
    assert json.loads(result.output) == {"allowed": False, "code": code, "clause": clause}


def test_a_refusal_is_told_in_a_sentence(run: Runner, tmp_path: pathlib.Path) -> None:
    loaded(run, tmp_path)

    result = run("decide", PACT_ID, *ASK, "--purpose", "statistics")

    assert result.output == (
        "refused (clause c1): The pact does not allow this purpose. [pact.purpose]\n"
    )


def test_a_try_out_under_an_unknown_pact_is_a_fault(run: Runner) -> None:
    assert isinstance(run.fault("decide", PACT_ID, *ASK), UnknownPact)


ACTS = {
    "suspend": (Act.SUSPEND, ()),
    "resume": (Act.RESUME, ()),
    "end": (Act.END, ("--yes",)),
}


@pytest.mark.parametrize(("command", "expected"), ACTS.items(), ids=ACTS)
def test_a_notice_is_written_for_the_others(
    *, run: Runner, tmp_path: pathlib.Path, command: str, expected: tuple[Act, tuple[str, ...]]
) -> None:
    act, words = expected
    loaded(run, tmp_path)
    file = tmp_path / "notice"

    run.lines(command, PACT_ID, file, "--reason", "Sous examen", "--language", "fr", *words)

    notice = unverified_notice(file.read_bytes())
    assert (notice.act, notice.party, notice.reason) == (act, XA, {"fr": "Sous examen"})
    assert notice.effective_at == NOON


@pytest.mark.parametrize(
    ("day", "effective"),
    [
        pytest.param("2026-12-01", NOON + 9.5 * DAY, id="midnight of a day to come"),
        pytest.param("2026-11-01", NOON, id="now where the day is past"),
    ],
)
def test_a_notice_can_name_its_day(
    *, run: Runner, tmp_path: pathlib.Path, day: str, effective: object
) -> None:
    loaded(run, tmp_path)

    run.lines("suspend", PACT_ID, tmp_path / "notice", "--on", day)

    assert unverified_notice((tmp_path / "notice").read_bytes()).effective_at == effective


def test_a_notice_of_another_party_is_accepted_from_a_file(
    run: Runner, tmp_path: pathlib.Path
) -> None:
    loaded(run, tmp_path)
    file = tmp_path / "notice"
    file.write_bytes(sign_notice(notice=make_notice(), signers=authority(XB)))

    lines = run.lines("apply", file)

    assert lines[-1] == "stands now: suspended"
