"""Arbitrary clauses and passages over small vocabularies, so that they meet often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hypothesis import strategies as st

from mithaq.core.clock import Period
from mithaq.core.pacts import Clause, Passage
from mithaq.core.pacts.allowed import (
    Allowed,
    Fields,
    Handling,
    Kinds,
    Offences,
    PersonCategories,
    Purposes,
    Tlp,
)
from mithaq.core.pacts.composed import AllOf, AnyOf
from mithaq.core.pacts.limits import Deadlines, Quota, Retention, Validity
from mithaq.core.pacts.ways import Directions, OnwardRule, OnwardTransfer, Relay
from tests.factories.pacts import DAY, NOON, XA, XB, XC, XS

BUREAUS = (XA, XB, XC, XS)
WORDS: dict[type[Allowed], tuple[str, ...]] = {
    Purposes: ("share-method", "warn", "statistics"),
    Kinds: ("method", "alert", "person"),
    Handling: ("h0", "h1", "h2"),
    Tlp: ("red", "amber", "clear"),
    Offences: ("financial-crime", "online-scam", "terrorism"),
    PersonCategories: ("suspect", "victim"),
}
FIELD_NAMES = ("title", "route", "victims")
URGENCIES = ("immediate", "urgent")


def permissive() -> tuple[Clause, ...]:
    """Return clauses, z1 to z8, that cover every family and refuse no passage of ours."""
    words = {kind: frozenset(listed) for kind, listed in WORDS.items()}
    return (
        Purposes(ref="z1", allowed=words[Purposes]),
        Kinds(ref="z2", allowed=words[Kinds]),
        Handling(ref="z3", allowed=words[Handling]),
        Retention(ref="z4", days=400),
        Offences(ref="z5", allowed=words[Offences]),
        PersonCategories(ref="z6", allowed=words[PersonCategories]),
        Relay(ref="z7", bureaus=frozenset({XS, XC})),
        OnwardTransfer(ref="z8", rule=OnwardRule.WITH_CONSENT),
    )


Make = Callable[[str], st.SearchStrategy[Clause]]


def some(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.sets(st.sampled_from(words), min_size=1).map(frozenset)


def _listed(kind: type[Allowed]) -> Make:
    return lambda ref: some(WORDS[kind]).map(lambda words: kind(ref=ref, allowed=words))


def _period() -> st.SearchStrategy[Period]:
    days = st.integers(min_value=1, max_value=3)
    return st.builds(
        lambda before, after: Period(
            starts_at=NOON - before * DAY, ends_at=None if after is None else NOON + after * DAY
        ),
        days,
        st.none() | days,
    )


_OTHERS: tuple[Make, ...] = (
    lambda ref: st.builds(
        Fields, ref=st.just(ref), kind=st.sampled_from(WORDS[Kinds]), allowed=some(FIELD_NAMES)
    ),
    lambda ref: st.builds(Retention, ref=st.just(ref), days=st.integers(1, 200)),
    lambda ref: st.builds(
        Quota,
        ref=st.just(ref),
        most=st.integers(1, 5),
        window=st.just(DAY),
        kinds=st.just(frozenset[str]()) | some(WORDS[Kinds]),
    ),
    lambda ref: st.builds(
        Deadlines,
        ref=st.just(ref),
        shortest=st.dictionaries(
            st.sampled_from(URGENCIES), st.just(dt.timedelta(hours=8)), min_size=1
        ),
    ),
    lambda ref: st.builds(Validity, ref=st.just(ref), period=_period()),
    lambda ref: st.builds(
        Directions,
        ref=st.just(ref),
        pairs=st.sets(st.sampled_from(((XA, XB), (XB, XA), (XC, XA))), min_size=1).map(frozenset),
    ),
    lambda ref: st.builds(
        Relay,
        ref=st.just(ref),
        bureaus=st.sets(st.sampled_from((XS, XC)), min_size=1).map(frozenset),
    ),
    lambda ref: st.builds(OnwardTransfer, ref=st.just(ref), rule=st.sampled_from(OnwardRule)),
)
_SIMPLE: tuple[Make, ...] = (*(_listed(kind) for kind in WORDS), *_OTHERS)


@st.composite
def clause(draw: st.DrawFn, *, ref: str, depth: int = 2) -> Clause:
    """Return a clause of any kind, with those inside it named after `ref`."""
    if depth and draw(st.integers(0, 4)) == 0:
        size = draw(st.integers(2, 3))
        members = tuple(
            draw(clause(ref=f"{ref}-{at}", depth=depth - 1)) for at in range(1, size + 1)
        )
        if draw(st.booleans()):
            return AllOf(ref=ref, clauses=members)
        return AnyOf(ref=ref, clauses=members)
    return draw(draw(st.sampled_from(_SIMPLE))(ref))


@st.composite
def clauses(draw: st.DrawFn, *, prefix: str = "x") -> tuple[Clause, ...]:
    """Return up to five clauses, x1 to x5."""
    size = draw(st.integers(0, 5))
    return tuple(draw(clause(ref=f"{prefix}{at}")) for at in range(1, size + 1))


def passages() -> st.SearchStrategy[Passage]:
    """Return passages that a pact sometimes allows and sometimes refuses."""
    return st.builds(
        Passage,
        issuer=st.sampled_from((XA, XB, XC)),
        audience=st.sampled_from((XB, XA)),
        purpose=st.sampled_from(WORDS[Purposes]),
        kind=st.sampled_from(WORDS[Kinds]),
        handling=st.sampled_from(WORDS[Handling]),
        retain_until=st.integers(1, 200).map(lambda days: NOON + days * DAY),
        sent_at=st.sampled_from((NOON - 2 * DAY, NOON)),
        via=st.sampled_from(((), (XS,), (XC,), (XS, XC))),
        tlp=st.sampled_from(("", *WORDS[Tlp])),
        offences=st.sets(st.sampled_from(WORDS[Offences])).map(frozenset),
        person_categories=st.sets(st.sampled_from(WORDS[PersonCategories])).map(frozenset),
        fields=st.sets(st.sampled_from(FIELD_NAMES)).map(frozenset),
        urgency=st.sampled_from((None, *URGENCIES)),
        answer_by=st.sampled_from((None, NOON + dt.timedelta(hours=1), NOON + DAY)),
        onward_from=st.sampled_from((None, XC)),
        consent_of=st.sampled_from((frozenset(), frozenset({XC}))),
        used=st.dictionaries(st.sampled_from(("x1", "x2", "x3")), st.integers(0, 4)),
    )
