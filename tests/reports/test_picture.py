"""Pictures of digests, pixel by pixel beside those that were looked at.

Where a picture is meant to change, delete its golden file: the test makes a new one and fails, so that it is looked at
before it is committed.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.city.model import City, Settings, Unit
from bot.reports import canvas, picture
from bot.reports.lettering import width
from bot.reports.panels import lists
from bot.reports.period import Kind
from bot.reports.sections.lists import Listed
from bot.reports.tally import Rate
from bot.reports.voice import Voice
from bot.services.words import Words
from tests.reports.scenario import ZONE, Scope, at, case, closed, digest, district, lay
from tests.reports.volunteering import lay_counts, lay_posts, lay_shift

GOLDEN = Path(__file__).parent / "golden"
WORDS = Words(zone=ZONE)
LONG = "云溪区住房和城乡建设局市政设施维护与城市道路照明管理服务中心第"
LONG_EN = "Centre for the Maintenance of Municipal Facilities and the Lighting of Urban Roads No. "
SHADES, STRAY = 40, 4
"""A pixel may be off by so much, and so many by more: one figure that changes is noticed."""
SMALL = 360
"""How wide the golden pictures are: a third, so that they stay small and every word still leaves its mark."""


@pytest.fixture
def database_kind() -> str:
    """Figures are the same on both; how they are drawn is no matter of databases."""
    return "sqlite"


def crowded() -> City:
    """A district of forty units whose names are as long as names get."""
    city = district()
    units = [
        Unit(code=f"L-{number}", name=f"{LONG}{number}科", name_en=f"{LONG_EN}{number}", kind="department")
        for number in range(40)
    ]
    named = Settings(name="示范区" * 7, name_en="Exemplary District " * 3, digests=city.settings.digests)
    return City(city._all | {("unit", each.code): each for each in units} | {("settings", "settings"): named})


def lay_crowd(session) -> None:
    late = [case(unit=f"L-{number}", reported_at=at(-9)) for number in range(40) for _ in range(number % 7 + 1)]
    done = [closed(2 + number % 2, unit=f"L-{number}", reported_at=at(-6)) for number in range(40) for _ in range(12)]
    lay(session, [*late, *done])


def drawn(found, language: str) -> Image.Image:
    return Image.open(BytesIO(canvas.draw(picture.compose(found, WORDS, language)))).convert("RGB")


def agrees(image: Image.Image, name: str) -> None:
    """Compare a picture with the golden one."""
    path, small = (
        GOLDEN / f"{name}.png",
        image.resize((SMALL, image.height * SMALL // image.width), Image.Resampling.BOX),
    )
    if not path.exists():
        small.quantize(256).save(path, optimize=True)
        pytest.fail(f"{path} is new: look at it, then commit it")
    golden = Image.open(path).convert("RGB")
    assert small.size == golden.size
    shades = ImageChops.difference(small, golden).convert("L").histogram()
    assert sum(shades[SHADES:]) <= STRAY, f"{sum(shades[SHADES:])} pixels differ from {path}"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("kind", [Kind.DAILY, Kind.WEEKLY])
def test_a_district_with_something_of_everything(week, kind: Kind, language: str):
    agrees(drawn(digest(week, kind), language), f"{kind}-{language}")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_forty_units_with_long_names(session, language: str):
    lay_crowd(session)
    agrees(drawn(digest(session, Kind.WEEKLY, city=crowded()), language), f"crowded-{language}")


def test_a_unit_alone_shows_its_points(week):
    found = digest(week, Kind.WEEKLY, scope=Scope("D-CG"))
    agrees(drawn(found, "zh_CN"), "unit-zh_CN")


def test_where_all_figures_are_nought(session):
    lay(session, [case(handle_due=at(3), reported_at=at(-20))])
    found = digest(session, Kind.DAILY)
    agrees(drawn(found, "zh_CN"), "nought-zh_CN")


def test_the_heat_table_of_posts_and_hours(session):
    """Alone, of all posts; among the other panels only of those with most, and nowhere where nothing was seen."""
    assert picture.compose_heat(digest(session, Kind.WEEKLY), WORDS, "zh_CN") == ""
    lay_posts(session)
    for post, hour, n in (("Z-E", 7, 40), ("Z-E", 17, 9), ("Z-W", 7, 12), ("m-1", 18, 1)):
        shift = lay_shift(session, post, at(-6, hour))
        lay_counts(session, shift, 11, 0, P01=n)
    found = digest(session, Kind.WEEKLY)
    svg = picture.compose_heat(found, WORDS, "zh_CN")
    agrees(Image.open(BytesIO(canvas.draw(svg))).convert("RGB"), "heat-zh_CN")
    assert "不文明行为：岗位与时段" in picture.compose(found, WORDS, "zh_CN")


@pytest.mark.parametrize(("old", "new"), [(">31<", ">37<"), (">10 件<", ">18 件<"), ("城管局", "城营局")])
def test_a_picture_that_is_off_by_one_letter_is_noticed(week, monkeypatch, old: str, new: str):
    compose = picture.compose
    monkeypatch.setattr(picture, "compose", lambda *given: compose(*given).replace(old, new, 1))
    assert compose(digest(week, Kind.WEEKLY), WORDS, "zh_CN").count(old)

    with pytest.raises(AssertionError, match="pixels differ"):
        agrees(drawn(digest(week, Kind.WEEKLY), "zh_CN"), "weekly-zh_CN")


def test_the_words_of_each_picture_are_really_there(week):
    """The same without words is another picture: where words stand, their colour is found."""
    svg = picture.compose(digest(week, Kind.WEEKLY), WORDS, "zh_CN")
    image = Image.open(BytesIO(canvas.draw(svg))).convert("L")
    blank = Image.open(BytesIO(canvas.draw(svg.replace(canvas.FAMILY, "No Such Font")))).convert("L")

    title = (34, 26, 34 + int(width("小城区周报", 50)), 78)
    assert min(image.crop(title).get_flattened_data()) < 60
    assert min(blank.crop(title).get_flattened_data()) > 200
    assert ImageChops.difference(image, blank).getbbox()[3] > image.height - 60, "down to the foot"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_nothing_is_cut_off_and_nothing_is_markup(session, language: str):
    """What a name holds is never read as SVG, and no line is wider than its room."""
    city = crowded()
    units = {("unit", f"L-{n}"): Unit(code=f"L-{n}", name=f"<b>&{n}</b>", kind="department") for n in range(3)}
    lay_crowd(session)
    svg = picture.compose(digest(session, Kind.WEEKLY, city=City(city._all | units)), WORDS, language)

    assert "<b>" not in svg
    assert canvas.draw(svg)


def test_ties_that_fill_a_list_are_cut_short_with_their_number():
    voice = Voice(WORDS, "zh_CN", crowded())
    tied = [Listed(1, f"L-{number}", Rate(9, 9)) for number in range(12)]

    assert len(lists._rows(voice, tied)) == 5
    assert lists._left_out(voice, tied) == "并列还有 7 家"
