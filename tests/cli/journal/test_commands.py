from __future__ import annotations

import json
import pathlib
import uuid

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from pytest_django import Settings

from mithaq.apps.journal import actions, queries
from mithaq.apps.journal.models import Leaf
from mithaq.apps.keys.models import Key
from mithaq.cli.journal import journal as command
from mithaq.cli.journal import tiles
from mithaq.core.errors import MithaqError
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.note import Signature
from tests.factories import flushing, logs
from tests.factories.journals import AT, Journal

pytestmark = pytest.mark.django_db
SIZE = 300


@pytest.fixture(autouse=True)
def files(tmp_path: pathlib.Path, settings: Settings) -> pathlib.Path:
    settings.MITHAQ_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def written() -> Journal:
    made = Journal()
    made.grow(200, SIZE - 200)
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


def test_a_journal_that_holds_ends_with_zero(written: Journal, node_folder: pathlib.Path) -> None:
    result = run("verify", "--node", node_folder, "--key", written.key.to_text(), "--json")

    assert result.return_value == 0
    facts = json.loads(result.output)
    assert (facts["ok"], facts["size"], facts["signed_states"]) == (True, SIZE, 2)


def test_a_fault_ends_with_one_and_is_named_with_its_place(
    written: Journal, node_folder: pathlib.Path
) -> None:
    event = Leaf.objects.get(position=7).event_id
    with flushing.unguarded("journal_event"), connection.cursor() as cursor:
        cursor.execute("UPDATE journal_event SET actor = 'o-2' WHERE id = %s", [event])

    result = run("verify", "--node", node_folder, "--key", written.key.to_text())

    assert result.return_value == 1
    first, last = result.output.splitlines()
    assert first.startswith(f"[journal.inconsistent] position 7 event {event}: ")
    assert last.startswith("the journal does not hold: 1 faults; 300 entries")


def test_the_keys_of_the_node_are_believed_by_default(
    written: Journal, node_folder: pathlib.Path
) -> None:
    Key.objects.create(
        kid=written.private.kid,
        role="journal",
        algorithm=written.private.alg,
        public=written.private.public.raw,
        starts_at=AT,
        ends_at=AT.replace(year=2030),
    )

    assert run("verify", "--node", node_folder).return_value == 0
    assert run("key", "--node", node_folder).output == f"{written.key.to_text()}\n"


def test_many_faults_are_counted_and_some_named(
    written: Journal, node_folder: pathlib.Path
) -> None:
    with flushing.unguarded("journal_event"), connection.cursor() as cursor:
        cursor.execute("UPDATE journal_event SET actor = 'o-2'")

    lines = run("verify", "--node", node_folder, "--key", written.key.to_text()).output.split("\n")

    assert lines[100] == "… 200 more"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--key", "no-key"), id="no key"),
        pytest.param(("--tiles", "."), id="tiles without a key"),
    ],
)
def test_a_wrong_use_is_told_apart_from_a_fault(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, ["verify", *words])

    assert result.exit_code == 2


def test_neither_node_nor_tiles_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MITHAQ_NODE", raising=False)

    assert CliRunner().invoke(command, ["verify"]).exit_code == 2


@pytest.fixture
def exported(written: Journal, node_folder: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "export"
    assert run("export", "--node", node_folder, folder).return_value == 0
    return folder


def offline(folder: pathlib.Path, key: Journal, *words: object) -> Result:
    return run("verify", "--tiles", folder, "--key", key.key.to_text(), "--json", *words)


def places(result: Result) -> list[tuple[str, int | None]]:
    return [(fault["code"], fault["position"]) for fault in json.loads(result.output)["faults"]]


def test_an_export_has_the_files_of_c2sp(exported: pathlib.Path) -> None:
    found = {str(path.relative_to(exported)) for path in exported.rglob("*") if path.is_file()}

    assert found == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_an_export_verifies_without_a_node(written: Journal, exported: pathlib.Path) -> None:
    result = offline(exported, written)

    assert result.return_value == 0
    assert json.loads(result.output)["size"] == SIZE


def test_one_of_several_keys_is_enough(written: Journal, exported: pathlib.Path) -> None:
    other = Journal(number=9).key.to_text()

    assert offline(exported, written, "--key", other).return_value == 0
    assert (
        run(
            "verify", "--tiles", exported, "--key", other, "--key", written.key.to_text()
        ).return_value
        == 0
    )


@pytest.mark.parametrize("file", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_an_altered_tile_is_found(written: Journal, exported: pathlib.Path, file: str) -> None:
    flip(exported / file, at=0)

    positions = {"tile/0/000": 0, "tile/0/001.p/44": 256, "tile/1/000.p/1": 0}
    assert places(offline(exported, written)) == [("journal.inconsistent", positions[file])]


def flip(path: pathlib.Path, *, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_an_altered_entry_of_an_export_is_found_at_its_position(
    written: Journal, exported: pathlib.Path
) -> None:
    flip(exported / "tile/entries/000", at=34 * 7 + 2)

    assert ("journal.inconsistent", 7) in places(offline(exported, written))


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        pytest.param("checkpoint", ("journal.bad_checkpoint", None), id="checkpoint"),
        pytest.param("tile/entries/001.p/44", ("journal.truncated", 256), id="entries"),
        pytest.param("tile/0/000", ("journal.inconsistent", 0), id="hashes"),
    ],
)
def test_a_missing_file_is_found(
    written: Journal, exported: pathlib.Path, file: str, *, fault: tuple[str, int | None]
) -> None:
    (exported / file).unlink()

    assert fault in places(offline(exported, written))


def test_a_bundle_of_another_shape_ends_the_journal_there(
    written: Journal, exported: pathlib.Path
) -> None:
    flip(exported / "tile/entries/001.p/44", at=1)

    assert places(offline(exported, written)) == [("journal.truncated", 256)]


def test_an_export_older_than_what_others_kept_is_found(
    written: Journal, exported: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    written.grow(1)
    state = queries.latest_checkpoint()
    assert state is not None
    (tmp_path / "kept").write_bytes(state.signed)

    result = offline(exported, written, "--against", tmp_path / "kept")

    assert places(result) == [("journal.truncated", SIZE)]


def test_a_quorum_that_the_export_lacks_is_found(written: Journal, exported: pathlib.Path) -> None:
    assert places(offline(exported, written, "--quorum", 1)) == [("journal.not_witnessed", None)]


def test_an_export_is_written_to_an_empty_folder_only(
    exported: pathlib.Path, node_folder: pathlib.Path
) -> None:
    result = CliRunner().invoke(command, ["export", "--node", str(node_folder), str(exported)])

    assert result.exit_code == 2


def test_there_is_nothing_to_export_before_the_first_checkpoint(
    node_folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    assert run("export", "--node", node_folder, tmp_path / "export").return_value == 1


def test_a_proof_is_checked_without_a_node(
    written: Journal, node_folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    event = Leaf.objects.get(position=42).event_id
    file = tmp_path / "entry.tlog-proof"
    run("prove", "--node", node_folder, event, file)

    result = run("check", file, "--key", written.key.to_text(), "--json")

    facts = json.loads(result.output)
    assert (facts["ok"], facts["position"], facts["size"]) == (True, 42, SIZE)
    assert (facts["entry"], facts["kind"], facts["at"]) == (str(event), "sign-in", AT.isoformat())
    assert "sign-in" in run("check", file, "--key", written.key.to_text()).output


def test_a_proof_that_does_not_hold_is_an_error(
    written: Journal, node_folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "entry.tlog-proof"
    run("prove", "--node", node_folder, Leaf.objects.get(position=42).event_id, file)
    flip(file, at=40)

    result = run("check", file, "--key", written.key.to_text())

    assert isinstance(result.exception, MithaqError)


def test_what_is_not_in_the_journal_cannot_be_proven(
    written: Journal, node_folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    result = run("prove", "--node", node_folder, uuid.UUID(int=1), tmp_path / "proof")

    assert isinstance(result.exception, queries.UnknownEntry)


def test_an_export_carries_the_cosignatures(
    written: Journal, node_folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    state = queries.latest_checkpoint()
    assert state is not None
    witness = logs.witness()
    seen = checkpoints.read_checkpoint(state.signed, key=written.key)
    line = checkpoints.cosign(signed=seen, key=witness.key, signer=witness, at=AT)
    actions.add_cosignature(size=SIZE, line=line, witness=witness.key, at=AT)

    run("export", "--node", node_folder, tmp_path / "export")

    last = (tmp_path / "export" / "checkpoint").read_text("utf-8").splitlines()[-1] + "\n"
    assert Signature.from_text(last).is_of(witness.key)
    words = ("--witness", witness.key.to_text(), "--quorum", 1)
    assert offline(tmp_path / "export", written, *words).return_value == 0


def test_fewer_entries_than_were_signed_are_not_exported(
    written: Journal, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(Inconsistent):
        tiles.export(folder=tmp_path, leaves=[b"one"], size=2, signed=b"")

    assert not (tmp_path / "checkpoint").exists()
