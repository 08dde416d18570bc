"""SVG is drawn with the packed font: words are really there."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageFont

from bot.reports import canvas, lettering

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60" font-family="{family}" font-size="40">'
    '<rect width="300" height="60" fill="#fff"/><text x="10" y="45">{words}</text></svg>'
)
NOTHING = "\U0010fffd"
"""No font has this letter: a box is drawn instead."""


def drawn(words: str, family: str = canvas.FAMILY) -> Image.Image:
    return Image.open(BytesIO(canvas.draw(SVG.format(words=words, family=family)))).convert("L")


def ink(image: Image.Image) -> int:
    """How many pixels are dark."""
    return sum(image.point(lambda shade: shade < 128).get_flattened_data())


def differs(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize("words", ["东街街道超期", "Overdue 123", "63.8%", "（·—…“”）"])
def test_words_leave_ink(words: str):
    assert ink(drawn(words)) > 20 * len(words)


def test_every_letter_has_its_own_shape():
    letters = [drawn(each) for each in (*"受理结案超期东西红黑", *"ABCabc0189%+-", NOTHING)]

    assert all(differs(one, other) for index, one in enumerate(letters) for other in letters[:index])


def test_by_another_name_the_words_would_be_missing():
    """Why the family is spelt exactly so, and why these tests look at pixels."""
    svg = SVG.format(words="东街街道", family="Noto Sans CJK")
    alone = canvas.resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=[canvas.font()], font_family="Noto Sans CJK"
    )

    assert ink(Image.open(BytesIO(alone)).convert("L")) == 0


def test_what_is_no_svg_is_refused():
    with pytest.raises(ValueError, match=r"."):
        canvas.draw("no picture")


@pytest.mark.parametrize("words", ["东街街道超期", "Overdue 123", "Housing Bureau 住建局"])
def test_the_width_of_words_is_that_of_their_ink(words: str):
    left, _, right, _ = ImageChops.invert(drawn(words[:7])).getbbox()

    assert abs(right - left - lettering.width(words[:7], 40)) < 8


@pytest.mark.parametrize("room", [0, 30, 90, 200, 400])
def test_words_are_shortened_to_their_room(room: float):
    name = "住房和城乡建设局 Housing Bureau"
    shown = lettering.fit(name, 34, room)

    assert lettering.width(shown, 34) <= room
    head, _, tail = shown.partition("…")
    assert name.startswith(head)
    assert name.endswith(tail)


def test_names_that_differ_at_their_end_still_do_when_shortened():
    names = [f"住房和城乡建设局市政设施维护中心第{number}科" for number in (17, 18)]

    assert len({lettering.fit(name, 34, 300) for name in names}) == 2


def test_words_that_fit_are_left_alone():
    assert lettering.fit("东街街道", 34, 4 * 34) == "东街街道"


@pytest.mark.parametrize("letter", [*map(chr, range(33, 127)), *"东（，·…—“é"])
def test_letters_are_as_wide_as_in_the_font(letter: str):
    faces = (ImageFont.truetype(canvas.font(), 1000, index=index) for index in range(5))
    face = next(face for face in faces if face.getname()[0] == canvas.FAMILY)

    assert lettering.width(letter, 1000) == pytest.approx(face.getlength(letter), abs=120)


def test_what_has_no_width_of_its_own_takes_none():
    assert lettering.width("e\u0301\u200b", 1000) == lettering.width("e", 1000)
