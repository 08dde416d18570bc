"""Long texts are parted by the platform's own unit, and nothing is harmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.degrade import pages, size, split
from bot.channels.degrade.text import graphemes
from bot.port import Capabilities, Choice, Outgoing, Span

PIECES = [
    "a", "井", "😀", "👩‍👩‍👧", "🇨🇳", "e\u0301", "1️⃣", "👍🏽", "\u1112\u1161\u11ab", "한", "\n", "\r\n", " ", "。",
    "\u202e", "，", "x. ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
SPANS = st.lists(st.builds(Span, text=TEXTS, bold=st.booleans()), max_size=5)
UNITS = st.sampled_from(["utf16", "utf8"])
WIDEST = max(size(piece, "utf8") for piece in PIECES)


def plain(spans) -> str:
    return "".join(span.text for span in spans)


def inked(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "utf16", "utf8"), [("", 0, 0), ("ab", 2, 2), ("井盖", 2, 6), ("😀", 2, 4), ("👩‍👩‍👧", 8, 18)]
)
def test_size_is_counted_in_the_platforms_unit(text, utf16, utf8):
    assert (size(text, "utf16"), size(text, "utf8")) == (utf16, utf8)


@pytest.mark.parametrize(
    "character", ["a", "井", "👩‍👩‍👧", "🇨🇳", "e\u0301", "1️⃣", "👍🏽", "\r\n", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\u1112\u1161\u11ab", "한"]
)
def test_a_character_is_what_people_see_as_one(character):
    assert list(graphemes(f"x{character}y{character}")) == ["x", character, "y", character]


def test_flags_are_counted_in_pairs():
    assert list(graphemes("🇨🇳🇩🇪🇫")) == ["🇨🇳", "🇩🇪", "🇫"]


@given(SPANS, st.integers(WIDEST, 90), UNITS)
def test_every_page_fits_and_nothing_but_space_between_pages_is_lost(spans, limit, unit):
    parted = split(spans, limit, unit)
    assert all(size(plain(page), unit) <= limit for page in parted)
    assert inked("".join(plain(page) for page in parted)) == inked(plain(spans))


@given(SPANS, st.integers(WIDEST, 90), UNITS)
def test_no_character_is_cut(spans, limit, unit):
    whole = [character for character in graphemes(plain(spans)) if not character.isspace()]
    parted = [c for page in split(spans, limit, unit) for c in graphemes(plain(page)) if not c.isspace()]
    assert parted == whole


@given(SPANS, st.integers(WIDEST, 90), UNITS)
def test_styles_stay_with_their_words(spans, limit, unit):
    bold = "".join(span.text for span in spans if span.bold)
    assert inked("".join(s.text for page in split(spans, limit, unit) for s in page if s.bold)) == inked(bold)


def test_a_page_ends_at_a_pause():
    parted = split([Span(text="第一段。\n第二段很长很长")], 8, "utf16")
    assert [plain(page) for page in parted] == ["第一段。\n", "第二段很长很长"]
    assert [plain(page) for page in split([Span(text="one two three")], 9, "utf16")] == ["one two ", "three"]


def test_a_mark_is_not_cut_when_it_fits_a_page():
    spans = [Span(text="很长的话"), Span(text="查看详情", url="https://a.example/"), Span(text="。")]
    assert split(spans, 6, "utf16") == [(spans[0],), (spans[1], spans[2])]


def test_a_mark_longer_than_a_page_goes_on_in_the_next():
    parted = split([Span(text="井" * 10, bold=True)], 6, "utf16")
    assert parted == [(Span(text="井" * 6, bold=True),), (Span(text="井" * 4, bold=True),)]


def test_one_character_longer_than_a_page_is_left_whole():
    assert [plain(page) for page in split([Span(text="👩‍👩‍👧a")], 3, "utf8")] == ["👩‍👩‍👧", "a"]


def test_choices_come_with_the_last_page_and_photos_with_the_first():
    choices = ((Choice(label="提交", token="t.1."),),)
    message = Outgoing(text=(Span(text="井" * 25),), photos=("p",), choices=choices)
    first, middle, last = pages(message, Capabilities(text_limit=10))
    assert (first.photos, first.choices) == (("p",), ())
    assert middle == Outgoing(text=(Span(text="井" * 10),))
    assert (last.photos, last.choices, last.plain) == ((), choices, "井" * 5)


def test_a_text_that_fits_stays_the_same_message():
    message = Outgoing(text=(Span(text="井" * 10),))
    assert pages(message, Capabilities(text_limit=10)) == (message,)
    assert pages(message, Capabilities(text_limit=100)) == (message,)
    assert len(pages(message, Capabilities(text_limit=29, text_unit="utf8"))) == 2
