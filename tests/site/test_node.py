from __future__ import annotations

import pathlib

import pytest

from mithaq.core.ids import bureau
from mithaq.site import node
from mithaq.site.node import ConfigFaulty, ConfigMissing, NodeConfig, SecretUnsafe


def config(folder: pathlib.Path, **changes: str) -> NodeConfig:
    fields = {
        "origin": "xa.mithaq.example/journal",
        "endpoint": "https://xa.mithaq.example",
        "listen": "127.0.0.1:8601",
        "zone": "Africa/Casablanca",
        "database": "embedded",
    } | changes
    return NodeConfig(folder=folder, bureau=bureau("XA"), languages=("ar", "fr"), **fields)


def test_a_node_is_read_as_it_was_written(tmp_path: pathlib.Path) -> None:
    written = config(tmp_path / "عقدة")

    node.write(written)

    assert node.read(tmp_path / "عقدة") == written


def test_a_new_node_has_a_secret_key_that_only_its_owner_reads(tmp_path: pathlib.Path) -> None:
    node.write(config(tmp_path))

    assert len(node.read(tmp_path).secret("django")) == 64
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "django").stat().st_mode & 0o777 == 0o600


def test_writing_again_keeps_the_secret_key(tmp_path: pathlib.Path) -> None:
    node.write(config(tmp_path))
    before = node.read(tmp_path).secret("django")

    node.write(config(tmp_path, zone="UTC"))

    assert node.read(tmp_path).secret("django") == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_can_touch_is_not_used(tmp_path: pathlib.Path, mode: int) -> None:
    node.write(config(tmp_path))
    (tmp_path / "secrets" / "django").chmod(mode)

    with pytest.raises(SecretUnsafe, match="0600"):
        node.read(tmp_path).secret("django")


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_secret_is_not_used(tmp_path: pathlib.Path, text: str) -> None:
    node.write(config(tmp_path))
    (tmp_path / "secrets" / "django").write_text(text, encoding="utf-8")

    with pytest.raises(SecretUnsafe, match="empty"):
        node.read(tmp_path).secret("django")


def test_a_missing_secret_is_named(tmp_path: pathlib.Path) -> None:
    node.write(config(tmp_path))

    with pytest.raises(SecretUnsafe, match="database"):
        node.read(tmp_path).secret("database")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        pytest.param('bureau = "xa"', "bureau", id="no code of a bureau"),
        pytest.param('origin = "XA journal"', "origin", id="a blank in the origin"),
        pytest.param('endpoint = "http://xa.mithaq.example"', "endpoint", id="no TLS"),
        pytest.param('endpoint = "https://"', "endpoint", id="no host"),
        pytest.param('listen = "8601"', "listen", id="no host to listen on"),
        pytest.param('listen = "127.0.0.1:99999"', "listen", id="no such port"),
        pytest.param('zone = "Mars/Base"', "zone", id="no such zone"),
        pytest.param('languages = ["de"]', "languages", id="a language we do not write"),
        pytest.param("languages = []", "languages", id="no language"),
        pytest.param("languages = [1]", "languages", id="a language that is a number"),
        pytest.param("zone = 1", "zone", id="a number for a text"),
        pytest.param('password = "x"', "password", id="an unknown field"),
        pytest.param("zone = ", "TOML", id="no TOML"),
    ],
)
def test_a_fault_in_node_toml_names_the_field(
    tmp_path: pathlib.Path, line: str, named: str
) -> None:
    node.write(config(tmp_path))
    file = tmp_path / "node.toml"
    name = line.partition(" ")[0]
    kept = [old for old in file.read_text().splitlines() if old.partition(" ")[0] != name]
    file.write_text("\n".join([*kept, line]), encoding="utf-8")

    with pytest.raises(ConfigFaulty, match=named):
        node.read(tmp_path)


def test_a_missing_field_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "node.toml").write_text('bureau = "XA"\n', encoding="utf-8")

    with pytest.raises(ConfigFaulty, match="origin"):
        node.read(tmp_path)


def test_a_folder_without_node_toml_is_no_node(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ConfigMissing):
        node.read(tmp_path)


def test_a_database_by_url_takes_its_password_from_the_secrets(tmp_path: pathlib.Path) -> None:
    node.write(
        config(tmp_path, database="postgresql://mithaq@db.example:5433/xa?sslmode=verify-full")
    )
    node.write_secret(node.read(tmp_path), name="database", text="p@ss")

    assert node.read(tmp_path).database_parameters() == {
        "host": "db.example",
        "port": 5433,
        "user": "mithaq",
        "password": "p@ss",
        "dbname": "xa",
        "sslmode": "verify-full",
    }


@pytest.mark.parametrize(
    "url", ["mysql://a@b/c", "postgresql://a@b", "postgresql://a@b:port/c", "sqlite:///x"]
)
def test_a_url_of_another_form_is_refused(tmp_path: pathlib.Path, url: str) -> None:
    node.write(config(tmp_path, database=url))

    with pytest.raises(ConfigFaulty, match="database"):
        node.read(tmp_path).database_parameters()
