"""What is kept of volunteers: shown, handed over, and forgotten without losing what the figures need."""

from __future__ import annotations

from datetime import timedelta

from bot.jobs.prune import prune
from bot.jobs.timetable import Tick
from bot.services.leaving import mydata, oblivion
from bot.services.volunteering import backfills
from storage.models import Attachment, Attendance, Board, InboxRow, Person, Pin, Signup, Tally, Volunteer
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, open_shift, tallies, volunteer


def serving(stage: Stage, *names: str) -> list[Actor]:
    """Let these have served and counted in one shift."""
    shift_id = open_shift(stage)
    crew = [volunteer(stage, name, shift_id) for name in names]
    for number, each in enumerate(crew):
        each.sends_location(AT_POST[0] + number / 10_000, AT_POST[1])
        each.presses("闯红灯")
        each.sends_photo()
        each.presses("这是在岗照片，不是上报")
    stage.advance(minutes=30)
    for each in crew:
        each.presses("签退")
    return crew


def test_what_is_kept_is_said_and_handed_over(stage: Stage):
    [wang] = serving(stage, "wang")
    wang.sends("/mydata")
    wang.sees("到岗：1 次", "计数板上的计数：1 次")
    with stage.desk() as desk:
        written = mydata.export(desk.session, desk.session.get_one(Person, wang.person.id), stage.city, stage.now)
    service = written["service"]
    assert [len(service[name]) for name in ("volunteer", "signups", "attendances", "counts")] == [1, 1, 1, 1]
    assert service["attendances"][0]["distance"] == "at"
    assert str(AT_POST[0]) not in str(written), "no position is kept"


def test_no_position_is_left_in_what_came_in(stage: Stage):
    serving(stage, "wang")
    with stage.reading() as session:
        bodies = [row.body for row in session.query(InboxRow)]
    assert bodies.count("") == 1
    assert [body for body in bodies if "30.0" in body] == []


def test_forgotten_they_are_nobody_and_hours_and_counts_remain(stage: Stage):
    both = serving(stage, "wang", "li")
    with stage.desk() as desk:
        for each in both:
            oblivion.forget(desk, desk.session.get_one(Person, each.person.id))
    with stage.reading() as session:
        rows = session.query(Attendance).all()
        assert [(row.person_id, (row.left_at or row.came_at) - row.came_at) for row in rows] == [
            (0, timedelta(minutes=30))
        ] * 2
        assert {row.person_id for row in session.query(Tally)} == {0}
        assert [session.query(table).count() for table in (Volunteer, Signup, Board, Pin, Attachment)] == [0] * 5
    assert tallies(stage) == {"P01": 2}


def test_positions_are_forgotten_after_a_day_photos_and_boards_when_the_pack_says(stage: Stage):
    serving(stage, "wang")
    for days, left in ((0, (1, 1, 1)), (1.1, (0, 1, 1)), (90, (0, 0, 0))):
        stage.advance(days=days)
        with stage.desk() as desk:
            prune(desk, Tick(slot=stage.now))
        with stage.reading() as session:
            assert tuple(session.query(table).count() for table in (Pin, Attachment, Board)) == left
            assert session.query(Attendance).count() == 1


def test_nobody_decides_on_the_service_of_somebody_who_is_forgotten(stage: Stage):
    past = open_shift(stage, starts_in=-24 * 60)
    wang = volunteer(stage, "wang", past)
    wang.sends("补录")
    wang.presses("全程在岗")
    wang.presses("忘记签到")
    with stage.desk() as desk:
        assert len(backfills.waiting(desk)) == 1
        oblivion.forget(desk, desk.session.get_one(Person, wang.person.id))
    with stage.desk() as desk:
        assert backfills.waiting(desk) == []
