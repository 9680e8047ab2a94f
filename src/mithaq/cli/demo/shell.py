"""A process inside a node that does what it is asked: functions called by name, values as JSON.

The demo makes keys, loads pacts and looks at evidence in three nodes, each with a Django of its
own; one such process a node spares starting Python for every step. It reads one JSON object a line
from its standard input, `{"call": "module:function", "arguments": {…}}`, and answers one a line.
The pipe belongs to the parent process; nothing else can write to it.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from mithaq.cli.node import running
from mithaq.core.errors import MithaqError
from mithaq.site.node import NodeConfig

CALLABLE = ("mithaq.", "benchmarks.")  # only functions of ours are called


class StepFailed(MithaqError):
    """A step inside a node failed."""

    code = "demo.step_failed"


class Shell:
    """The parent's end: `call()` functions inside the node; use it as a context manager."""

    def __init__(self, config: NodeConfig) -> None:
        self._config = config
        self._log = config.folder / "log" / "shell.log"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-m", "mithaq.cli.demo", str(self._config.folder)],
                env=running.environment(self._config),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()  # every answer that was waited for is committed
            self._process.communicate()

    def call(self, function: str, **arguments: object) -> object:
        """Return what `function` ("module:name") answers inside the node.

        Raises:
            StepFailed: it raised, or the process ended; the text tells function, code and detail.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise StepFailed(f"{self._config.bureau}: the shell is not open")
        try:
            process.stdin.write(json.dumps({"call": function, "arguments": arguments}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        except (OSError, ValueError) as fault:
            raise StepFailed(f"{self._config.bureau} {function}: see {self._log}") from fault
        if "fault" in answer:
            raise StepFailed(f"{self._config.bureau} {function}: {answer['fault']}")
        return answer["result"]


def serve(folder: pathlib.Path) -> None:
    """Answer calls from standard input until it closes."""
    from mithaq.cli import context

    context.set_up_django(folder)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a step prints goes to the log
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def migrate() -> None:
    """Bring the node's database to the form that this version needs; a step."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    name, arguments = str(request["call"]), request["arguments"]
    module, _, function = name.partition(":")
    if not module.startswith(CALLABLE) or not isinstance(arguments, dict):
        return {"fault": "only functions of ours are called"}
    try:
        return {"result": getattr(importlib.import_module(module), function)(**arguments)}
    except MithaqError as fault:
        return {"fault": f"{fault.code} {fault.detail}"}
    except Exception as fault:  # noqa: BLE001 - the edge of a process: told to the parent
        sys.excepthook(type(fault), fault, fault.__traceback__)
        return {"fault": f"{type(fault).__name__}: {fault}"}
