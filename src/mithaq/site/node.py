"""What a node is told about itself: the folder named by MITHAQ_NODE.

    node.toml        the table below
    secrets/         0700, one secret a file, each 0600
    postgres/        the embedded cluster, if there is one
    files/           what is kept outside the database: journal mark, attachments

node.toml holds no secret:

    bureau = "XA"
    origin = "xa.mithaq.example/journal"
    endpoint = "http://127.0.0.1:8601"
    listen = "127.0.0.1:8601"
    languages = ["ar", "fr"]
    zone = "UTC"
    database = "embedded"       # or postgresql://user@host:port/name

The password of a database given by URL is the secret `database`.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import secrets
import stat
import tomllib
import urllib.parse
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

from mithaq.core import ids
from mithaq.core.codes import LANGUAGES
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from mithaq.site.postgres import address

EMBEDDED = "embedded"
MADE_SECRETS = ("django", "passphrase")  # Django's signing key; what opens the key file
CONFIG_FILE = "node.toml"
VARIABLE = "MITHAQ_NODE"
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,251}(/[a-z0-9._-]+)*", re.ASCII)


class ConfigMissing(MithaqError):
    """There is no node.toml; name the node's folder in MITHAQ_NODE."""

    code = "node.config_missing"


class ConfigFaulty(MithaqError):
    """A field of node.toml is absent, unknown or has a value that cannot be used."""

    code = "node.config_faulty"


class SecretUnsafe(MithaqError):
    """A secret is absent or can be read by other users; its mode must be 0600."""

    code = "node.secret_unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """A node as node.toml describes it."""

    folder: pathlib.Path
    bureau: BureauId
    origin: str
    endpoint: str
    listen: str
    languages: tuple[str, ...]
    zone: str
    database: str

    @property
    def secrets(self) -> pathlib.Path:
        """The folder of the secrets."""
        return self.folder / "secrets"

    @property
    def files(self) -> pathlib.Path:
        """The folder of what is kept outside the database."""
        return self.folder / "files"

    @property
    def cluster(self) -> pathlib.Path:
        """The folder of the embedded cluster."""
        return self.folder / "postgres"

    @property
    def is_embedded(self) -> bool:
        """Whether the node runs its own PostgreSQL."""
        return self.database == EMBEDDED

    def secret(self, name: str) -> str:
        """Return the secret `name`, without the line's end.

        Raises:
            SecretUnsafe: it is absent, empty, or other users can read it.
        """
        path = self.secrets / name
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="utf-8").rstrip("\n")
        except OSError as fault:
            raise SecretUnsafe(f"{path} cannot be read") from fault
        if mode & 0o077:
            raise SecretUnsafe(f"{path} has mode {mode:04o}; it must be 0600")
        if not text:
            raise SecretUnsafe(f"{path} is empty")
        return text

    def database_parameters(self) -> dict[str, str | int]:
        """Return libpq's parameters of the node's database.

        Raises:
            SecretUnsafe: the URL needs a password that is not kept safely.
        """
        if self.is_embedded:
            return address.read(self.cluster).parameters()
        parameters = from_url(self.database)
        if (self.secrets / "database").exists():
            parameters["password"] = self.secret("database")
        return parameters


def from_url(url: str) -> dict[str, str | int]:
    """Return libpq's parameters of a URL of the form postgresql://user@host:port/name.

    Raises:
        ConfigFaulty: it is of another form.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or address.PORT
    except ValueError as fault:
        raise ConfigFaulty("database: not a URL of PostgreSQL") from fault
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ConfigFaulty("database: not a URL of the form postgresql://user@host:port/name")
    named = {"host": parts.hostname, "user": parts.username, "password": parts.password}
    found: dict[str, str | int] = {
        name: urllib.parse.unquote(value) for name, value in named.items() if value
    }
    found |= dict(urllib.parse.parse_qsl(parts.query))
    return found | {"port": port, "dbname": urllib.parse.unquote(parts.path.strip("/"))}


def load() -> NodeConfig | None:
    """Return the node that MITHAQ_NODE names, or None if the variable is not set.

    Raises:
        ConfigMissing, ConfigFaulty: the folder named has no usable node.toml.
    """
    folder = os.environ.get(VARIABLE)
    return read(pathlib.Path(folder)) if folder else None


def read(folder: pathlib.Path) -> NodeConfig:
    """Return the node of `folder`.

    Raises:
        ConfigMissing: there is no node.toml.
        ConfigFaulty: a field is missing, unknown or wrong; the text names it.
    """
    try:
        with (folder / CONFIG_FILE).open("rb") as file:
            fields = tomllib.load(file)
    except OSError as fault:
        raise ConfigMissing(f"{folder / CONFIG_FILE} cannot be read") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigFaulty(f"{CONFIG_FILE} is not TOML: {fault}") from fault
    return _parse(folder.absolute(), fields)


def write(config: NodeConfig) -> None:
    """Make the folders of the node and its node.toml, and the secrets that are not there yet.

    Raises:
        ConfigFaulty: the fields could not be read back.
    """
    for folder in (config.folder, config.secrets, config.files):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fields = {name: getattr(config, name) for name in (*_TEXTS, "languages")}
    _parse(config.folder, fields | {"languages": list(config.languages)})
    # A JSON text, and a JSON list of texts, are TOML too.
    lines = (
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items()
    )
    partial = config.folder / f"{CONFIG_FILE}.{os.getpid()}"
    partial.write_text("".join(lines), encoding="utf-8")
    partial.replace(config.folder / CONFIG_FILE)
    for name in MADE_SECRETS:
        if not (config.secrets / name).exists():
            write_secret(config, name=name, text=secrets.token_hex(32))


def write_secret(config: NodeConfig, *, name: str, text: str) -> None:
    """Put `text` into the 0600 file of the secret `name`; what was there is replaced whole."""
    partial = config.secrets / f"{name}.{os.getpid()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(config.secrets / name)


def _parse(folder: pathlib.Path, fields: Mapping[str, object]) -> NodeConfig:
    unknown = sorted(set(fields) - set(_TEXTS) - {"languages"})
    if unknown:
        raise ConfigFaulty(f"{CONFIG_FILE} has unknown fields: {', '.join(unknown)}")
    texts = {name: _text(fields, name) for name in _TEXTS}
    for name, check in _CHECKS.items():
        if not check(texts[name]):
            raise ConfigFaulty(f"{name} has a value that cannot be used: {texts[name]}")
    try:
        bureau = ids.bureau(texts.pop("bureau"))
    except ids.BadIdentifier as fault:
        raise ConfigFaulty("bureau is not the code of a bureau") from fault
    return NodeConfig(folder=folder, bureau=bureau, languages=_languages(fields), **texts)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigFaulty(f"{name} must be a text")
    return value


def _languages(fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("languages")
    if not isinstance(value, list) or not value or not set(value) <= set(LANGUAGES):
        raise ConfigFaulty(f"languages must be a list out of {', '.join(LANGUAGES)}")
    return tuple(value)


def _is_endpoint(text: str) -> bool:
    parts = urllib.parse.urlsplit(text)
    loopback = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    return bool(parts.hostname) and (parts.scheme == "https" or loopback)


def _is_listen(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdecimal() and 0 < int(port) < 2**16


def _is_zone(text: str) -> bool:
    return text == "UTC" or text in zoneinfo.available_timezones()


_TEXTS = ("bureau", "origin", "endpoint", "listen", "zone", "database")
_CHECKS = {
    "origin": lambda text: _ORIGIN.fullmatch(text) is not None,
    "endpoint": _is_endpoint,
    "listen": _is_listen,
    "zone": _is_zone,
}
