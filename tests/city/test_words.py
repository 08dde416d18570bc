"""Folding makes texts comparable and never loses where they came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.city.words import find_word, fold, folded, split_words


@given(st.text(max_size=80))
def test_every_folded_character_has_a_place_in_the_original(text):
    letters, positions = fold(text)

    assert len(letters) == len(positions)
    assert list(positions) == sorted(positions)
    assert all(0 <= position < len(text) for position in positions)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text):
    once = folded(text)

    assert folded(once) == once


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＫＴＶ　扰民", "ktv扰民"),
        (" 解放路 与 西街 ", "解放路与西街"),
        ("A  B\tC", "a b c"),
        ("路\u200b灯", "路灯"),
        ("①号", "1号"),
    ],
)
def test_width_case_and_blanks_do_not_matter(text, plain):
    assert folded(text) == plain


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("ice", "ice on the road", True),
        ("ice", "police", False),
        ("ice", "iced", False),
        ("pothole", "two potholes", True),
        ("pothole", "路上有pothole吗", True),
        ("路灯", "那边路灯坏了", True),
        ("ice", "police and ice", True),
        ("ktv", "这家ktv很吵", True),
    ],
)
def test_latin_words_are_found_whole_and_chinese_ones_anywhere(word, text, there):
    assert (find_word(word, text) is not None) == there


def test_words_are_split_at_semicolons_and_bars():
    assert split_words("坑洼；路烂了; 路面破损 |") == ("坑洼", "路烂了", "路面破损")
