"""What a person at a terminal is told about an error: a sentence in their language, and its code."""

from __future__ import annotations

import os

from mithaq.core import codes
from mithaq.core.errors import MithaqError
from mithaq.site.sentences import FALLBACK, sentence, sentence_of


def language() -> str:
    """Return the caller's language, as the environment tells it, if it is one of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        chosen = os.environ.get(name, "")[:2].lower()
        if chosen in codes.LANGUAGES:
            return chosen
    return FALLBACK


def ground(code: str) -> str:
    """Return the sentence for a ground of refusal or a rule of the gate, and its code."""
    return f"{sentence_of(code, language=language())} [{code}]"


def describe(fault: MithaqError) -> str:
    """Return the sentence for `fault`, its code, and the detail for whoever must mend it."""
    lines = [f"{sentence(fault, language=language())} [{fault.code}]"]
    if fault.detail:
        lines.append(f"  {fault.detail}")
    return "\n".join(lines)
