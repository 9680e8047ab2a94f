"""Diagrams of the tables, for the documentation."""

from __future__ import annotations

from mithaq.core.workflow.table import ActT, StateT, Workflow


def mermaid(workflow: Workflow[StateT, ActT]) -> str:
    """Return `workflow` as a Mermaid state diagram, one line an arrow, ending in a newline.

    Source: https://mermaid.js.org/syntax/stateDiagram.html
    """
    lines = ["stateDiagram-v2", f"    [*] --> {_node(workflow.initial)}"]
    lines += [
        f"    {_node(row.source)} --> {_node(row.target)}: {row.act}"
        for row in workflow.transitions
    ]
    lines += [
        f"    {_node(state)} --> [*]" for state in workflow.states if state in workflow.finals
    ]
    return "\n".join(lines) + "\n"


def rules(workflow: Workflow[StateT, ActT]) -> str:
    """Return `workflow` as a Markdown table of act, from, to, roles and journal event."""
    lines = ["| Act | From | To | Who | Journal event |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.act} | {row.source} | {row.target} | "
        f"{', '.join(sorted(row.roles)) or 'the system'} | `{row.event}` |"
        for row in workflow.transitions
    ]
    return "\n".join(lines) + "\n"


def _node(state: str) -> str:
    return state.replace("-", "_")
