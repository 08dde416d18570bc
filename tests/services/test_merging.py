"""When two persons become one, nothing that goes on is left behind, and what both have is kept once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.roles import Role
from bot.services import merging, people
from storage.models import (
    Absence,
    Assignment,
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
