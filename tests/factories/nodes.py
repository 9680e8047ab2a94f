"""Folders of nodes, and the private PostgreSQL that a run of the tests shares."""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import shutil
import tempfile

from mithaq.site.postgres.cluster import Cluster
from mithaq.site.postgres.faults import NotStopped

PREFIX = "mithaq-test-"
CONFIG = """\
bureau = "{bureau}"
origin = "{origin}"
endpoint = "http://127.0.0.1:8601"
listen = "127.0.0.1:8601"
languages = ["ar", "fr"]
zone = "UTC"
database = "{database}"
"""


def make_node(
    *,
    folder: pathlib.Path,
    bureau: str = "XA",
    database: str | None = None,
) -> pathlib.Path:
    """Return `folder` as the folder of a node, made if it is absent."""
    kept = folder / "secrets"
    if kept.exists():
        return folder
    (folder / "files").mkdir(parents=True)
    config = CONFIG.format(
        bureau=bureau,
        origin=f"{bureau.lower()}.mithaq.example/journal",
        database=database or "embedded",
    )
    (folder / "node.toml").write_text(config, encoding="utf-8")
    partial = folder / f"secrets.{os.getpid()}"
    partial.mkdir(mode=0o700)
    write_secret(partial / "django", secrets.token_hex(32))
    partial.rename(kept)
    return folder


def write_secret(path: pathlib.Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def open_run(*, variable: str) -> pathlib.Path:
    """Return this run's folder; workers find it in the environment, the first process makes it."""
    if variable in os.environ:
        return pathlib.Path(os.environ[variable])
    _sweep()
    made = pathlib.Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    os.environ[variable] = str(made)
    return made


def start_cluster(node: pathlib.Path) -> None:
    """Start the node's cluster unless another worker has; it is the tests', so not durable."""
    Cluster(node / "postgres", durable=False).start()


def close_run(run: pathlib.Path) -> None:
    """Stop what runs in `run` and delete it."""
    for cluster in run.glob("*/postgres"):
        with contextlib.suppress(NotStopped):
            Cluster(cluster).remove()
    shutil.rmtree(run, ignore_errors=True)


def _sweep() -> None:
    """Remove what runs that were killed left behind."""
    for left in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if left.stat().st_uid == os.geteuid() and not pathlib.Path(f"/proc/{owner}").exists():
            close_run(left)
