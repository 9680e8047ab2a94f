"""A second opinion at the import door: the stix2 library, without custom content.

It is slow to load and to run, so the wire does not ask it; what it accepts wrongly, our own
types refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mithaq.core.formats.stix import outline
from mithaq.core.formats.stix.faults import Fault, Refused
from mithaq.core.formats.stix.parsing import PROGRESS_EVERY, JsonObject, silent

_ASKED = frozenset({outline.ATTACK_PATTERN, outline.RELATIONSHIP, outline.LANGUAGE_CONTENT})


def check_with_stix2(
    objects: Sequence[JsonObject], *, progress: Callable[[int, int], None] = silent
) -> None:
    """Let stix2 read the attack-patterns, relationships and translations among `objects`.

    Properties that begin with "x_" are taken out before: they are old-style custom content,
    which we keep and which that library would refuse as such. `progress` is called with the
    objects done and their number.

    Raises:
        Refused: stix2 refuses one of them.
    """
    import stix2  # it takes half a second, which only an import is worth

    for done, found in enumerate(objects):
        if done % PROGRESS_EVERY == 0:
            progress(done, len(objects))
        if found["type"] in _ASKED:
            plain = {key: value for key, value in found.items() if not key.startswith("x_")}
            try:
                stix2.parse(plain, allow_custom=False)
            except (stix2.exceptions.STIXError, ValueError, TypeError, KeyError) as fault:
                raise Refused([_fault(str(found["id"]), fault)]) from fault
    progress(len(objects), len(objects))


def _fault(name: str, fault: Exception) -> Fault:
    field = getattr(fault, "prop_name", "")
    return Fault(
        code="stix.bad_field",
        object_id=name,
        field=field if isinstance(field, str) else "",
        detail=f"refused by stix2 ({type(fault).__name__})",
    )
