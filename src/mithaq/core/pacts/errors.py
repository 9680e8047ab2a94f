"""The faults of pacts that are raised; what a pact refuses is answered, not raised."""

from __future__ import annotations

from mithaq.core.errors import MithaqError


class MalformedPact(MithaqError):
    """Bytes or values do not make a pact, a clause or a notice in canonical form."""

    code = "pact.malformed"


class NotSigned(MithaqError):
    """A pact or a notice lacks a signature it needs, or one of them does not hold."""

    code = "pact.not_signed"


class UnknownPact(MithaqError):
    """No pact of that name is known here."""

    code = "pact.unknown"


class WrongVersion(MithaqError):
    """The pact is known, but not in the version and with the text that is named."""

    code = "pact.version"


class BadNotice(MithaqError):
    """A notice is not about this pact, not by a party, or contradicts another."""

    code = "pact.bad_notice"


class BadDraft(MithaqError):
    """A draft cannot become a pact; the detail names the clause and the fault."""

    code = "pact.bad_draft"
