"""The sieve lets nothing be lost that a comparison of everything with everything would find."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.city.finder import ALIKE, ALIKE_LATIN, entries_of
from bot.city.sieve import Sieve
from bot.city.words import is_chinese

CHINESE = st.text("东西街路口", min_size=2, max_size=12)
LATIN = st.text("abc ", min_size=2, max_size=20).filter(lambda word: word[0] != " ")


def are_alike(word: str, said: str) -> bool:
    least = ALIKE if is_chinese(word[0]) else ALIKE_LATIN * 100
    return bool(word == said or fuzz.partial_ratio(word, said, score_cutoff=least))


@given(st.lists(CHINESE | LATIN, min_size=1, max_size=20), st.text("东西街路口abc ", min_size=1, max_size=30))
@example(["甲乙丙丁戊"], "甲乙丁")
@example(["甲乙丙丁"], "甲子乙丁")
@example(["the park of peace"], "th par of peace")
def test_whatever_is_alike_passes(words, said):
    picked = Sieve(words).pick(said)

    assert {index for index, word in enumerate(words) if are_alike(word, said)} <= set(picked)


@given(st.data())
def test_a_word_that_lost_a_letter_passes(data):
    word = data.draw(st.text("abcdefg", min_size=8, max_size=30))
    lost = data.draw(st.integers(0, len(word) - 1))

    assert Sieve([word]).pick(f"at {word[:lost]}{word[lost + 1 :]} today") == [0]


def test_most_words_are_held_back(demo_city):
    words = [entry.word for entry in entries_of(demo_city)]
    sieve = Sieve(words)

    for said in ("垃圾桶满了没人清理", "春辉小区门口路灯不亮", "there is a pothole in the road"):
        assert len(sieve.pick(said)) < len(words) / 50, said


def test_of_no_words_none_is_picked():
    assert Sieve([]).pick("东街") == []
