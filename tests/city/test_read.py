"""A pack is read from whatever an operator's spreadsheet program wrote."""

from __future__ import annotations

from datetime import date, time

import pytest
from xlsxwriter import Workbook

from bot.city.directory import national_directory
from bot.city.read import read

UNITS = "编码,名称,类型,别名\nD1,城管局,部门,城管；执法局\nS1,东街道,属地,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_comes_in_three_encodings_with_chinese_headings(small_pack, encoding):
    (small_pack / "units.csv").write_bytes(UNITS.encode(encoding))

    city = read(small_pack).city()

    assert city.unit("D1").aliases == ("城管", "执法局")
    assert city.unit("S1").kind == "territorial"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_understood(small_pack, delimiter):
    (small_pack / "classes.csv").write_text(f"code{delimiter}name\n01{delimiter}市场\n02{delimiter}公厕\n", "utf-8")

    assert read(small_pack).city().point_class("02").name == "公厕"


def test_a_cell_may_hold_line_breaks_and_commas(small_pack):
    (small_pack / "classes.csv").write_text(
        'code,name\r\n01,"市场,\r\n集市"\r\n02,公厕\r\n02,再来\r\n', "utf-8", newline=""
    )

    pack = read(small_pack)

    assert pack.city().point_class("01").name == "市场,\r\n集市"
    assert [(each.row, each.key) for each in pack.mistakes] == [(5, "code_twice")]


def test_codes_that_a_spreadsheet_made_numbers_get_their_noughts_back(small_pack):
    (small_pack / "categories.csv").unlink()
    with Workbook(small_pack / "categories.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "owner", "confusable", "off"])
        sheet.write_row(1, 0, [6013.0, "D1", 6050.0, ""])
        sheet.write_row(2, 0, [6.0, "S1", "", ""])
        sheet.write_row(3, 0, [6029.0, "", "", True])

    pack = read(small_pack)
    city = pack.city()

    assert pack.mistakes == []
    assert city.category("06013").default_unit == "D1"
    assert city.category("06013").confusable[-1] == "06050"
    assert city.category("06014").default_unit == "S1"
    assert "06029" not in city.categories


def test_full_width_numbers_and_chinese_choices_are_understood(small_pack):
    (small_pack / "conditions.csv").write_text(
        "编码,事项类别,名称,时限,时限单位,紧急,结案标准\n甲,06013,坑洼,２４,紧急工作时,是,修好\n", "utf-8"
    )

    [condition] = read(small_pack).city().conditions_of("06013")

    assert (condition.amount, condition.unit, condition.urgent) == (24, "urgent_hours", True)
    assert condition.limit.amount == 24


def test_the_pack_adds_to_the_national_directory(small_pack):
    (small_pack / "categories.csv").write_text(
        "code,name,owner,synonyms,similar_metres\n06999,树挡信号灯（自定义）,D1,树挡灯,80\n09009,,,堵门,30\n", "utf-8"
    )

    city = read(small_pack).city()

    assert len(city.categories) == 251
    assert city.category("06999").class_name == "市容环境类"
    assert city.category("06999").similar_metres == 80
    assert city.category("09009").name == "机动车乱停放"
    assert {"违停", "堵门"} < set(city.category("09009").synonyms)


def test_without_categories_csv_the_national_directory_holds(small_pack):
    (small_pack / "categories.csv").unlink()

    assert read(small_pack).city().categories == national_directory()


def test_settings_have_defaults_and_read_plain_times(small_pack):
    (small_pack / "city.toml").write_text(
        'name = "小城"\nquiet_hours = "21:30-06:30"\ndays_off = [2026-03-05, "2026-03-06"]\n'
        "[limits]\nreports_an_hour = 3\n",
        "utf-8",
    )

    settings = read(small_pack).city().settings

    assert settings.quiet_hours == (time(21, 30), time(6, 30))
    assert settings.days_off == (date(2026, 3, 5), date(2026, 3, 6))
    assert (settings.limits.reports_an_hour, settings.limits.reports_a_day) == (3, 30)
    assert settings.working_hours == ((time(8), time(12)), (time(14), time(18)))


def test_the_national_directory_is_whole():
    """The counts of GB/T 47678.5: 250 matters, by class 76, 44, 16, 14, 3 and 51, 7, 16, 21, 2."""
    directory = national_directory()
    by_class = [sum(each.class_code == f"{number:02}" for each in directory.values()) for number in range(1, 11)]

    assert by_class == [76, 44, 16, 14, 3, 51, 7, 16, 21, 2]
    assert all(each.name_en for each in directory.values())
    assert all(each.facility == (each.class_code < "06") for each in directory.values())
    assert all(
        len(each.synonyms) >= 3 and each.synonyms_en
        for each in directory.values()
        if not each.facility and each.code != "07004"
    )
    assert {code for each in directory.values() for code in each.confusable} <= directory.keys()
