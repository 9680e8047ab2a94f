"""The sentence that a person is told about an error, looked up by its stable code."""

from __future__ import annotations

from functools import cache

from mithaq.core import codes
from mithaq.core.errors import MithaqError

FALLBACK = "en"


def sentence(fault: MithaqError, *, language: str) -> str:
    """Return the sentence for `fault` in `language`, in English if we do not write that one."""
    entry = _entries().get(fault.code)
    if entry is None:
        return (type(fault).__doc__ or fault.code).partition("\n")[0]
    return entry.labels[language if language in codes.LANGUAGES else FALLBACK]


@cache
def _entries() -> dict[str, codes.Entry]:
    entries = codes.codelist("error-code").entries
    return {entry.maps["error"]: entry for entry in entries if "error" in entry.maps}
