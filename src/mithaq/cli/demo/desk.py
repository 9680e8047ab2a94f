"""The officers of a node, over its machine API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import httpx

from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.demo.provision import TOKENS

TIMEOUT = 30.0  # seconds
OK = (200, 201, 202)
NOT_FOUND = 404


class Refused(AssertionError):
    """The node answered with a fault."""


class Desk:
    """One node's officers; each call names who makes it."""

    def __init__(self, *, endpoint: str, tokens: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._client = httpx.Client(base_url=f"{endpoint}/api/v1", timeout=TIMEOUT, trust_env=False)

    def get(self, officer: str, path: str, **query: object) -> Mapping[str, object]:
        """Return the answer to a question."""
        return self._answer(self._send("GET", officer, path, query=query))

    def find(self, officer: str, path: str) -> Mapping[str, object] | None:
        """Return the thing at `path`, or None if there is none."""
        response = self._send("GET", officer, path)
        return None if response.status_code == NOT_FOUND else self._answer(response)

    def post(self, officer: str, path: str, body: object) -> Mapping[str, object]:
        """Return the answer to an act."""
        return self._answer(self._send("POST", officer, path, body=body))

    def refused(self, officer: str, path: str, body: object) -> str:
        """Return the code with which an act is refused."""
        response = self._send("POST", officer, path, body=body)
        if response.status_code in OK:
            raise Refused(f"{path} was not refused")
        return str(response.json()["code"])

    def _send(
        self,
        verb: str,
        officer: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> httpx.Response:
        return self._client.request(
            verb,
            path,
            params={name: str(value) for name, value in (query or {}).items()},
            json=body,
            headers={"Authorization": f"Bearer {self._tokens[officer]}"},
        )

    def _answer(self, response: httpx.Response) -> Mapping[str, object]:
        if response.status_code not in OK:
            raise Refused(f"{response.request.url.path}: {response.status_code} {response.text}")
        found = response.json()
        return found if isinstance(found, dict) else {"rows": found}


def desks(nodes: Sequence[DemoNode]) -> Mapping[str, Desk]:
    """Return the officers of each node, by code of the bureau."""
    return {
        node.member.code: Desk(
            endpoint=node.config.endpoint,
            tokens=json.loads((node.config.secrets / TOKENS).read_text(encoding="utf-8")),
        )
        for node in nodes
    }
