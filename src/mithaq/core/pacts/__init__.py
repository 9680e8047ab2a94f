"""Pacts: agreements between bureaus that a program can read, and the decision under them.

Implements docs/protocol/pacts.md. A pact is a set of small clauses in canonical form, signed by
both authority keys of every party. `decide` answers whether a record may pass; it is pure, the
same at both ends, and refuses whatever no clause allows.
"""

from __future__ import annotations

from mithaq.core.pacts.clause import Clause, Codes, Family, Parameter, Sentence
from mithaq.core.pacts.decision import decide, weigh
from mithaq.core.pacts.drafting import draft
from mithaq.core.pacts.errors import (
    BadDraft,
    BadNotice,
    MalformedPact,
    NotSigned,
    UnknownPact,
    WrongVersion,
)
from mithaq.core.pacts.limits import Deadlines, Quota, Retention
from mithaq.core.pacts.notice import Act, Notice, Standing
from mithaq.core.pacts.pact import Pact, read, walk
from mithaq.core.pacts.passage import Allow, Decision, Passage, Refuse
from mithaq.core.pacts.signed import (
    Authorities,
    SignedNotice,
    SignedPact,
    add_signatures,
    quotas,
    read_notice,
    read_pact,
    relays,
    restored,
    sign_notice,
    sign_pact,
    unverified_notice,
    unverified_terms,
)

__all__ = [
    "Act",
    "Allow",
    "Authorities",
    "BadDraft",
    "BadNotice",
    "Clause",
    "Codes",
    "Deadlines",
    "Decision",
    "Family",
    "MalformedPact",
    "NotSigned",
    "Notice",
    "Pact",
    "Parameter",
    "Passage",
    "Quota",
    "Refuse",
    "Retention",
    "Sentence",
    "SignedNotice",
    "SignedPact",
    "Standing",
    "UnknownPact",
    "WrongVersion",
    "add_signatures",
    "decide",
    "draft",
    "quotas",
    "read",
    "read_notice",
    "read_pact",
    "relays",
    "restored",
    "sign_notice",
    "sign_pact",
    "unverified_notice",
    "unverified_terms",
    "walk",
    "weigh",
]
