"""The page of the reference that shows every table: docs/reference/workflows.md."""

from __future__ import annotations

from mithaq.core.workflow.diagram import mermaid, rules
from mithaq.core.workflow.evidence import EVIDENCE
from mithaq.core.workflow.hold import HOLD
from mithaq.core.workflow.method import METHOD, RECEIVED_METHOD
from mithaq.core.workflow.table import ActT, StateT, Workflow

_HEAD = """\
# Workflows

This page is written by `mithaq docs generate` from the tables in `src/mithaq/core/workflow/`.
What is not in a table does not happen. Roles are codes of the list officer-role, events are
codes of the list journal-event; where no role stands, the node itself acts.
"""


def diagrams() -> str:
    """Return the page, Markdown with one Mermaid diagram and one table for each workflow."""
    sections = (
        _section(EVIDENCE, "What is known of an envelope that left."),
        _section(HOLD, "A disclosure that the gate held for a second officer."),
        _section(METHOD, "A criminal method of the bureau's own."),
        _section(RECEIVED_METHOD, "A criminal method that another bureau sent."),
    )
    return "\n".join((_HEAD, *sections))


def _section(workflow: Workflow[StateT, ActT], says: str) -> str:
    return (
        f"## {workflow.name}\n\n{says}\n\n```mermaid\n{mermaid(workflow)}```\n\n{rules(workflow)}"
    )
