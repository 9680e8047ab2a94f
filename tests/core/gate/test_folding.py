# ruff: noqa: RUF001 - letters that look like others are what is tested here
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.gate.folding import fold, offset, words

ANY = st.text(alphabet=st.characters() | st.characters(categories=["Cs", "Cf", "Mn"]))


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        pytest.param("DISSIDENT", "dissident", id="capitals"),
        pytest.param("dis\u200dsid\u200cent", "dissident", id="joiners inside the word"),
        pytest.param("dis\u00adsi\ufeffdent", "dissident", id="soft hyphen and byte order mark"),
        pytest.param("\u202edissident\u202c", "dissident", id="direction override"),
        pytest.param("ｄｉｓｓｉｄｅｎｔ", "dissident", id="full width"),
        pytest.param("𝐝𝐢𝐬𝐬𝐢𝐝𝐞𝐧𝐭", "dissident", id="mathematical bold"),
        pytest.param("dіssіdеnt", "dissident", id="Cyrillic look-alikes"),
        pytest.param("dissidεnτ", "dissident", id="Greek look-alikes"),
        pytest.param("d́i͏ssident", "dissident", id="combining marks"),
        pytest.param("dis\U000e0041sident", "dissident", id="tag characters"),
        pytest.param("élève", "eleve", id="accents"),
        pytest.param("مُعَارِضٌ", "معارض", id="vowel signs"),
        pytest.param("معـــارض", "معارض", id="tatweel"),
        pytest.param("ﻣﻌﺎﺭﺽ", "معارض", id="presentation forms"),
        pytest.param("أإآٱا", "ااااا", id="alef forms"),
        pytest.param("ؤئ", "وي", id="hamza on a carrier"),
        pytest.param("على مدرسة", "علي مدرسه", id="alef maqsura and ta marbuta"),
        pytest.param("کیهان", "كيهان", id="Persian letters"),
        pytest.param("٠١٢۳", "0123", id="digits of other scripts"),
        pytest.param("aا،ب", "aا ب", id="Arabic comma"),
        pytest.param("\u06e5", "\u06e5", id="a letter is kept"),
    ],
)
def test_a_disguise_is_taken_off(disguised: str, plain: str) -> None:
    assert fold(disguised) == plain


@given(value=ANY)
def test_folding_twice_changes_nothing_that_words_see(value: str) -> None:
    once = words(fold(value))

    assert words(fold(" ".join(once))) == once


@given(value=ANY)
def test_words_hold_neither_blanks_nor_capitals(value: str) -> None:
    for word in words(fold(value)):
        assert word
        assert word.isascii() is False or (word.isalnum() and word == word.lower())


def test_many_different_characters_fold_like_few() -> None:
    rare = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 300))

    assert fold(f"{rare} dіssіdеnt ٣") == f"{rare} dissident 3"


@pytest.mark.parametrize(
    "value",
    ["un été à la caserne", "المعارض ومعـــارض caserne", "a\u200d b\u200d caserne", "ß ﷺ caserne"],
)
def test_the_offset_points_at_the_word_in_the_original(value: str) -> None:
    number = words(fold(value)).index("caserne")

    assert value[offset(value, number) :].strip() == "caserne"
