"""The spreadsheet, opened again."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from bot.city.model import City, Unit
from bot.reports import sheet
from bot.reports.digest import Kind, Scope
from bot.reports.tables import tables
from bot.reports.tally import COLUMNS, Tally
from bot.reports.voice import Voice
from bot.services.words import Words
from tests.reports.scenario import NOW, case, digest, district, lay

WORDS = Words()


@pytest.fixture
def database_kind() -> str:
    """The figures are compared on both elsewhere; how they are put into cells is no matter of databases."""
    return "sqlite"


def opened(made, language="zh_CN"):
    """Return every sheet as rows by its name."""
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.write(made, WORDS, language)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def column(rows, head):
    """Return the cells under a heading."""
    return [row[rows[0].index(head)] for row in rows[1:]]


def test_it_has_a_sheet_for_each_table(week):
    assert list(opened(digest(week, Kind.DAILY))) == ["总览", "单位", "来源", "类别", "超期案件", "点位"]
    assert list(opened(digest(week, Kind.DAILY), "en")) == [
        "Overview",
        "Units",
        "Sources",
        "Kinds",
        "Overdue",
        "Points",
    ]


def test_the_overview_tells_every_figure_with_its_formula(week):
    made = digest(week, Kind.DAILY)
    rows = opened(made)["总览"]
    tally = made.block("totals").now

    assert rows[0] == ["指标", "本期", "上期", "去年同期", "本月累计", "口径"]
    assert rows[1][1:5] == ["3月9日周一", "3月8日周日", "2025年3月9日周日", "3月1日至9日"]
    assert rows[2][0] == "截至"
    assert all(row[5] for row in rows[3:])
    told = {row[0]: row[1] for row in rows[3:]}
    assert (told["受理"], told["应结案"], told["在办"]) == (tally.received, tally.due, 9)
    assert told["按期结案率"] == f"{tally.in_time}/{tally.due}", "of fewer than the pack's least the counts are shown"
    assert {row[0]: row[4] for row in rows}["按期结案率"] == pytest.approx(21 / 27)


@pytest.mark.parametrize("kind", [Kind.DAILY, Kind.WEEKLY])
@pytest.mark.parametrize("name", ["单位", "来源", "类别"])
def test_the_rows_of_every_sheet_add_up_to_its_total_and_to_the_digest(week, kind, name):
    made = digest(week, kind)
    rows = opened(made)[name]
    voice = Voice(WORDS, "zh_CN", made.city)
    for figure in Tally.__slots__:
        *parts, total = column(rows, voice.plain(f"digest.figure.{figure}"))
        assert sum(parts) == total == getattr(made.block("totals").now, figure)
    if name == "单位":
        for figure in ("open", "overdue", "due_today", "suspended"):
            *parts, total = column(rows, voice.plain(f"digest.figure.{figure}"))
            assert sum(parts) == total == getattr(made.block("standing").whole, figure)


def test_every_unit_is_there_and_headquarters_and_those_who_verify(week):
    names = column(opened(digest(week, Kind.DAILY))["单位"], "单位")

    functions = {"创城办（待立案、待派遣）", "督查员（待核查）"}
    assert {*names[:-1]} == {"东街街道", "西街街道", "城管局", "园林中心", "水务局", "东一社区"} | functions
    assert names[-1] == "合计"


def test_what_is_overdue_is_listed_with_the_latest_first_and_no_person(week):
    rows = opened(digest(week, Kind.DAILY))["超期案件"]

    assert rows[0] == ["案件编号", "类别", "地点", "单位", "待办方", "时限", "超期（小时）"]
    assert [row[2:5] for row in rows[1:]] == [
        ["东街小学", "园林中心", "园林中心"],
        ["东街农贸市场", "城管局", "城管局"],
        ["地点不明", "未定单位", "创城办（待立案、待派遣）"],
    ]
    assert (rows[1][5], rows[1][6]) == (datetime(2026, 3, 8, 9), 47.0)  # noqa: DTZ001 -- a spreadsheet has no zones
    assert "某" not in str(opened(digest(week, Kind.DAILY)))


def test_points_are_counted_in_the_span_and_now(week):
    rows = opened(digest(week, Kind.DAILY))["点位"]

    assert rows[0] == ["点位编码", "点位", "新增 3月1日至9日", "结案 3月1日至9日", "现在办", "现超期"]
    assert rows[1:] == [["P-1", "东街农贸市场", 6, 4, 2, 1], ["P-2", "东街小学", 1, 0, 1, 1]]


def test_no_cell_is_a_formula_whatever_a_name_begins_with(session):
    city = district()
    odd = Unit(code="U-E", name='=HYPERLINK("http://x.example","x")', kind="territorial")
    lay(session, [case()])
    made = digest(session, Kind.DAILY, city=City(city._all | {("unit", "U-E"): odd}))

    assert odd.name in column(opened(made)["单位"], "单位")
    with ZipFile(BytesIO(sheet.write(made, WORDS, "zh_CN"))) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets" in name)


def test_the_same_digest_is_the_same_file(week):
    made = digest(week, Kind.WEEKLY)

    assert sheet.write(made, WORDS, "en") == sheet.write(made, WORDS, "en")


def test_an_empty_unit_has_a_table_all_the_same(session):
    rows = opened(digest(session, Kind.ASKED, scope=Scope("D-SW"), now=NOW))

    assert rows["单位"][1][:2] == ["水务局", 0]
    assert len(rows["超期案件"]) == 1


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_heading_and_formula_is_in_both_languages(week, language):
    made = digest(week, Kind.DAILY)
    voice = Voice(WORDS, language, made.city)
    drawn = tables(made, voice)

    assert [len(row) for table in drawn.values() for row in table.rows if len(row) != len(table.heads)] == []
    assert all(voice.plain(f"digest.formula.{name}") for name in COLUMNS)
