"""What a new demo is given: keys, members, pacts, officers, sample methods. All is fictional."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.demo.shell import Shell
from mithaq.site.node import write_secret

INSIDE = "mithaq.cli.demo.inside:"
FACTS = "facts.json"  # in the demo's folder: ids of the pacts
TOKENS = "tokens.json"  # among a node's secrets: a token for each officer
PACTS = ("methods-direct", "methods-relayed", "methods-expired")
DRAFTING = "XA"  # drafts every pact

OFFICERS: Mapping[str, Sequence[tuple[str, str, Sequence[tuple[str, str]]]]] = {
    "XA": (
        (
            "salma",
            "Salma Example",
            (("methods", "methods-officer"), ("duty", "duty-officer")),
        ),
        ("karim", "Karim Example", (("methods", "second-officer"),)),
        ("nadia", "Nadia Example", (("safeguards", "data-protection-officer"),)),
    ),
    "XB": (
        (
            "lina",
            "Lina Example",
            (("methods", "methods-officer"), ("duty", "duty-officer")),
        ),
        ("tarek", "Tarek Example", (("methods", "second-officer"),)),
        ("huda", "Huda Example", (("safeguards", "data-protection-officer"),)),
    ),
    "XS": (
        ("omar", "Omar Example", (("duty", "duty-officer"),)),
        ("maryam", "Maryam Example", (("safeguards", "data-protection-officer"),)),
    ),
}


def provision(
    *,
    shells: Mapping[str, Shell],
    nodes: Sequence[DemoNode],
    folder: pathlib.Path,
    say: Callable[[str], None],
) -> None:
    """Give every node what it needs; the databases run, the programs do not yet."""
    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        list(pool.map(lambda shell: shell.call(f"{INSIDE}make_keys"), shells.values()))
        say("keys made")
        _introduce(shells, nodes, pool)
        say("members know each other")
        list(pool.map(lambda node: _enrol(shells[node.member.code], node), nodes))
        say("officers enrolled")
        pacts = _agree(shells)
        say("pacts signed by their parties")
    shells["XA"].call(f"{INSIDE}import_sample", username="salma")
    say("sample methods imported")
    (folder / FACTS).write_text(json.dumps({"pacts": pacts}), encoding="utf-8")


def _introduce(
    shells: Mapping[str, Shell], nodes: Sequence[DemoNode], pool: ThreadPoolExecutor
) -> None:
    def publish(node: DemoNode) -> object:
        return shells[node.member.code].call(
            f"{INSIDE}publish", kind=node.member.kind, names=dict(node.member.names)
        )

    def load_all(code: str) -> None:
        for publisher, descriptor in published.items():
            if publisher != code:
                shells[code].call(f"{INSIDE}load_member", **_texts(descriptor))

    found = list(pool.map(publish, nodes))
    published = {node.member.code: one for node, one in zip(nodes, found, strict=True)}
    list(pool.map(load_all, shells))


def _enrol(shell: Shell, node: DemoNode) -> None:
    """Enrol the officers of a node and keep their tokens where only the owner can read them."""
    tokens = {
        username: shell.call(
            f"{INSIDE}enrol",
            username=username,
            name=name,
            language=node.member.languages[0],
            roles=[list(pair) for pair in roles],
        )
        for username, name, roles in OFFICERS[node.member.code]
    }
    write_secret(node.config, name=TOKENS, text=json.dumps(tokens))


def _agree(shells: Mapping[str, Shell]) -> Mapping[str, str]:
    """Let the parties sign each sample pact and every node load it; return the ids."""
    pacts: dict[str, str] = {}
    for name in PACTS:
        drafted = shells[DRAFTING].call(f"{INSIDE}draft_pact", name=name)
        if not isinstance(drafted, dict):
            raise TypeError(name)
        signed = drafted["pact"]
        for party in drafted["parties"]:
            if party != DRAFTING:
                signed = shells[party].call(f"{INSIDE}sign_pact", pact=signed)
        for shell in shells.values():
            shell.call(f"{INSIDE}load_pact", pact=signed)
        pacts[name] = str(drafted["id"])
    return pacts


def _texts(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise TypeError(type(value))
    return {str(name): str(text) for name, text in value.items()}


def read_pacts(nodes: Sequence[DemoNode]) -> Mapping[str, str]:
    """Return the ids of the demo's pacts, by name."""
    facts = json.loads((nodes[0].config.folder.parent / FACTS).read_text(encoding="utf-8"))
    return {str(name): str(urn) for name, urn in facts["pacts"].items()}
