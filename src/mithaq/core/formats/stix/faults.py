"""What is wrong with a file, said so that its author finds the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from mithaq.core.errors import MithaqError

MAX_FAULTS = 20  # faults told at once; a broken exporter repeats itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: its stable code, the object's id (or place), the field, and what is wrong."""

    code: str
    object_id: str
    field: str
    detail: str

    def __str__(self) -> str:
        place = f"{self.object_id}: {self.field}" if self.field else self.object_id
        return f"{place}: {self.detail}"


class Refused(MithaqError):
    """A STIX file is refused as a whole."""

    code = "stix.refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MAX_FAULTS])
        more = len(faults) - len(self.faults)
        told = "; ".join(map(str, self.faults))
        super().__init__(f"{told}; and {more} more" if more else told)


def refuse(code: str, detail: str, *, object_id: str = "the file", field: str = "") -> Refused:
    """Return the refusal for one fault."""
    return Refused([Fault(code=code, object_id=object_id, field=field, detail=detail)])


def faults_of(fault: ValidationError, *, object_id: str, within: str = "") -> list[Fault]:
    """Return what pydantic found as faults of ours, without the values themselves."""
    return [
        Fault(
            code="stix.bad_field",
            object_id=object_id,
            field=".".join([*([within] if within else []), *map(str, one["loc"])]),
            detail=one["msg"],
        )
        for one in fault.errors(include_url=False, include_input=False)
    ]
