from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from mithaq.cli.demo.shell import Shell, StepFailed
from mithaq.site import node


@pytest.fixture(scope="module")
def shell(node_folder: pathlib.Path) -> Iterator[Shell]:
    with Shell(node.read(node_folder)) as opened:
        yield opened


def test_a_function_of_ours_is_called_inside_the_node(shell: Shell) -> None:
    assert shell.call("mithaq.core.ids:bureau", text="XA") == "XA"


def test_a_fault_inside_tells_function_and_code(shell: Shell) -> None:
    with pytest.raises(StepFailed, match=r"XA mithaq\.core\.ids:bureau: id\.malformed"):
        shell.call("mithaq.core.ids:bureau", text="x")


def test_a_bug_inside_is_told_and_the_shell_goes_on(shell: Shell) -> None:
    with pytest.raises(StepFailed, match="TypeError"):
        shell.call("mithaq.core.ids:bureau", words="XA")

    assert shell.call("mithaq.core.ids:bureau", text="XB") == "XB"


def test_only_functions_of_ours_are_called(shell: Shell) -> None:
    with pytest.raises(StepFailed, match="only functions of ours"):
        shell.call("os:getcwd")


def test_a_shell_that_is_not_open_answers_nothing(node_folder: pathlib.Path) -> None:
    with pytest.raises(StepFailed, match="not open"):
        Shell(node.read(node_folder)).call("mithaq.core.ids:bureau", text="XA")
