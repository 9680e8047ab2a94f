"""Real nodes in one process: each with its own database, folder, keys and clock.

`provision` makes four bureaus once a run: keys, descriptors of each other, pacts, an officer.
`open_nodes` copies them for a test, which takes a moment. Inside `node.inside()` the code of the
product runs as in that node: Django's default connection and the settings are the node's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import pathlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from django.test import override_settings

from mithaq.apps.directory import actions as directory
from mithaq.apps.directory import queries as directory_queries
from mithaq.apps.keys import actions as keys
from mithaq.apps.keys import store
from mithaq.apps.pacts import actions as pacts
from mithaq.apps.people import actions as people
from mithaq.apps.people import queries as people_queries
from mithaq.apps.people.models import Officer
from mithaq.core import ids, resources
from mithaq.core import pacts as core_pacts
from mithaq.core.directory import parse_fingerprint
from mithaq.core.ids import BureauId, Urn
from tests.factories.nodes import write_secret

XA, XB, XC, XS = (BureauId(code) for code in ("XA", "XB", "XC", "XS"))
BUREAUS = (XA, XB, XC, XS)
KINDS = {XS: "regional-secretariat"}
DAWN = dt.datetime(2026, 11, 21, 6, 0, tzinfo=dt.UTC)  # keys, descriptors and pacts are of then
OPERATOR = "operator"
OFFICER = "salma"
SECOND = "karim"
PACTS = ("methods-direct", "methods-relayed", "methods-expired")

_numbers = itertools.count()


@dataclass(kw_only=True)
class Node:
    """A bureau's node. `offset` is what its clock is wrong by.

    `database` is made as a copy of `template` when the node is first entered.
    """

    code: BureauId
    template: str
    database: str | None = None
    secrets: pathlib.Path
    files: pathlib.Path
    offset: dt.timedelta = dt.timedelta(0)
    is_up: bool = True
    carries: bool = True  # False: takes in, and passes nothing on
    _wrapper: BaseDatabaseWrapper | None = field(default=None, repr=False)

    @property
    def is_awake(self) -> bool:
        """Whether anything has happened in the node yet."""
        return self.database is not None

    @property
    def endpoint(self) -> str:
        return f"https://{self.code.lower()}.mithaq.example"

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Run as this node; may be nested."""
        outside = connections["default"]
        with override_settings(
            MITHAQ_BUREAU=self.code,
            MITHAQ_ORIGIN=f"{self.code.lower()}.mithaq.example/journal",
            MITHAQ_ENDPOINT=self.endpoint,
            MITHAQ_LANGUAGES=("ar", "en"),
            MITHAQ_SECRETS=self.secrets,
            MITHAQ_FILES=self.files,
        ):
            connections["default"] = self._connection()
            try:
                yield
            finally:
                connections["default"] = outside

    def clock(self, now: dt.datetime) -> dt.datetime:
        """Return what this node's clock shows at `now`."""
        return now + self.offset

    def officer(self, username: str = OFFICER) -> Officer:
        """Return an officer; call it inside the node."""
        found = people_queries.officer_named(username)
        assert found is not None
        return found

    def own_secrets(self, folder: pathlib.Path) -> None:
        """Give the node a key file of its own, for a test that changes its keys."""
        shutil.copytree(self.secrets, folder)
        self.secrets = folder

    def close(self) -> None:
        """Close the connection; the database stays."""
        if self._wrapper is not None:
            self._wrapper.close()

    def drop(self) -> None:
        """Close the connection and delete the database."""
        self.close()
        if self.database is not None:
            with connections["default"]._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{self.database}"')

    def _connection(self) -> BaseDatabaseWrapper:
        if self._wrapper is None:
            self.database = _copy(self.template)
            self._wrapper = _wrapper(self.database)
        return self._wrapper


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """The databases and folders that tests copy, and the ids of the pacts by name."""

    nodes: Mapping[BureauId, Node]
    pacts: Mapping[str, Urn]


def provision(folder: pathlib.Path) -> Provisioned:
    """Make the four nodes of a run; the default database has all tables and no rows."""
    template = str(connections["default"].settings_dict["NAME"])
    connections["default"].close()
    nodes = {code: _new_node(code, folder=folder / code, template=template) for code in BUREAUS}
    published = {code: _publish(node) for code, node in nodes.items()}
    for node in nodes.values():
        with node.inside():
            for code, (signed, fingerprint) in published.items():
                if code != node.code:
                    directory.load(
                        signed=signed,
                        pinned=parse_fingerprint(fingerprint),
                        by=OPERATOR,
                        at=DAWN,
                    )
    agreed = {name: _agree(name, nodes) for name in PACTS}
    for node in nodes.values():
        node.close()
    return Provisioned(nodes=nodes, pacts=agreed)


@contextlib.contextmanager
def open_nodes(provisioned: Provisioned, *, folder: pathlib.Path) -> Iterator[dict[BureauId, Node]]:
    """Give copies of the provisioned nodes, and drop them afterwards."""
    nodes = {
        code: Node(
            code=code,
            template=str(made.database),
            secrets=made.secrets,
            files=shutil.copytree(made.files, folder / code),
        )
        for code, made in provisioned.nodes.items()
    }
    try:
        yield nodes
    finally:
        for node in nodes.values():
            node.drop()


def _new_node(code: BureauId, *, folder: pathlib.Path, template: str) -> Node:
    node = Node(
        code=code,
        template=template,
        secrets=folder / "secrets",
        files=folder / "files",
    )
    node.secrets.mkdir(parents=True)
    node.files.mkdir()
    write_secret(node.secrets / store.PASSPHRASE, f"the passphrase of {code}\n")
    with node.inside():
        keys.create_all(by=OPERATOR, at=DAWN)
        for username, roles in {
            OFFICER: (("methods", "methods-officer"), ("duty", "duty-officer")),
            SECOND: (("methods", "second-officer"),),
        }.items():
            officer = people.enrol(
                username=username, name="Example", language="ar", by=OPERATOR, at=DAWN
            )
            for desk, role in roles:
                people.grant(officer=officer, desk=desk, role=role, by=OPERATOR, at=DAWN)
    return node


def _publish(node: Node) -> tuple[bytes, str]:
    with node.inside():
        signed = directory.publish(
            kind=KINDS.get(node.code, "national-bureau"),
            names=dict.fromkeys(("ar", "fr", "en", "es"), f"Bureau {node.code}"),
            contacts=(),
            by=OPERATOR,
            at=DAWN,
        )
        return signed, directory_queries.fingerprint_of(node.code)


def _agree(name: str, nodes: Mapping[BureauId, Node]) -> Urn:
    """Let the parties sign the demo's pact `name` and every node load it; return its id."""
    content = resources.read_yaml("demo", "pacts", f"{name}.yaml")
    return agree(content, number=PACTS.index(name), nodes=nodes.values())


def agree(content: Mapping[str, object], *, number: int, nodes: Iterable[Node]) -> Urn:
    """Let XA and XB, both among `nodes`, sign a pact and all of them load it; return its id."""
    urn = ids.make_urn(
        bureau=XA, kind="pact", key=ids.uuid7(at=DAWN, entropy=bytes(9) + bytes([number]))
    )
    by_code = {node.code: node for node in nodes}
    pact = core_pacts.draft(content=content, pact_id=urn, at=DAWN)
    with by_code[XA].inside():
        signed = pacts.sign_terms(terms=pact, by=OPERATOR, at=DAWN)
    with by_code[XB].inside():
        signed = pacts.sign(signed=signed, by=OPERATOR, at=DAWN)
    for node in by_code.values():
        with node.inside():
            pacts.load_pact(signed=signed, by=OPERATOR, at=DAWN)
    return urn


def _copy(template: str) -> str:
    """Return the name of a new copy of the database `template`, which nobody may be using."""
    name = f"{template.partition('_node_')[0]}_node_{next(_numbers)}"
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _wrapper(database: str) -> BaseDatabaseWrapper:
    settings = {**connections["default"].settings_dict, "NAME": database}
    made: BaseDatabaseWrapper = load_backend(settings["ENGINE"]).DatabaseWrapper(
        settings, "default"
    )
    return made
