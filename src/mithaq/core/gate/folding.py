"""Folding: bring a text to the form in which words are compared.

Folds by NFKD (Unicode Standard Annex #15) and full case folding, drops combining marks (Latin
accents, Arabic vowel signs, the hamza on its carriers), tatweel, and characters without width
or of direction, writes alef maqsura as ya and ta marbuta as ha, reads digits of any script as
ASCII, and reads the Cyrillic and Greek letters that look Latin as Latin, so that none of these
hides a word. Signs outside ASCII become spaces. Folding is for comparing only: nothing folded
is stored or sent.
"""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_left
from functools import lru_cache

_FEW = 256  # distinct characters; with more, one pass of translate is quicker than replacing each
_NO_WIDTH = frozenset({"\u0640", "\u115f", "\u1160", "\u3164", "\uffa0"})  # tatweel, Hangul fillers
_SAME_LETTER = {
    **dict(zip("ٱىیکةہۀھە", "اييكههههه", strict=True)),
    **dict(zip("авеікмнопрстухѕјһԁԛԝ", "abeikmhonpctyxsjhdqw", strict=True)),
    **dict(zip("αβεικνορτυχγ", "abeikvoptuxy", strict=True)),
}
_SIGNS = "".join(chr(code) for code in range(128) if not chr(code).isalnum())
_ASCII = bytes(range(128))
_MAY_CHANGE = re.compile("[^\u0621-\u0628\u062a-\u063a\u0641-\u0648\u064a]")  # not plain Arabic
_WORDS_ONLY = bytes.maketrans(
    (_SIGNS + string.ascii_uppercase).encode(),
    (" " * len(_SIGNS) + string.ascii_lowercase).encode(),
)


def fold(value: str) -> str:
    """Return `value` in the form in which words are compared; any text has one."""
    if value.isascii():
        return value.lower()
    folded = unicodedata.normalize("NFKD", value).casefold()
    beyond_ascii = _to_bytes(folded).translate(None, _ASCII)
    present = set(_MAY_CHANGE.findall(_to_text(beyond_ascii)))
    if len(present) > _FEW:
        return folded.translate({ord(char): _plain(char) for char in present})
    for char in present:
        folded = folded.replace(char, _plain(char))
    return folded


def words(folded: str) -> list[str]:
    """Return the words of a folded text, in order: runs of letters and digits."""
    return _to_text(_to_bytes(folded).translate(_WORDS_ONLY)).split()


def offset(value: str, number: int) -> int:
    """Return where in `value` its word `number` begins, in code points from 0, at least nearly.

    Folding drops and adds characters, so the place is found by folding ever shorter beginnings.
    """
    ends = range(len(value) + 1)
    return max(0, bisect_left(ends, number + 1, key=lambda end: len(words(fold(value[:end])))) - 1)


def _to_bytes(value: str) -> bytes:
    # What a person types may hold half a surrogate pair, which strict UTF-8 refuses.
    return value.encode("utf-8", "surrogatepass")


def _to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """Return what stands for one character of a text that is already NFKD and case-folded."""
    if char in _SAME_LETTER:
        return _SAME_LETTER[char]
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf"} or char in _NO_WIDTH:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    joins_words = category[0] in "LNM" or category in {"Cs", "Co", "Cn"}
    return char if joins_words else " "
