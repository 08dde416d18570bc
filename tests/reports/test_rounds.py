"""Rounds in a digest: due by the rhythm and where there was a leader, made, missed, and what was overlooked."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from bot.reports import tables, text
from bot.reports.digest import Digest, Kind, Period, Scope
from bot.reports.rounds import Rounds
from bot.reports.voice import Voice
from bot.services.words import Words
from storage.models import Assignment, Patrol
from tests.reports.scenario import REPORTER, ZONE, at, case, closed, digest, lay
from tests.walks import walked_city

WEEK = Period(date(2026, 3, 2), date(2026, 3, 8), ZONE)
"""Monday to Sunday; the scenario's today is Tuesday the 10th."""
WORDS = Words()


def lay_rounds(session: Session) -> None:
    """The market is led all week, the school too, the market in the west from Wednesday noon; the east has a head."""
    lay(session, [])
    offices = {"P-1": at(-30), "P-2": at(-30), "P-3": at(-6, 12)}
    for point, since in offices.items():
        unit = "U-W" if point == "P-3" else "U-E"
        session.add(Assignment(person_id=REPORTER, role="point_leader", unit=unit, point=point, since=since))
    session.add(Assignment(person_id=REPORTER, role="unit_head", unit="U-E", since=at(-30)))
    made = [*(("P-1", f"2026-03-0{day}") for day in (2, 3, 5, 7)), ("P-2", "2026-W10"), ("P-3", "2026-03-05")]
    for point, slot in made:
        facts = {"done_at": at(-5), "result": "fine", "how": "pin"}
        session.add(Patrol(point=point, slot=slot, person_id=REPORTER, **facts))
    session.flush()


def lay_cases(session: Session) -> None:
    """Two put right on the spot, one of which was failed; one set going; one that a citizen found, and two others."""
    right = closed(reported_at=at(-6), source="fixed", point="P-1")
    failed = case(reported_at=at(-6), source="fixed", point="P-1", state="rework", round=2, replied_at=at(-5))
    going = case(reported_at=at(-6), source="patrol", point="P-1")
    found = case(reported_at=at(-5), point="P-1", overlooked_at=at(-5, 9))
    void = case(reported_at=at(-5), point="P-1", overlooked_at=at(-5, 9), state="void")
    for row in (right, failed, going, case(reported_at=at(-4), unit="U-W")):
        lay(session, [row])
    lay(session, [found, void])


def asked(session: Session, period: Period = WEEK, **more: object) -> Digest:
    return digest(session, Kind.ASKED, period, city=walked_city(), **more)


def test_what_is_due_follows_the_rhythm_and_the_leaders_and_what_is_missing_of_it_is_missed(session: Session):
    lay_rounds(session)
    data = asked(session).block("patrols")

    units = {row.unit: row.rounds for row in data.units}
    assert units == {"U-E": Rounds(expected=5 + 1 + 1, made=3 + 1), "U-W": Rounds(expected=2, made=1)}
    assert data.now == Rounds(expected=9, made=5)
    assert [row.unit for row in data.worst] == ["U-E"], "too few were due in the west"
    days = [asked(session, each).block("patrols") for each in WEEK.each_day()]
    assert sum((each.now for each in days if each), Rounds()) == data.now


def test_a_day_that_is_not_over_misses_nothing(session: Session):
    lay_rounds(session)

    assert asked(session, Period(date(2026, 3, 10), date(2026, 3, 10), ZONE)).block("patrols") is None


def test_defects_and_what_was_overlooked_are_counted_with_the_units_that_have_them(session: Session):
    lay_rounds(session)
    lay_cases(session)
    made = asked(session)
    data = made.block("patrols")

    assert (data.now.defects, data.now.fixed, data.now.overlooked, data.now.opened) == (3, 1, 1, 5)
    assert data.now.overlooked_rate == (1, 5)
    assert asked(session, scope=Scope("U-W")).block("patrols").now == Rounds(expected=2, made=1, opened=1)
    said = "".join(span.text for span in text.write(made, WORDS, "zh_CN", 4000))
    assert "巡查 应巡 9 次，已巡 5，漏巡 4（上期 7）\n" in said
    assert "发现问题 3（上期 0），其中举手之劳 1\n漏报 1/5（漏报数/立案数）\n漏巡多的：东街街道 4/7\n" in said
    sheet = tables.tables(made, Voice(WORDS, "zh_CN", made.city))["patrols"]
    assert sheet.rows == (
        ("东街街道", 7, 4, 3, (4, 7), 3, 1, 1, (1, 4)),
        ("西街街道", 2, 1, 1, (1, 2), 0, 0, 0, (0, 1)),
    )
    assert sheet.total[1:] == (9, 5, 4, (5, 9), 3, 1, 1, (1, 5))
