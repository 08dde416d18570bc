"""When two persons become one, nothing that goes on is left behind, and what both have is kept once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.roles import Role
from bot.reports import duty
from bot.reports.period import Period
from bot.services import people
from bot.services.staffing import merging
from bot.services.volunteering import certificates, hours, records
from bot.services.volunteering.records import Purpose
from storage.models import (
    Absence,
    Assignment,
    Attendance,
    Base,
    Follower,
    Hearer,
    Nag,
    Person,
    Post,
    Reminder,
    Shift,
    Signup,
    Subscription,
    Tally,
    Volunteer,
    new_id,
)
from tests.dialogue import Actor, Stage
from tests.handlers.serving import open_shift, volunteer

AS_IT_WAS = {
    "attendance.decided_by", "bound_chat.bound_by", "invite.made_by", "link.other_id", "link.person_id",
    "person.merged_into", "post.made_by", "rota.made_by", "shift.made_by", "volunteer.guardian_by",
}  # fmt: skip
"""What has happened; who did it is found through `merged_into`."""


def test_every_column_that_names_a_person_moves_or_is_history():
    names = re.compile(r"(person|reporter|handler|owner|stand_in|leader|merged)_?(id|into)$|_by$|offered_to$")
    found = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
        or (names.search(column.name) and column.type.python_type is int)
    }

    assert {str(column) for column in merging.moved()} == found - AS_IT_WAS


@pytest.fixture
def older(stage: Stage) -> Actor:
    return met(stage, "older")


@pytest.fixture
def younger(stage: Stage, older: Actor) -> Actor:
    stage.advance(minutes=1)
    return met(stage, "younger")


def met(stage: Stage, name: str) -> Actor:
    actor = stage.person(name)
    actor.sends("/help")
    return actor


def merge(stage: Stage, one: Actor, other: Actor) -> int:
    """Merge two as they are now, and return who they are."""
    with stage.desk() as desk:
        both = [people.merged(desk.session, each.person.id) for each in (one, other)]
        return merging.merge(desk, *both).id


def test_whoever_was_here_first_goes_on_unless_only_the_other_is_staff(stage: Stage, older: Actor, younger: Actor):
    ids = older.person.id, younger.person.id
    assert merge(stage, younger, older) == ids[0]
    assert merge(stage, older, younger) == ids[0], "doing it again changes nothing"

    late = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li")
    staff = late.person.id
    assert merge(stage, older, late) == staff
    assert younger.person.id == older.person.id == staff, "whoever was merged before comes along"


def test_what_both_have_is_kept_once_and_counts_are_added(stage: Stage, older: Actor, younger: Actor):
    older.sends_photo(caption="东街农贸市场 路面破损")
    older.presses("提交")
    case, old, young = stage.case, older.person.id, younger.person.id
    with stage.database.begin() as session:
        session.add(post := Post(code="C-1", name="路口", lat=30.0, lon=110.0, radius=50))
        shift = Shift(id=new_id(), post=post.code, day="2026-03-02", begins=stage.now, ends=stage.now, crew=2)
        session.add(shift)
        session.add(Follower(case_id=case.id, person_id=young, since=stage.now))
        session.add(Absence(id=new_id(), person_id=old, stand_in_id=young, since=stage.now, until=stage.now))
        for person in (old, young):
            session.add(Subscription(person_id=person, kind="daily"))
            session.add(Nag(person_id=person, case_id=case.id, rung=0, told_at=stage.now))
            session.add(Hearer(person_id=person))
            mark = {"clock": "handle", "reason": "", "name": "half", "at": stage.now}
            session.add(Reminder(case_id=case.id, person_id=person, **mark))
            session.add(Signup(id=new_id(), shift_id=shift.id, person_id=person, signed_at=stage.now))
            session.add(Volunteer(person_id=person, joined_at=stage.now))
            for quarter, count in ((0, 3), (person % 7 + 1, 4)):
                at = stage.now + timedelta(minutes=15 * quarter)
                session.add(Tally(shift_id=shift.id, person_id=person, quarter=at, behaviour="red light", count=count))
        session.add(Subscription(person_id=young, kind="weekly"))
    merge(stage, older, younger)

    with stage.reading() as session:
        for column in merging.moved():
            left = session.scalar(select(func.count()).select_from(column.table).where(column == young))
            assert left == 0, column
        for table in (Nag, Hearer, Signup, Volunteer, Follower):
            assert session.query(table).count() == 1, table
        assert session.query(Follower).one().first
        assert {each.kind for each in session.query(Subscription)} == {"daily", "weekly"}
        assert session.query(Absence).count() == 0, "nobody stands in for themselves"
        assert sum(each.count for each in session.query(Tally)) == 3 + 3 + 4 + 4
        assert session.get_one(Person, young).merged_into == old
    older.sends("/my")
    older.sees(case.number)


def test_a_ban_holds_for_both(stage: Stage, older: Actor, younger: Actor):
    until = stage.now + timedelta(days=1)
    with stage.database.begin() as session:
        session.get_one(Person, younger.person.id).banned_until = until
    merge(stage, older, younger)

    assert older.person.banned_until == until


def test_both_functions_are_kept(stage: Stage):
    head = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head")
    inspector = stage.staff(Role.INSPECTOR, name="zhou")
    survivor = merge(stage, head, inspector)

    with stage.reading() as session:
        held = session.scalars(select(Assignment.role).where(Assignment.person_id == survivor)).all()
        assert sorted(held) == ["inspector", "unit_head"]


def test_what_one_person_served_as_two_is_kept_and_no_minute_counts_twice(stage: Stage):
    """Both came to the same shift, twice each, and one of them to another one meanwhile."""
    first, second = open_shift(stage, minutes=60), open_shift(stage, starts_in=30, minutes=60, post="Z-W")
    older, younger = volunteer(stage, "older", first), volunteer(stage, "younger", first, second)
    old = older.person.id
    came = [(older, first, 0, 20), (older, first, 40, 50), (younger, first, 10, 30), (younger, first, 45, 55)]
    came += [(younger, second, 30, 80)]
    with stage.database.begin() as session:
        for pair, (actor, shift_id, since, until) in enumerate(came):
            at = {"came_at": stage.now + timedelta(minutes=since), "left_at": stage.now + timedelta(minutes=until)}
            by = {"came_by": "pin", "left_by": "tap"}
            row = Attendance(id=new_id(), shift_id=shift_id, person_id=actor.person.id, pair=pair % 2 + 1, **at, **by)
            session.add(row)
        session.query(Signup).filter_by(person_id=old).update({"withdrawn_at": stage.now})
        session.get_one(Volunteer, younger.person.id).star = 1
    stage.advance(hours=2)
    merge(stage, older, younger)

    with stage.desk() as desk:
        served = {each.shift.id: each.minutes for each in hours.of(desk, old)}
        assert served == {first: 30 + 15, second: 50 - 15}
        assert {each: hours.in_shift(desk, desk.session.get_one(Shift, each), old).minutes for each in served} == served
        today = Period(desk.now.date(), desk.now.date(), desk.words.zone)
        for unit, shift_id in (("U-E", first), ("U-W", second)):
            digest = duty.read(desk.session, today, frozenset({unit}), desk.now)
            release = records.collect(desk.session, today, frozenset({unit}), Purpose.PUBLIC)
            assert [each.minutes for each in digest] == [{old: served[shift_id]}]
            assert [each.minutes for each in release.rows] == [served[shift_id]]
        assert certificates.issue(desk, people.merged(desk.session, old)).minutes == 80
        assert {each.shift_id for each in desk.session.query(Signup).filter_by(withdrawn_at=None)} == {first, second}
        assert desk.session.get_one(Volunteer, old).star == 1
