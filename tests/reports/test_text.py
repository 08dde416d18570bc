"""What a digest says, letter by letter, and that it is never longer than the channel takes."""

from __future__ import annotations

import re

import pytest

from bot.channels.degrade.text import size
from bot.city.model import City, Unit
from bot.reports import sections, text
from bot.reports.digest import Kind
from bot.services.words import Words
from tests.reports.renew import LANGUAGES
from tests.reports.scenario import at, case, digest, district, lay

WORDS = Words()
FOOT = {"zh_CN": "截至 3月10日 08:00（存证 5ea15ea15ea1）", "en": "As of Mar 10 08:00 (seal 5ea15ea15ea1)"}
BLOCKS = ["受理", "在办", "红黑榜", "不满意重开", "多发类别", "问题突出点位", "来源", "反复问题", "满意度", "零报告"]
MORE = {"zh_CN": "其余内容见表格。", "en": "More in the table."}


@pytest.fixture
def database_kind() -> str:
    """The golden texts are compared on both; how they are cut is no matter of databases."""
    return "sqlite"


def said(made, language="zh_CN", limit=4096, unit="utf16") -> str:
    return "".join(span.text for span in text.write(made, WORDS, language, limit, unit))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["utf16", "utf8"])
def test_it_is_never_longer_than_the_channel_takes(week, language, unit):
    made = digest(week, Kind.DAILY)
    whole = said(made, language)
    for limit in range(300, size(whole, unit) + 20, 37):
        shown = said(made, language, limit, unit)
        assert size(shown, unit) <= limit
        assert shown.startswith(whole.partition("\n")[0])
        assert shown.endswith(FOOT[language])
        assert (MORE[language] in shown) == (limit < size(whole, unit))


def test_where_nobody_is_heard_it_says_where_the_table_is(week):
    made = digest(week, Kind.DAILY)
    shown = "".join(span.text for span in text.write(made, WORDS, "zh_CN", 400, "utf8", heard=False))
    assert "私下向我发 /digest" in shown
    assert MORE["zh_CN"] not in shown
    assert size(shown, "utf8") <= 400


def test_what_does_not_fit_is_the_least_important(week):
    """Whole sections go, from the end; the main line goes last, line by line."""
    made = digest(week, Kind.DAILY)
    texts = [said(made, limit=limit) for limit in range(56, 800, 8)]
    kept = [[name for name in BLOCKS if f"\n{name}" in each] for each in texts]

    assert {len(each) for each in kept} == set(range(len(BLOCKS) + 1))
    assert [each == BLOCKS[: len(each)] for each in kept] == [True] * len(kept)


def test_a_quiet_day_is_one_line(session):
    shown = said(digest(session, Kind.DAILY))

    assert shown == "小城区日报 3月9日周一：平静。无新增、无到期、无结案；在办 0（挂账 0），无超期。"


def test_no_person_is_named(week):
    for kind in Kind:
        for language in LANGUAGES:
            assert "某" not in said(digest(week, kind), language)
            assert "K7QX" not in said(digest(week, kind), language)


def test_names_are_never_read_as_marks(session):
    city = district()
    odd = Unit(code="U-E", name="<b>东&街</b> {unit}", kind="territorial")
    lay(session, [case()])
    made = digest(session, Kind.DAILY, city=City(city._all | {("unit", "U-E"): odd}))
    spans = text.write(made, WORDS, "zh_CN", 4096)

    assert any(span.text == "· <b>东&街</b> {unit}：在办 1" and not span.bold for span in spans)


def test_a_long_list_says_how_many_are_left_to_the_table(session):
    city = district(rows=2)
    lay(session, [case(unit=unit, handle_due=at(-1)) for unit in ("U-E", "U-W", "D-CG", "D-YL")])
    shown = said(digest(session, Kind.DAILY, city=city))

    assert shown.count("：超期 1，在办 1") == 2
    assert "另有 2 个见表格" in shown


def test_what_the_pack_no_longer_knows_is_told_by_its_code(session):
    lay(session, [case(unit="X-1", category="99999", point="P-99") for _ in range(2)])
    shown = said(digest(session, Kind.DAILY))

    assert "X-1" in shown
    assert "99999" in shown
    assert "P-99" in shown


def test_every_section_has_its_template():
    sections.load()
    folder = text.FOLDERS[0]

    assert sorted(sections.registered) == sorted(path.name.split(".")[0] for path in folder.glob("*.txt.j2"))


def test_every_text_of_a_template_is_in_the_catalogues():
    for path in text.FOLDERS[0].glob("*.txt.j2"):
        for key in re.findall(r'say\("([\w.]+)"[,)]', path.read_text("utf-8")):
            assert WORDS.has(key), f"{key} of {path.name}"
