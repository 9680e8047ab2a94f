"""Field types of records: codes of a list, bounded text, countries, currencies.

They carry their own checks for pydantic, which reads them at the edge; inside the house they
are plain `str` and `int`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from mithaq.core import codes

# No control characters but tab and line ends: PostgreSQL and terminals choke on the others.
PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
MAX_TITLE = 300  # characters
MAX_TEXT = 20_000  # characters; five times the longest description met
MAX_SHORT = 500  # characters
MAX_ITEMS = 200  # entries of any list in a record
MAX_AMOUNT = 10**15  # minor units of a currency

Title = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE)]
OptionalTitle = Annotated[str, StringConstraints(max_length=MAX_TITLE, pattern=PRINTABLE)]
LongText = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=PRINTABLE)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_SHORT, pattern=PRINTABLE)]
OptionalText = Annotated[str, StringConstraints(max_length=MAX_SHORT, pattern=PRINTABLE)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**10)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


def _listed(name: str, value: str) -> str:
    if value not in codes.codelist(name):
        raise ValueError(f"{value[:64]!r} is not a code of the list {name}")
    return value


def _code(name: str) -> AfterValidator:
    check: Callable[[str], str] = partial(_listed, name)
    return AfterValidator(check)


OffenceCode = Annotated[str, _code("offence")]
StageCode = Annotated[str, _code("method-stage")]
DeviceCode = Annotated[str, _code("device")]
ConcealmentCode = Annotated[str, _code("concealment")]
RouteRoleCode = Annotated[str, _code("seizure-route-role")]
TransportCode = Annotated[str, _code("transport")]
VictimCode = Annotated[str, _code("victim-kind")]
CounterMeasureCode = Annotated[str, _code("counter-measure")]
SupplierCode = Annotated[str, _code("supplier-kind")]
PersonCategoryCode = Annotated[str, _code("person-category")]
HandlingCode = Annotated[str, _code("handling")]
TlpCode = Annotated[str, _code("tlp")]
SourceGradeCode = Annotated[str, _code("source-grade")]
InformationGradeCode = Annotated[str, _code("information-grade")]
