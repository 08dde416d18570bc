"""Every mistake in a pack is found, and at once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from bot.city.check import check
from bot.city.mistakes import Mistake, choices_in
from tests.city.conftest import SMALL


def found(folder: Path) -> list[tuple[str, int, str, str]]:
    return [(each.file, each.row, each.column, each.key) for each in check(folder)]


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def put_feature(folder: Path, geometry: object, **properties: object) -> None:
    path = folder / "places.geojson"
    content = json.loads(path.read_text("utf-8"))
    content["features"].append({"type": "Feature", "properties": properties, "geometry": geometry})
    path.write_text(json.dumps(content), "utf-8")


def rung(amount: int, unit: str, holder: str = "executives") -> str:
    return f'{{ after = {{ amount = {amount}, unit = "{unit}" }}, to = ["{holder}"] }}'


def test_a_faultless_pack_has_no_mistakes(small_pack):
    assert check(small_pack) == []


def test_the_demo_pack_has_no_mistakes(demo_folder):
    assert check(demo_folder) == []


def test_an_empty_folder_lacks_what_is_needed(tmp_path):
    missing = {"city.toml", "units.csv", "classes.csv", "points.csv", "conditions.csv"}

    assert {(name, 0, "", "file_missing") for name in missing} == set(found(tmp_path))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        # city.toml
        ("city.toml", 'name = "小城"', 'name = ""', (1, "name", "empty")),
        ("city.toml", 'name = "小城"\n', "", (0, "name", "empty")),
        ("city.toml", '"小城"', '"小城', (1, "", "toml")),
        ("city.toml", "08:00-12:00", "8点-12点", (2, "working_hours.0.0", "time")),
        ("city.toml", "08:00-12:00", "12:00-08:00", (2, "working_hours", "hours_order")),
        ("city.toml", '"小城"\n', '"小城"\ntime_zone = "Asia/Nowhere"\n', (2, "time_zone", "time_zone")),
        ("city.toml", '"小城"\n', '"小城"\nopening = "atuo"\n', (2, "opening", "choice")),
        ("city.toml", '"小城"\n', '"小城"\ndispute_day = 3\n', (2, "dispute_day", "setting_unknown")),
        ("city.toml", '"小城"\n', '"小城"\ndispute_days = -3\n', (2, "dispute_days", "greater_than")),
        ("city.toml", '"小城"\n', '"小城"\ndispute_days = "three"\n', (2, "dispute_days", "whole_number")),
        ("city.toml", '"小城"\n', '"小城"\ndays_off = ["2026-13-01"]\n', (2, "days_off.0", "date")),
        (
            "city.toml",
            '"小城"\n',
            '"小城"\ndays_off = [2026-05-01]\ndays_worked = [2026-05-01]\n',
            (3, "days_worked", "day_both"),
        ),
        ("city.toml", '"小城"\n', '"小城"\nnag_shares = [0.8, 0.5]\n', (2, "nag_shares", "rising")),
        ("city.toml", '"小城"\n', '"小城"\nnag_shares = [1.0]\n', (2, "nag_shares.0", "less_than")),
        ("city.toml", '"小城"\n', '"小城"\nnags_a_day = 0\n', (2, "nags_a_day", "greater_than")),
        (
            "city.toml",
            '"小城"\n',
            '"小城"\ndigests = { least_for_rate = 0 }\n',
            (2, "digests.least_for_rate", "greater_than"),
        ),
        ("city.toml", '"小城"\n', '"小城"\nquiet_hours = "07:00-19:00"\n', (2, "quiet_hours", "quiet_always")),
        ("city.toml", '"小城"\n', '"小城"\nquiet_hours = "07:00-11:59"\n', None),
        ("city.toml", '"小城"\n', '"小城"\npatrols.remind = "20:00"\n', (2, "patrols.remind", "not_worked")),
        (
            "city.toml",
            '"小城"\n',
            '"小城"\n' + f"ladder = [{rung(2, 'work_days')}, {rung(9, 'work_hours')}]\n",
            (2, "ladder", "rising"),
        ),
        (
            "city.toml",
            '"小城"\n',
            '"小城"\nladder = [{ after = { amount = 2, unit = "work_days" }, to = [] }]\n',
            (2, "ladder.0.to", "empty"),
        ),
        (
            "city.toml",
            '"小城"\n',
            '"小城"\nladder = [{ days_over = 2, role = "executive" }]\n',
            (2, "ladder.0.days_over", "setting_unknown"),
        ),
        # units
        ("units.csv", "kind,parent", "knid,parent", (1, "kind", "heading_missing")),
        ("units.csv", "kind,parent", "kind,colour", (1, "colour", "heading_unknown")),
        ("units.csv", "kind,parent", "kind,kind", (1, "kind", "heading_twice")),
        ("units.csv", "D1,城管局", ",城管局", (2, "code", "empty")),
        ("units.csv", "D1,城管局", "D1,", (2, "name", "empty")),
        ("units.csv", "S1,东街道", "D1,东街道", (3, "code", "code_twice")),
        ("units.csv", "department", "departmant", (2, "kind", "choice")),
        ("units.csv", "territorial,D1", "territorial,D9", (3, "parent", "unit_unknown")),
        ("units.csv", "department,,", "department,S1,", (2, "parent", "parent_circle")),
        ("units.csv", "东边;东片", "东边,东片", (3, "", "too_many_cells")),
        ("units.csv", "城管局", '城管"局"', None),
        ("units.csv", "城管局", '"城管"局', (0, "", "csv")),
        # circles and points
        ("circles.csv", "market", "bazaar", (2, "kind", "choice")),
        ("circles.csv", "Q1,市场圈,market\n", "Q1,市场圈,market\nQ2,空圈,market\n", (3, "code", "anchor_missing")),
        ("points.csv", "P1,东市场,01", "P1,东市场,07", (2, "class", "point_class_unknown")),
        ("points.csv", "38.05,102.05", "38.05,东边", (2, "lon", "number")),
        ("points.csv", "38.05,102.05", "102.05,38.05", (2, "lat", "swapped")),
        ("points.csv", "38.05,102.05", "39.05,102.05", (2, "lat", "outside")),
        ("points.csv", "38.05,102.05", ",102.05", (2, "lat", "empty")),
        ("points.csv", "38.05,102.05", "38.05,202.05", (2, "lon", "less_than_equal")),
        ("points.csv", "38.051,102.051", "38.051,102.061", (3, "circle", "circle_reach")),
        ("points.csv", "Q1,yes", "Q1,perhaps", (2, "anchor", "yes_or_no")),
        ("points.csv", "Q1,yes", ",yes", (2, "circle", "anchor_alone")),
        ("points.csv", "Q1,,D1", "Q1,yes,D1", (3, "anchor", "anchor_twice")),
        ("points.csv", "Q1,,D1", "Q7,,D1", (3, "circle", "circle_unknown")),
        ("points.csv", "yes,D1,S1", "yes,D7,S1", (2, "trade_unit", "unit_unknown")),
        ("points.csv", "yes,D1,S1", "yes,D1,", (2, "territorial_unit", "empty")),
        # categories and conditions
        ("categories.csv", "06013,", "06999,", (3, "name", "empty")),
        ("categories.csv", "06013,", "06999,树挡灯", (3, "name", "extension_name")),
        ("categories.csv", "06013,", "06053,", (3, "code", "category_code")),
        ("categories.csv", "06013,", "77013,", (3, "code", "category_code")),
        ("categories.csv", "06013,", "路,", (3, "code", "category_code")),
        ("categories.csv", "06013,,D1", "06013,,D8", (3, "owner", "unit_unknown")),
        ("categories.csv", "路烂,", "路烂,也许", (3, "off", "yes_or_no")),
        ("conditions.csv", "01-1,01,", "01-1,0101,", (2, "category", "category_unknown")),
        ("conditions.csv", "01-1,01,一般,4", "01-1,01,一般,-4", (2, "amount", "greater_than")),
        ("conditions.csv", "01-1,01,一般,4", "01-1,01,一般,four", (2, "amount", "whole_number")),
        ("conditions.csv", "01-1,01,一般,4,work_hours", "01-1,01,一般,4,hours", (2, "unit", "choice")),
        (
            "conditions.csv",
            "01-1,01,一般,4,work_hours,处理完毕",
            "01-1,01,一般,4,work_hours,",
            (2, "closes_when", "empty"),
        ),
        # people and standards
        ("people.csv", "unit_head", "boss", (2, "role", "choice")),
        ("people.csv", "unit_head,D1", "unit_head,", (2, "unit", "unit_needed")),
        ("people.csv", "S1,P1", "S1,", (3, "points", "points_needed")),
        ("people.csv", "S1,P1", "S1,P9", (3, "points", "point_unknown")),
        ("people.csv", "S1,P1", "S1,P1\nL2,副场长,point_leader,S1,P2;P1", (4, "points", "leader_twice")),
        ("standards.csv", "01,01-1", "44,01-1", (2, "point_class", "point_class_unknown")),
        ("standards.csv", "0.5", "-0.5", (2, "deduction", "greater_than_equal")),
        # the map
        ("places.geojson", '{"type"', '{type"', (0, "", "json")),
        ("places.geojson", '"features"', '"pieces"', (0, "features", "feature_collection")),
        ("places.geojson", '"boundary"', '"border"', (1, "kind", "choice")),
        ("places.geojson", '"Polygon"', '"Poligon"', (1, "geometry", "choice")),
        ("places.geojson", "[[[102.0, 38.0]", "[[[102.0, 38.001]", (1, "coordinates", "ring")),
        ("places.geojson", "[[[102.0, 38.0]", '[[["102", 38.0]', (1, "coordinates", "position")),
        ("places.geojson", "[[[102.0, 38.0]", "[[[38.0, 102.0]", (1, "coordinates", "position")),
    ],
)
def test_one_mistake_is_found_where_it_is(small_pack, name, old, new, expected):
    spoil(small_pack, name, old, new)

    if expected is None:
        assert check(small_pack) == []
    else:
        assert (name, *expected) in found(small_pack)


def test_categories_without_any_limit_are_named_one_by_one(small_pack):
    spoil(small_pack, "conditions.csv", "10-1,10,一般,4,work_hours,处理完毕\n", "")

    missing = [(each.value, each.key) for each in check(small_pack)]

    assert missing == [("10001", "condition_missing"), ("10002", "condition_missing")]


@pytest.mark.parametrize(
    ("geometry", "properties", "expected"),
    [
        ({"type": "Point", "coordinates": [102, 38]}, {"name": "无码", "kind": "landmark"}, ("code", "empty")),
        (
            {"type": "Point", "coordinates": [102, 38]},
            {"code": "B", "name": "重", "kind": "landmark"},
            ("code", "code_twice"),
        ),
        (
            {"type": "Point", "coordinates": [102, 38]},
            {"code": "A", "name": "面", "kind": "area"},
            ("geometry", "choice"),
        ),
        (
            {"type": "Point", "coordinates": []},
            {"code": "A", "name": "点", "kind": "landmark"},
            ("coordinates", "position"),
        ),
        (
            {"type": "LineString", "coordinates": [[102, 38]]},
            {"code": "R", "name": "路", "kind": "road"},
            ("coordinates", "line"),
        ),
        (
            {"type": "LineString", "coordinates": []},
            {"code": "R", "name": "路", "kind": "road"},
            ("coordinates", "position"),
        ),
        (None, {"code": "R", "name": "路", "kind": "road"}, ("geometry", "choice")),
        (
            {"type": "Point", "coordinates": [102, 38]},
            {"code": "L", "name": "湖", "kind": "landmark", "look": "watr"},
            ("look", "choice"),
        ),
        (
            {"type": "Point", "coordinates": [102, 38]},
            {"code": "L", "name": "湖", "kind": "landmark", "unit": "X"},
            ("unit", "unit_unknown"),
        ),
        ({"type": "Point", "coordinates": [102, 38]}, {"code": "L", "name": 5, "kind": "landmark"}, ("name", "text")),
        (
            {"type": "Polygon", "coordinates": [[[102, 38], [102.1, 38], [102.1, 38.1], [102, 38]]]},
            {"code": "B2", "name": "界", "kind": "boundary"},
            ("kind", "boundary_twice"),
        ),
    ],
)
def test_a_bad_feature_is_found_by_its_number(small_pack, geometry, properties, expected):
    put_feature(small_pack, geometry, **properties)

    assert found(small_pack) == [("places.geojson", 2, *expected)]


def test_fifty_different_mistakes_are_all_told_at_once(small_pack):
    """Nothing stops the search: not a broken row, nor a broken file beside the others."""
    (small_pack / "city.toml").write_text(
        'name = ""\nopening = "x"\ntime_zone = "x"\ndispute_days = 0\nrating_days = "x"\ncolour = 1\n'
        'quiet_hours = "late"\ndays_off = ["x"]\nlanguages = ["fr"]\n'
        'nag_shares = [0]\nverify_limit = { amount = 1, unit = "x" }\n[limits]\nreports_a_day = 0\n'
        '[digests]\ndaily = "25:00"\n',
        "utf-8",
    )
    (small_pack / "units.csv").write_text(
        "code,name,kind,parent,colour\nD1,甲,department,D2\nD2,乙,department,D1\nD1,丙,department\n,丁,department\n"
        "D3,,department\nD4,戊,dept\nD5,己,department,D99\nD6,庚,department,,,多\n",
        "utf-8",
    )
    (small_pack / "classes.csv").write_bytes("code,name\n01,市场\n02,".encode() + b"\xff\xff\n")
    (small_pack / "circles.csv").write_text("code,name,kind\nQ1,一,market\nQ2,二,square\nQ3,三,market\n", "utf-8")
    (small_pack / "points.csv").write_text(
        "code,name,class,lat,lon,circle,anchor,trade_unit,territorial_unit\n"
        "P1,一,99,38.05,102.05,Q1,yes,D1,D2\nP2,二,01,x,102.05,,,D1,D2\nP3,三,01,102.05,38.05,,,D1,D2\n"
        "P4,四,01,38.05,,,,D1,D2\nP5,五,01,39,102,,,D1,D2\nP6,六,01,38.05,999,,,D1,D2\nP7,七,01,38.05,102.05,,yes,D1,D2\n"
        "P8,八,01,38.09,102.09,Q1,,D1,D2\nP9,九,01,38.05,102.05,Q9,,D1,D2\nP10,十,01,38.05,102.05,Q1,maybe,D1,D2\n"
        "P11,十一,01,38.05,102.05,,,D77,D2\nP12,十二,01,38.05,102.05,,,D1,\nP13,十三,01,38.05,102.05,Q1,yes,D1,D2\n",
        "utf-8",
    )
    (small_pack / "categories.csv").write_text(
        "code,name,owner,confusable,off\n06999,本地,,,\n06998,,,,\n06060,错（自定义）,,,\n06013,,D88,,\n06012,,,06777,\n"
        "06011,,,,maybe\n06013,,,,\n",
        "utf-8",
    )
    (small_pack / "conditions.csv").write_text(
        "code,category,name,amount,unit,closes_when\na,01,一,-1,work_hours,完\nb,02,二,x,work_hours,完\nc,03,三,1,weeks,完\n"
        "d,04,四,1,work_hours,\ne,66666,五,1,work_hours,完\nf,05,,1,work_hours,完\n",
        "utf-8",
    )
    (small_pack / "people.csv").write_text(
        "code,name,role,unit,points\n1,甲,king,,\n2,乙,unit_head,,\n3,丙,point_leader,D1,\n4,丁,point_leader,D1,P1;P404\n"
        "5,戊,point_leader,D66,P1\n",
        "utf-8",
    )
    (small_pack / "standards.csv").write_text(
        "point_class,code,name,deduction\n01,a,净,-1\n01,a,静,1\n55,c,境,1\n", "utf-8"
    )
    put_feature(small_pack, {"type": "Point", "coordinates": [999, 1]}, code="X", name="远", kind="landmark")
    put_feature(small_pack, {"type": "Dot"}, code="Y", name="点", kind="landmark")

    mistakes = check(small_pack)
    different = {(each.file, each.column, each.key) for each in mistakes}

    assert len(different) >= 50
    assert len({each.file for each in mistakes}) == 11
    assert mistakes == sorted(mistakes)


@pytest.mark.parametrize(
    ("name", "good", "bad", "expected"),
    [
        ("posts.csv", ",S1,", ",S9,", ("unit", "unit_unknown")),
        ("posts.csv", "38.05,102.05", "39,102.05", ("lat", "outside")),
        ("rotas.csv", "Z1A,Z1", "Z1A,Z2", ("post", "post_unknown")),
        ("rotas.csv", "12345,07:00", "12380,07:00", ("weekdays", "weekdays")),
        ("rotas.csv", "07:00,08:30", "07:00,06:30", ("ends", "rota_hours")),
        ("rotas.csv", "17:00,18:30", "07:00,07:30", ("begins", "rota_twice")),
        ("rotas.csv", "17:00,18:30", "5 pm,18:30", ("begins", "time")),
        ("behaviours.csv", "P01", "行人闯红灯", ("code", "short_code")),
        ("behaviours.csv", "行人", "猫", ("passers", "choice")),
    ],
)
def test_what_is_wrong_about_duty_is_told(small_pack, name, good, bad, expected):
    spoil(small_pack, name, good, bad)

    assert [(each.file, each.column, each.key) for each in check(small_pack)] == [(name, *expected)]


def test_an_empty_choice_is_left_out_of_what_is_offered():
    assert choices_in("'', 'pedestrian', 'bike' or 'motor'") == ["pedestrian", "bike", "motor"]


def test_a_wrong_role_is_told_which_there_are(small_pack):
    spoil(small_pack, "people.csv", "unit_head", "unit_haed")
    roles = "volunteer, point_leader, unit_head, inspector, dispatcher, executive, administrator"

    mistakes = [each for each in check(small_pack) if each.key == "choice"]

    assert [each.file for each in mistakes] == ["people.csv"]
    assert mistakes[0].facts == {"choices": roles, "nearest": "unit_head"}


def test_a_wrong_holder_of_a_rung_is_told_which_there_are(small_pack):
    spoil(
        small_pack, "city.toml", '"小城"',
        '"小城"\nladder = [{ after = { amount = 1, unit = "work_days" }, to = ["executives", "unit_haed"] }]',
    )  # fmt: skip

    [mistake] = check(small_pack)

    assert (mistake.row, mistake.column, mistake.key) == (2, "ladder.0.to.1", "choice")
    assert mistake.facts["nearest"] == "unit_head"
    assert mistake.facts["choices"].startswith("whose_turn, point_leader, unit_head")


def test_the_nearest_valid_value_is_suggested(small_pack):
    spoil(small_pack, "points.csv", "yes,D1,S1", "yes,D1,S11")

    [mistake] = check(small_pack)

    assert mistake.facts["nearest"] == "S1"


def test_a_mistake_tells_in_words_what_is_expected():
    mistake = Mistake("units.csv", 2, "kind", "dept", "choice", {"choices": "a, b", "nearest": "a"})

    def say(key: str, facts: dict[str, str]) -> str:
        return f"<{key} {facts}>"

    assert mistake.expected(say) == "<pack.expected.choice {'choices': 'a, b'}> <pack.nearest {'nearest': 'a'}>"


def test_every_key_has_words():
    """The catalogue speaks for every kind of mistake that the code can find, and for no other."""
    code = "".join(path.read_text("utf-8") for path in Path("bot/city").glob("*.py"))
    catalogue = set(re.findall(r'msgid "pack\.expected\.(\w+)"', Path("locales/zh_CN/pack.po").read_text("utf-8")))
    references = {f"{kind}_unknown" for kind in ("unit", "point_class", "circle", "point", "category", "post")}

    literal = {key for key in catalogue if f'"{key}"' in code}

    assert catalogue - literal == references - literal
    assert {"file_missing", "outside", "leader_twice"} <= literal


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(SMALL)),
    share=st.floats(0, 1),
    cut=st.integers(0, 9),
    junk=st.binary(max_size=4)
    | st.sampled_from([b",", b'"', b"\n", b"null", b"-", b"{}", b"[]", b"NaN", b"1e999", b"\0"]),
)
def test_whatever_stands_in_a_file_is_answered(small_pack, name, share, cut, junk):
    """A pack may be refused, but the check never breaks."""
    content = SMALL[name].encode()
    at = int(share * len(content))
    (small_pack / name).write_bytes(content[:at] + junk + content[at + cut :])

    assert all(each.file for each in check(small_pack))

    (small_pack / name).write_bytes(content)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_no_position_is_not_a_number(small_pack, number):
    spoil(small_pack, "points.csv", "38.05,", f"{number},")

    assert [each.column for each in check(small_pack)] == ["lat"]


def test_row_numbers_of_a_spreadsheet_count_empty_rows(small_pack):
    (small_pack / "classes.csv").unlink()
    with Workbook(small_pack / "classes.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编码", "名称"])
        sheet.write_row(3, 0, [1, "市场"])
        sheet.write_row(6, 0, [2, ""])

    assert found(small_pack) == [("classes.xlsx", 7, "name", "empty")]


def test_two_files_of_one_table_are_refused(small_pack):
    (small_pack / "points.xlsx").write_bytes(b"not a spreadsheet")

    assert found(small_pack) == [("points.xlsx", 0, "", "file_twice")]


def test_a_broken_spreadsheet_is_told(small_pack):
    (small_pack / "standards.csv").unlink()
    (small_pack / "standards.xlsx").write_bytes(b"not a spreadsheet")

    assert found(small_pack) == [("standards.xlsx", 0, "", "unreadable")]
