"""The sentence that a person is told about an error or a refusal, looked up by its stable code."""

from __future__ import annotations

from functools import cache

from mithaq.core import codes
from mithaq.core.errors import MithaqError

FALLBACK = "en"


def sentence(fault: MithaqError, *, language: str) -> str:
    """Return the sentence for `fault` in `language`, in English if we do not write that one."""
    if fault.code not in _entries():
        return (type(fault).__doc__ or fault.code).partition("\n")[0]
    return sentence_of(fault.code, language=language)


def sentence_of(code: str, *, language: str) -> str:
    """Return what `code` says: an error's, a rule's of the gate or a ground of refusal."""
    entry = _entries().get(code)
    if entry is None:
        return code
    return entry.labels[language if language in codes.LANGUAGES else FALLBACK]


@cache
def _entries() -> dict[str, codes.Entry]:
    errors = {entry.maps["error"]: entry for entry in codes.codelist("error-code")}
    grounds = (*codes.codelist("gate-rule"), *codes.codelist("refusal-ground"))
    return {entry.code: entry for entry in grounds} | errors
