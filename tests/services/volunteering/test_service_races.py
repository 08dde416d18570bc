"""Several hands at once on a shift: the last place is given once, nobody is there twice, and every tap counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

from sqlalchemy.exc import IntegrityError

from bot.domain.case import Refusal
from bot.jobs.attendance import close
from bot.jobs.timetable import Tick
from bot.services.desk import Desk
from bot.services.volunteering import attendance, boards, closing, hours, shifts
from storage.models import Person, Shift, Volunteer
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, attendances, open_shift, tallies, volunteer

Deed = Callable[[Desk, Person, Shift], object]


def together(stage: Stage, shift_id: int, deeds: Iterable[tuple[Actor, Deed]]) -> None:
    """Let everybody begin at the same moment, each in a transaction of their own, as processes would.

    Whoever meets another's row does it again, as the engine does.
    """
    planned = [(actor.person.id, deed) for actor, deed in deeds]
    gate = Barrier(len(planned))

    def do(person_id: int, deed: Deed) -> None:
        gate.wait()
        with suppress(Refusal):
            try:
                act(person_id, deed)
            except IntegrityError:
                act(person_id, deed)

    def act(person_id: int, deed: Deed) -> None:
        with stage.database.begin() as session:
            post = stage.house.post(session, stage.now)
            desk = stage.house.desk(session, post, stage.now)
            deed(desk, session.get_one(Person, person_id), session.get_one(Shift, shift_id))
            session.flush()
            post.flush()

    with ThreadPoolExecutor(len(planned)) as pool:
        for done in [pool.submit(do, *each) for each in planned]:
            done.result()


def come(desk: Desk, person: Person, shift: Shift) -> None:
    attendance.sign_in(desk, shift, person, at=desk.now, by="pin", distance=None)


def test_the_last_places_are_given_once(stage: Stage):
    shift_id = open_shift(stage, starts_in=60)
    hands = [volunteer(stage, f"v{number}") for number in range(6)]

    def sign_up(desk: Desk, person: Person, shift: Shift) -> None:
        shifts.sign_up(desk, shift.id, person)

    together(stage, shift_id, [(each, sign_up) for each in hands])
    with stage.desk() as desk:
        assert len(shifts.crew(desk, desk.session.get_one(Shift, shift_id))) == 4


def test_whoever_shows_two_positions_at_once_is_there_once(stage: Stage):
    shift_id = open_shift(stage)
    wang = volunteer(stage, "wang", shift_id)

    together(stage, shift_id, [(wang, come)] * 3)
    assert len(attendances(stage)) == 1


def test_taps_of_a_whole_crew_at_the_turn_of_the_quarter_all_count(stage: Stage):
    shift_id = open_shift(stage)
    crew = [volunteer(stage, name, shift_id) for name in ("wang", "li")]

    def tap(desk: Desk, person: Person, shift: Shift) -> None:
        boards.count(desk, shift, person.id, "P01")

    for minutes in (15, 15):
        together(stage, shift_id, [(each, tap) for each in crew * 3])
        stage.advance(minutes=minutes)
    assert tallies(stage) == {"P01": 12}


def test_no_child_stays_whose_adult_goes_as_it_comes(stage: Stage):
    shift_id = open_shift(stage)
    wang, small = volunteer(stage, "wang", shift_id), volunteer(stage, "small", shift_id)
    with stage.database.begin() as session:
        session.get_one(Volunteer, small.person.id).age = "6-9"

    wang.sends_location(*AT_POST)
    stage.advance(minutes=5)
    with ThreadPoolExecutor(1) as pool:
        with stage.desk() as desk:
            here = attendance.present(desk, wang.person.id)
            assert here is not None
            attendance.sign_out(here, desk.now, "tap")
            desk.session.flush()
            closing.leave_none_alone(desk, desk.session.get_one(Shift, shift_id))
            coming = pool.submit(together, stage, shift_id, [(small, come)])
            with suppress(TimeoutError):  # it waits until the adult has gone
                coming.result(timeout=0.3)
        coming.result()
    assert [row.person_id for row in attendances(stage)] == [wang.person.id]


def test_going_while_the_clock_closes_comes_to_the_slot(stage: Stage):
    shift_id = open_shift(stage, minutes=60)
    wang = volunteer(stage, "wang", shift_id)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=91)

    def leave(desk: Desk, person: Person, _shift: Shift) -> None:
        here = attendance.present(desk, person.id)
        if here is not None:
            attendance.sign_out(here, desk.now, "tap")

    def job(desk: Desk, _person: Person, _shift: Shift) -> None:
        close(desk, Tick(slot=desk.now))

    together(stage, shift_id, [(wang, leave), (wang, job), (wang, job)])
    with stage.desk() as desk:
        assert hours.minutes(hours.of(desk, wang.person.id)) == 60
