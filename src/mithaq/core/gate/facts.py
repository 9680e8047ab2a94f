"""The rules that read the facts of a disclosure; each answers where it is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from mithaq.core.codes import codelist
from mithaq.core.gate.disclosure import Disclosure
from mithaq.core.gate.folding import fold, words
from mithaq.core.gate.limits import limits
from mithaq.core.gate.reading import Place

_BODILY = frozenset({"biometric", "genetic"})
_HANDLING = ("h0", "h1", "h2", "h3")  # from the freest
_TLP = ("clear", "green", "amber", "amber-strict", "red")  # from the freest
_STAYS = frozenset({"amber-strict", "red"})  # markings that never leave their first recipient
_LEAST_REFERENCE = 3  # letters and digits of a case reference


def purpose_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No purpose of the closed list."""
    if disclosure.purpose not in codelist("purpose"):
        yield Place(field="purpose")


def case_reference_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No case reference: fewer than three letters and digits, or the same one again and again."""
    plain = "".join(words(fold(disclosure.case_reference)))
    if len(plain) < _LEAST_REFERENCE or len(set(plain)) == 1:
        yield Place(field="case_reference")


def necessity_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No reason given: too short, or filled up by repeating the same word or letter."""
    told = words(fold(disclosure.necessity))
    short = len(" ".join(told)) < limits().necessity_characters
    filler = all(len(set(word)) == 1 for word in told)
    if short or filler or len(set(told)) < limits().necessity_words:
        yield Place(field="necessity")


def prohibited_offence(disclosure: Disclosure) -> Iterator[Place]:
    """An offence that is political, military, religious or racial by its nature."""
    if any(code in codelist("prohibited-offence") for code in disclosure.offences):
        yield Place(field="offences")


def person_category_missing(disclosure: Disclosure) -> Iterator[Place]:
    """A person singled out without a category of the closed list."""
    known = codelist("person-category")
    missing = disclosure.nominal and not disclosure.person_categories
    if missing or any(code not in known for code in disclosure.person_categories):
        yield Place(field="person_categories")


def nominal_for_purpose(disclosure: Disclosure) -> Iterator[Place]:
    """A person singled out for a purpose that never needs one."""
    if disclosure.nominal and disclosure.purpose in limits().without_persons:
        yield Place(field="purpose")


def victim_coercive(disclosure: Disclosure) -> Iterator[Place]:
    """A coercive measure against a victim or a witness, or a purpose that leads to one."""
    never = limits().never_coerced
    if disclosure.coercive_against & never:
        yield Place(field="coercive_against")
    categories = disclosure.person_categories
    if disclosure.purpose in limits().coercive and categories and categories <= never:
        yield Place(field="person_categories")


def asylum_flag(disclosure: Disclosure) -> Iterator[Place]:
    """Data on a refugee for the State that the person fled."""
    if disclosure.audience in disclosure.fled_from:
        yield Place(field="audience")


def third_party_rule(disclosure: Disclosure) -> Iterator[Place]:
    """Another bureau's record without its signed consent."""
    if disclosure.onward and not disclosure.consented:
        yield Place(field="onward")


def handling_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No handling code of the closed list."""
    if disclosure.handling not in _HANDLING:
        yield Place(field="handling")


def handling_weaker(disclosure: Disclosure) -> Iterator[Place]:
    """A handling code freer than the source's; one that nobody knows counts as the strictest."""
    if disclosure.origin_handling is not None and _freer(
        disclosure.handling, disclosure.origin_handling, among=_HANDLING
    ):
        yield Place(field="handling")


def tlp_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No marking of TLP 2.0."""
    if disclosure.tlp not in _TLP:
        yield Place(field="tlp")


def tlp_exceeded(disclosure: Disclosure) -> Iterator[Place]:
    """A marking freer than the source's, or passing on what stays with its first recipient."""
    origin = disclosure.origin_tlp
    freer = origin is not None and _freer(disclosure.tlp, origin, among=_TLP)
    stays = disclosure.onward and (origin or disclosure.tlp) in _STAYS
    if freer or stays:
        yield Place(field="tlp")


def retention_missing(disclosure: Disclosure) -> Iterator[Place]:
    """No date until which the record is kept."""
    if disclosure.retain_until is None:
        yield Place(field="retain_until")


def retention_past(disclosure: Disclosure) -> Iterator[Place]:
    """A date until which the record is kept that has come already."""
    if disclosure.retain_until is not None and disclosure.retain_until <= disclosure.at:
        yield Place(field="retain_until")


def retention_too_long(disclosure: Disclosure) -> Iterator[Place]:
    """A record kept longer than its purpose allows."""
    days = limits().retention_days.get(disclosure.purpose)
    if disclosure.retain_until is None or days is None:
        return
    if disclosure.retain_until - disclosure.at > dt.timedelta(days=days):
        yield Place(field="retain_until")


def grade_missing(disclosure: Disclosure) -> Iterator[Place]:
    """Source and information not graded."""
    if not disclosure.graded:
        yield Place(field="graded")


def named_supplier(disclosure: Disclosure) -> Iterator[Place]:
    """A supplier field that names a person or a firm."""
    if disclosure.named_supplier:
        yield Place(field="supplier")


def special_category(disclosure: Disclosure) -> Iterator[Place]:
    """Sensitive data other than of the body; a category that nobody knows is sensitive."""
    if disclosure.special_categories - _BODILY:
        yield Place(field="special_categories")


def biometric_data(disclosure: Disclosure) -> Iterator[Place]:
    """Data of the body: prints, faces, DNA."""
    if disclosure.special_categories & _BODILY:
        yield Place(field="special_categories")


def minor(disclosure: Disclosure) -> Iterator[Place]:
    """A minor is singled out; a record that says whom a crime aims at singles out nobody."""
    if disclosure.nominal and disclosure.minors is True:
        yield Place(field="minors")


def age_unknown(disclosure: Disclosure) -> Iterator[Place]:
    """A person is singled out whose age nobody knows."""
    if disclosure.nominal and disclosure.minors is None:
        yield Place(field="minors")


def second_approval_missing(
    disclosure: Disclosure, *, checks: Iterable[Callable[[Disclosure], Iterable[Place]]]
) -> Iterator[Place]:
    """At the receiver: one of `checks` needed a second officer and the release names none."""
    if disclosure.approved is False:
        yield from (place for check in checks for place in check(disclosure))


def _freer(code: str, than: str, *, among: tuple[str, ...]) -> bool:
    strictest = len(among) - 1
    ranks = {name: rank for rank, name in enumerate(among)}
    return ranks.get(code, strictest) < ranks.get(than, strictest)
