"""Names, numbers and days as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.reports.figures import Turn
from bot.reports.period import Period
from bot.reports.tally import Change, Rate, Standing
from bot.reports.voice import Voice
from bot.services.words import Words
from tests.reports.scenario import NOW, ZONE, case, district, facts_of
from tests.small_city import OUTSIDE, SCHOOL

WORDS = Words()
CHINESE, ENGLISH = Voice(WORDS, "zh_CN", district()), Voice(WORDS, "en", district())


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Rate(8, 10), "80.0%"),
        (Rate(2, 3), ""),
        (Rate(0, 0), ""),
        (Rate(0, 10), "0%"),
        (Rate(10, 10), "100%"),
        (Rate(1, 5000), "0.1%"),
        (Rate(4999, 5000), "99.9%"),
        (Rate(12, 10), ""),
    ],
)
def test_all_and_nothing_are_said_only_where_it_is_so(rate, shown):
    assert CHINESE.percent(rate) == shown


def test_of_too_few_the_counts_are_shown():
    assert CHINESE.rate(Rate(2, 3)) == "2/3"
    assert CHINESE.rate(Rate(8, 10)) == "80.0%（8/10）"


@pytest.mark.parametrize(
    ("n", "rate", "last", "shown"),
    [
        (8, Rate(8, 10), Rate(9, 10), "8 (80.0%, was 90.0%)"),
        (8, Rate(8, 10), Rate(1, 2), "8 (80.0%)"),
        (1, Rate(1, 2), Rate(9, 10), "1"),
        (0, Rate(0, 10), Rate(0, 10), "0"),
        (0, Rate(0, 10), Rate(1, 10), "0 (0%, was 10.0%)"),
    ],
)
def test_a_share_has_its_rate_and_the_last_one_as_far_as_they_say_something(n, rate, last, shown):
    assert ENGLISH.share(n, rate, last) == shown


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (Change(15, 10), "+50%"),
        (Change(5, 10), "-50%"),
        (Change(10, 10), "±0%"),
        (Change(999, 1000), "±0%"),
        (Change(5, 9), ""),
    ],
)
def test_a_change_is_in_whole_per_cent(change, shown):
    assert CHINESE.change(change) == shown


def test_how_things_stand_leaves_out_what_there_is_none_of():
    assert CHINESE.stands(Standing(open=5, overdue=2)) == "超期 2，在办 5"
    assert ENGLISH.stands(Standing(open=3, due_today=1, suspended=1)) == "due today 1, open 3, suspended 1"


def test_units_are_short_in_chinese_and_functions_stand_for_people():
    assert (CHINESE.unit("D-CG"), ENGLISH.unit("D-CG"), CHINESE.unit("gone")) == ("城管局", "City Management", "gone")
    assert (CHINESE.unit(""), ENGLISH.unit("")) == ("未定单位", "no unit yet")
    assert CHINESE.owner(Turn("unit", "U-E")) == "东街街道"
    assert ENGLISH.owner(Turn("verifiers")) == "inspectors (to verify)"


def test_a_place_is_told_by_the_map_and_never_in_the_words_of_a_reporter():
    def where(**facts):
        return CHINESE.whereabouts(facts_of(case(place="某某家门口", **facts)))

    assert where(point="P-1") == "东街农贸市场"
    assert where(lat=SCHOOL[0], lon=SCHOOL[1]) == "东街小学"
    assert where() == "东街街道 解放路"
    assert where(lat=None, lon=None) == "地点不明"
    assert where(lat=OUTSIDE[0], lon=OUTSIDE[1]) == "31.0000, 111.0000"


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        (date(2026, 3, 9), date(2026, 3, 9), "3月9日周一", "Mon, Mar 9"),
        (date(2026, 3, 2), date(2026, 3, 8), "3月2日至8日", "Mar 2 – 8"),
        (date(2026, 2, 1), date(2026, 2, 28), "2026年2月", "Feb 2026"),
        (date(2025, 3, 9), date(2025, 3, 9), "2025年3月9日周日", "Sun, Mar 9, 2025"),
        (date(2025, 12, 29), date(2026, 1, 4), "2025年12月29日至2026年1月4日", "Dec 29, 2025 – Jan 4, 2026"),
    ],
)
def test_days_are_said_with_the_year_only_where_it_is_another(first, last, chinese, english):
    period = Period(first, last, ZONE)

    assert CHINESE.days(period, NOW) == chinese
    assert ENGLISH.days(period, NOW).replace("\u2009", " ") == english


def test_a_moment_is_told_by_the_clocks_of_the_city():
    assert CHINESE.moment(datetime(2026, 3, 9, 16, tzinfo=UTC) + timedelta(minutes=5)) == "3月10日 00:05"
