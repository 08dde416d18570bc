"""Volunteers in a digest: shifts held and missing, minutes, what was seen, rates of those who pass, teams."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy.orm import Session

from bot.reports import tables, text
from bot.reports.digest import Digest, Kind, Period, Scope
from bot.reports.duty import Duty
from bot.reports.tally import Rate
from bot.reports.voice import Voice
from bot.services import people
from bot.services.volunteering import servicedata
from bot.services.words import Words
from tests.reports.scenario import ZONE, at, digest
from tests.reports.volunteering import lay_counts, lay_posts, lay_shift, lay_spell

WEEK = Period(date(2026, 3, 2), date(2026, 3, 8), ZONE)
"""Monday to Sunday; the scenario's today is Tuesday the 10th."""
WORDS = Words()


@pytest.fixture
def served(session: Session) -> Session:
    """A week with everything that befalls shifts, and a little of the week before."""
    lay_posts(session)
    full = lay_shift(session, "Z-E", at(-8, 7), (11, 90), (12, 60), (13, 90))  # three where two were wanted
    lay_spell(session, full, 12, 50, 80)  # came back before having gone: no minute counts twice
    late = lay_shift(session, "Z-E", at(-8, 17), (11, 30))
    lay_spell(session, late, 12, -20, -5)  # gone before it began
    lay_spell(session, late, 13, 0, 45, state="asked")  # not approved yet
    lay_shift(session, "Z-W", at(-8, 7))
    lay_shift(session, "m-1", at(-7, 7))
    west = lay_shift(session, "Z-W", at(-6, 7), (15, 90), (16, 30))
    lay_spell(session, west, 17, 30, None)  # not signed out: to the end
    lay_shift(session, "Z-W", at(-5, 7), (18, 20), cancelled_at=at(-5, 7.5))
    lay_shift(session, "Z-E", at(-5, 14), (11, 90), kind="training")
    lay_shift(session, "Z-E", at(-13, 7), (11, 60))
    lay_counts(session, full, 11, 0, P01=3, passers_pedestrian=20, persuaded=2)
    lay_counts(session, full, 12, 0, P01=2, B06=4, heeded=1)
    lay_counts(session, full, 11, 4, B06=5, passers_bike=4)  # more without a helmet than were counted: none good
    lay_counts(session, full, 12, 5, P01=9)  # nobody counted who passed
    lay_counts(session, west, 15, 3, G01=6, passers_bike=10, B06=1)
    return session


def asked(session: Session, period: Period = WEEK, kind: Kind = Kind.ASKED, **more: object) -> Digest:
    return digest(session, kind, period, **more)


def test_shifts_are_held_if_anybody_served_and_minutes_are_those_within_the_slot(served: Session):
    made = asked(served)

    assert made.block("coverage").now == Duty(planned=5, held=3, wanted=10, came=8, lacking=5, minutes=490, training=90)
    assert made.block("coverage").before == Duty(1, 1, 2, 1, 1, 60)
    assert [(row.stand.name, row.duty.missing) for row in made.block("coverage").empty] == [
        ("西街口岗", 1),
        ("钟楼岗", 1),
    ]
    assert made.block("service").people == 7


def test_posts_units_and_days_add_up_to_the_whole(served: Session):
    made = asked(served)
    whole, seen = made.block("coverage").now, made.block("behaviours").now

    units = [asked(served, scope=Scope(unit)) for unit in ("U-E", "U-W")]
    days = [asked(served, day) for day in WEEK.each_day()]
    for parts in (units, days):
        duties = [each.block("service") or each.block("coverage") for each in parts]
        assert sum((each.now for each in duties if each), Duty()) == whole
        found = [each.block("behaviours").now for each in parts if each.block("behaviours")]
        assert sum((each.counts for each in found), Counter()) == seen.counts
        assert sum(each.rate("helmets").whole for each in found) == seen.rate("helmets").whole
    voice = Voice(WORDS, "zh_CN", made.city)
    for name, names in (("service_units", 1), ("service_posts", 2)):
        sheet = tables.tables(made, voice)[name]
        for cells in list(zip(*sheet.rows, sheet.total, strict=True))[names:]:
            if isinstance(cells[0], Rate):
                assert [sum(each) for each in zip(*cells[:-1], strict=True)] == list(cells[-1])
            else:
                assert sum(cells[:-1]) == cells[-1]


def test_rates_are_of_the_quarters_in_which_those_who_pass_were_counted(served: Session):
    seen = asked(served).block("behaviours").now

    assert seen.rates == {"signals": Rate(15, 20), "helmets": Rate(0 + 9, 4 + 10)}
    assert (seen.seen, seen.counts["persuaded"]) == (3 + 2 + 4 + 5 + 9 + 6 + 1, 2)


def test_the_words_say_it_all_and_where_and_when_most_was_seen(served: Session):
    said = "".join(span.text for span in text.write(asked(served), WORDS, "zh_CN", 4000))

    assert "志愿服务 应有 5 班，有人到岗 3，空岗 2（上期 0）\n应到 10 人次，实到 8；按班算缺 5\n" in said
    assert "空岗的岗位：西街口岗 1、钟楼岗 1\n" in said
    assert "服务 8.2 小时（上期 1.0），8 人次，7 人；另有培训 1.5 小时\n" in said
    assert "不文明行为 看到 30（上期 0），劝导 2，听从 1，不听 0\n1. 闯红灯 14，上期 0\n" in said
    assert "遵守信号灯率 75.0%（15/20），头盔佩戴率 64.3%（9/14）\n" in said
    assert "最多的时段：解放路口岗 8时 14 次、解放路口岗 7时 9 次、西街口岗 7时 7 次\n" in said


def test_a_day_with_a_shift_is_no_quiet_one_and_one_without_says_nothing(session: Session):
    lay_posts(session)
    lay_shift(session, "Z-E", at(-1, 7))

    assert not asked(session, kind=Kind.DAILY, period=Period(date(2026, 3, 9), date(2026, 3, 9), ZONE)).is_quiet
    quiet = asked(session, kind=Kind.DAILY, period=Period(date(2026, 3, 8), date(2026, 3, 8), ZONE))
    assert quiet.is_quiet
    assert not {"coverage", "service", "behaviours", "teams"} & {block.name for block in quiet.blocks}


def test_what_those_did_who_are_forgotten_still_counts(served: Session):
    before = asked(served).block("service")
    servicedata.forget(served, [11, 12], people.nobody(served, at(0)).id)
    served.expire_all()
    after = asked(served).block("service")

    assert after.now.minutes == before.now.minutes + 10, "how often they came is known, not who came twice"
    assert (after.people, asked(served).block("behaviours").now.seen) == (before.people - 2, 30)


def test_what_goes_on_yet_is_not_missing(session: Session):
    lay_posts(session)
    lay_shift(session, "Z-E", at(0, 7))

    assert asked(session, Period(date(2026, 3, 10), date(2026, 3, 10), ZONE)).block("coverage") is None


def test_teams_are_ranked_by_hours_of_those_who_agreed_and_none_of_too_few(served: Session):
    lay_shift(served, "Z-E", at(-4, 7), (14, 90))  # does not want to be counted
    assert asked(served, kind=Kind.WEEKLY).block("teams").rows == (
        (1, "U-E", 90 + 80 + 90 + 30, 3),
        (2, "U-W", 90 + 30 + 60, 3),
    )
    said = "".join(span.text for span in text.write(asked(served, kind=Kind.WEEKLY), WORDS, "zh_CN", 4000))
    assert "1. 东街街道 4.8 小时，3 人\n2. 西街街道 3.0 小时，3 人\n" in said
    found = asked(served, kind=Kind.WEEKLY)
    sheet = tables.tables(found, Voice(WORDS, "zh_CN", found.city))["teams"]
    assert (sheet.heads, sheet.rows[1]) == (("名次", "团队", "服务（分钟）", "人数"), (2, "西街街道", 180, 3))
    monday = Period(date(2026, 3, 2), date(2026, 3, 2), ZONE)
    assert asked(served, monday, Kind.WEEKLY).block("teams") is None
    assert asked(served).block("teams") is None
