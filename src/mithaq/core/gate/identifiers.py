"""Identifiers of persons in free text, where they escape the forms and their rules.

Found are e-mail addresses (RFC 5322, the common part), telephone numbers in international form
(ITU-T E.164), IBANs (ISO 13616, check digits verified), payment card numbers (ISO/IEC 7812-1,
check digit verified) and numbers beside the word passport. The text must be folded. Every
pattern is bounded, so that the time is linear in the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FEWEST_DIGITS = 6  # of any number that the patterns below look for
_NO_DIGITS = bytes(set(range(128)) - set(b"0123456789"))
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b")
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)[ .-]?[1-9](?:[ .()-]{0,2}\d){7,14}(?!\d)")
_IBAN = re.compile(r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]){11,30}")
_CARD = re.compile(r"(?<![\d.,-])(?:\d[ -]?){12,18}\d(?![\d-])")
_PASSPORT = re.compile(
    r"\b(?:passports?|passeports?|pasaportes?|جواز|الجواز|جوازه|جوازها)\b"
    r"(?:[^\w]{1,3}[^\W\d]{1,12}){0,4}[^\w]{1,3}[a-z]{0,3}\d{6,9}\b"
)


# Lengths from the IBAN registry (ISO 13616) for members and neighbours; of any other country the
# whole run is tried.
_IBAN_LENGTHS = {
    **dict.fromkeys(("sd", "nl", "fi", "dk"), 18),
    **dict.fromkeys(("be",), 16),
    **dict.fromkeys(("ch", "li"), 21),
    **dict.fromkeys(("gb", "de", "ie", "bh"), 22),
    **dict.fromkeys(("ae", "iq", "om", "il"), 23),
    **dict.fromkeys(("es", "sa", "tn", "se", "pk", "ro"), 24),
    **dict.fromkeys(("pt", "ly"), 25),
    **dict.fromkeys(("tr", "dz"), 26),
    **dict.fromkeys(("fr", "it", "mr", "dj", "gr", "mc"), 27),
    **dict.fromkeys(("ma", "lb", "pl", "cy"), 28),
    **dict.fromkeys(("eg", "qa", "ps"), 29),
    **dict.fromkeys(("jo", "kw", "ye"), 30),
}


def positions(folded: str) -> Iterator[int]:
    """Yield where identifiers of persons begin in a folded text, in code points of that text."""
    if "@" in folded:
        yield from (match.start() for match in _EMAIL.finditer(folded))
    digits = folded.encode("ascii", "ignore").translate(None, _NO_DIGITS)
    if len(digits) < _FEWEST_DIGITS:
        return
    yield from (match.start() for match in _PHONE.finditer(folded))
    yield from (match.start() for match in _IBAN.finditer(folded) if _is_iban(match[0]))
    yield from (match.start() for match in _CARD.finditer(folded) if _is_card(match[0]))
    yield from (match.start() for match in _PASSPORT.finditer(folded))


def _is_iban(text: str) -> bool:
    """Return whether `text`, cut to the length of its country, has right check digits."""
    plain = text.replace(" ", "")
    length = _IBAN_LENGTHS.get(plain[:2], len(plain))
    return plain.isascii() and len(plain) >= length and _iban_remainder(plain[:length]) == 1


def _iban_remainder(plain: str) -> int:
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97


def _is_card(text: str) -> bool:
    """Return whether the digits of `text` satisfy the check digit of Luhn and are not all one."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
