from __future__ import annotations

import json
import pathlib

import pytest
from click.testing import CliRunner

from mithaq.cli.gate import gate
from mithaq.core import resources
from mithaq.core.gate import RULES


@pytest.fixture
def bundle(tmp_path: pathlib.Path) -> pathlib.Path:
    """The demo's bundle, in a file."""
    path = tmp_path / "methods.json"
    path.write_bytes(resources.read_bytes("demo", "methods.json"))
    return path


def test_the_rules_are_listed_with_effect_and_sentence() -> None:
    shown = CliRunner().invoke(gate, ["rules", "--json"])

    rows = json.loads(shown.output)
    assert [row["code"] for row in rows] == [rule.code for rule in RULES]
    assert {row["effect"] for row in rows} == {"hold", "refuse"}
    assert all(row["sentence"] for row in rows)


def test_the_demos_methods_pass_the_word_lists(bundle: pathlib.Path) -> None:
    shown = CliRunner().invoke(gate, ["measure", str(bundle), "--json"], standalone_mode=False)

    figures = json.loads(shown.output)
    assert (figures["methods"], figures["held"], shown.return_value) == (12, [], 0)


def test_a_bundle_held_too_often_is_a_fault(bundle: pathlib.Path) -> None:
    content = json.loads(bundle.read_text(encoding="utf-8"))
    for item in content["objects"]:
        if item["type"] == "attack-pattern":
            item["description"] = "He is wanted for his political opinions."
    bundle.write_text(json.dumps(content), encoding="utf-8")

    shown = CliRunner().invoke(gate, ["measure", str(bundle)], standalone_mode=False)

    assert shown.return_value == 1
    assert "12 of 12 methods would be held (100.0%" in shown.output
    assert "political-words" in shown.output
