from __future__ import annotations

from mithaq.core.workflow import HOLD, RECEIVED_METHOD, mermaid
from mithaq.core.workflow.diagram import rules


def test_the_diagram_shows_way_in_acts_and_ways_out() -> None:
    assert mermaid(HOLD) == (
        "stateDiagram-v2\n"
        "    [*] --> waiting\n"
        "    waiting --> released: release\n"
        "    waiting --> refused: refuse\n"
        "    waiting --> withdrawn: withdraw\n"
        "    released --> [*]\n"
        "    refused --> [*]\n"
        "    withdrawn --> [*]\n"
    )


def test_the_rules_name_roles_and_the_system() -> None:
    text = rules(RECEIVED_METHOD)

    assert (
        "| confirm | received | confirmed | analyst, methods-officer | `record-changed` |" in text
    )
    assert "| recall | received | recalled | the system | `record-withdrawn` |" in text
