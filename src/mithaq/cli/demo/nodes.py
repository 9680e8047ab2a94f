"""The three bureaus of the demo and their folders. All of them are fictional."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from dataclasses import dataclass

from mithaq.cli import ports
from mithaq.cli.node import running
from mithaq.core import ids
from mithaq.site import node
from mithaq.site.node import NodeConfig

PORT_BASE = 8601
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A bureau of the demo, as it is made."""

    code: str
    kind: str
    names: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]


MEMBERS = (
    Member(
        code="XA",
        kind="national-bureau",
        names=(("ar", "أطلس"), ("fr", "Atlas"), ("en", "Atlas"), ("es", "Atlas")),
        languages=("ar", "fr"),
    ),
    Member(
        code="XB",
        kind="national-bureau",
        names=(("ar", "بحر"), ("fr", "Bahr"), ("en", "Bahr"), ("es", "Bahr")),
        languages=("ar", "en"),
    ),
    Member(
        code="XS",
        kind="regional-secretariat",
        names=(
            ("ar", "الأمانة العامة"),
            ("fr", "Secrétariat général"),
            ("en", "General Secretariat"),
            ("es", "Secretaría General"),
        ),
        languages=("ar", "fr", "en", "es"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoNode:
    """A bureau of the demo with the folder of its node."""

    member: Member
    config: NodeConfig

    @property
    def name(self) -> str:
        """Code and name, for progress lines."""
        return f"{self.member.code} {dict(self.member.names)['en']}"


def make(folder: pathlib.Path, *, base: int | None) -> Sequence[DemoNode]:
    """Return the nodes under `folder`, made if they are new.

    `base` is the first of their ports; None takes free ones. A node keeps the port it was made
    with, since its signed descriptor names it.

    Raises:
        ports.PortInUse: a port that must be had is used by another program.
    """
    if not (folder / MEMBERS[-1].code / node.CONFIG_FILE).exists():
        _make_folders(folder, first=_first_port(base))
    nodes = [DemoNode(member=member, config=node.read(folder / member.code)) for member in MEMBERS]
    for found in nodes:
        running.end_leftovers(found.config.folder)
    ports.check_free(port(found.config) for found in nodes)
    return nodes


def port(config: NodeConfig) -> int:
    """Return the port that the node listens on."""
    return int(config.listen.rpartition(":")[2])


def _first_port(base: int | None) -> int:
    if base is None:
        return ports.first_free(base=PORT_BASE, count=len(MEMBERS))
    ports.check_free(range(base, base + len(MEMBERS)))
    return base


def _make_folders(folder: pathlib.Path, *, first: int) -> None:
    for index, member in enumerate(MEMBERS):
        address = f"{HOST}:{first + index}"
        node.write(
            NodeConfig(
                folder=folder / member.code,
                bureau=ids.bureau(member.code),
                origin=f"{member.code.lower()}.mithaq.example/journal",
                endpoint=f"http://{address}",
                listen=address,
                languages=member.languages,
                zone="UTC",
                database=node.EMBEDDED,
            )
        )
