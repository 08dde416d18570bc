"""Rotas become shifts of the days to come: no holidays, nothing twice, and what is planned no more is taken out."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from bot.city.model import City
from bot.domain.service import Age
from bot.services.volunteering import cancellations, plans, posts, rotas, shifts, unmanned, volunteers
from storage.models import Person, Post, Rota, Shift
from tests.dialogue import Actor, Stage
from tests.small_city import small_city


def plan(stage: Stage) -> None:
    more = True
    while more:
        with stage.desk() as desk:
            more = rotas.go_on(desk)


def planned(stage: Stage) -> int:
    with stage.reading() as session:
        return session.scalar(select(func.count()).select_from(Shift).where(Shift.cancelled_at.is_(None)))


@pytest.mark.parametrize(
    ("day", "weekdays", "on_days_off", "held"),
    [
        (date(2026, 3, 2), "12345", False, True),
        (date(2026, 3, 7), "12345", False, False),
        (date(2026, 3, 7), "67", False, True),
        (date(2026, 10, 1), "12345", False, False),  # National Day, a Thursday
        (date(2026, 10, 1), "12345", True, True),
        (date(2026, 10, 3), "67", False, False),  # the Saturday within that holiday
        (date(2026, 10, 10), "12345", False, True),  # a Saturday that is worked instead
        (date(2026, 10, 10), "135", False, False),
    ],
)
def test_holidays_are_left_out_and_worked_weekends_kept(day, weekdays, on_days_off, held):
    rota = Rota(weekdays=weekdays, on_days_off=on_days_off, first="", last="2026-12-31")

    assert plans.is_held(rota, day, small_city()) is held


def test_shifts_are_planned_once_and_follow_the_pack(stage: Stage):
    """Ten working days ahead from Monday nine o'clock: today's mornings are over already."""
    plan(stage)
    plan(stage)
    first = planned(stage)
    wang = stage.person("wang")
    wang.sends("/help")
    with stage.desk() as desk:
        person = desk.session.get_one(Person, wang.person.id)
        volunteers.join(desk, person, Age.ADULT, "U-E")
        tomorrow = shifts.between(desk, "2026-03-03", "2026-03-03", at=["Z-E"])
        shifts.sign_up(desk, tomorrow[0].id, person)
    stage.house.move_to(small_city(days_off=(date(2026, 3, 3), date(2026, 3, 4))))
    plan(stage)

    assert first == 3 * 11 - 2
    assert planned(stage) == first - 6
    wang.sees("取消", "07:00–08:30 解放路口岗")
    with stage.reading() as session:  # only where somebody had signed up is it kept that there was a shift
        assert session.scalar(select(func.count()).select_from(Shift)) == first - 6 + 1


def test_what_was_made_in_chat_outlives_the_pack(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    plan(stage)
    with stage.desk() as desk:
        person = desk.session.get_one(Person, head.person.id)
        post = posts.make(desk, person, "钟楼岗", 30.0, 110.002, unit="U-E")
        rotas.make(desk, person, post, "67", rotas.Hours(time(9), time(10), 3))
        with pytest.raises(posts.NotOrganiser):
            rotas.make_single(
                desk, person, desk.session.get_one(Post, "Z-W"), date(2026, 3, 7), rotas.Hours(time(9), time(10), 3)
            )
    without = small_city(days_off=(date(2026, 3, 5),))
    without.posts, without.rotas = {}, {}
    stage.house.move_to(without)
    plan(stage)

    assert planned(stage) == 4  # two weekends
    with stage.reading() as session:
        assert [post.name for post in session.scalars(select(Post).where(Post.retired_at.is_(None)))] == ["钟楼岗"]


def test_who_was_told_that_a_shift_is_cancelled_does_not_stand_in_it_when_it_is_made_anew(stage: Stage):
    head, wang = stage.staff("unit_head", unit="U-E"), stage.staff("volunteer", unit="U-E")
    plan(stage)
    with stage.desk() as desk:
        by, person = (desk.session.get_one(Person, each.person.id) for each in (head, wang))
        volunteers.join(desk, person, Age.ADULT, "U-E")
        [shift, _] = shifts.between(desk, "2026-03-03", "2026-03-03", at=["Z-E"])
        shifts.sign_up(desk, shift.id, person)
        cancellations.cancel(desk, shift)
        post, times = desk.session.get_one(Post, "Z-E"), rotas.Hours(time(7), time(8), 3)

        assert rotas.make_single(desk, by, post, date(2026, 3, 3), times) is shift
        assert shifts.crew(desk, shift) == []


def test_who_stands_in_many_shifts_of_a_rota_that_ends_hears_it_in_one_message(stage: Stage):
    head, wang = stage.staff("unit_head", unit="U-E"), stage.staff("volunteer", unit="U-E")
    plan(stage)
    with stage.desk() as desk:
        by, person = (desk.session.get_one(Person, each.person.id) for each in (head, wang))
        volunteers.join(desk, person, Age.ADULT, "U-E")
        rota = rotas.make(desk, by, desk.session.get_one(Post, "Z-E"), "1234567", rotas.Hours(time(12), time(13), 3))
        for shift in shifts.between(desk, "2026-03-03", "2026-03-05", at=["Z-E"]):
            if shift.rota == rota.code:
                shifts.sign_up(desk, shift.id, person)
        rotas.end(desk, by, rota)

    wang.sees("明天 12:00–13:00", "3月4日 12:00–13:00", "3月5日 12:00–13:00", "不用去了")
    assert wang.counts() == 1
    with stage.desk() as desk:
        assert shifts.coming(desk, wang.person.id) == []


def test_what_goes_on_when_a_pack_first_comes_is_planned_and_of_its_empty_posts_nobody_is_told(stage: Stage):
    stage.clock.move(timedelta(hours=-1))  # eight o'clock: both mornings go on
    plan(stage)

    assert planned(stage) == 3 * 11
    with stage.desk() as desk:
        assert [shift.rota for shift in shifts.between(desk, "2026-03-02", "2026-03-02")][:2] == ["Z-E-A", "Z-W-A"]
        assert unmanned.alarm(desk) == 0

    later = stage.city.rotas["Z-E-A"].model_copy(update={"begins": time(7, 15)})
    stage.house.move_to(City(stage.city._all | {("rota", "Z-E-A"): later}))
    plan(stage)
    with stage.desk() as desk:  # what has begun is not begun again at another time
        today = shifts.between(desk, "2026-03-02", "2026-03-02", at=["Z-E"])
        assert [shift.begins.astimezone(desk.words.zone).hour for shift in today] == [7, 17]


def signed_up(stage: Stage, name: str, *days: str, post: str = "Z-E") -> Actor:
    wang = stage.staff("volunteer", unit="U-E", name=name)
    with stage.desk() as desk:
        person = desk.session.get_one(Person, wang.person.id)
        volunteers.join(desk, person, Age.ADULT, "U-E")
        for day in days:
            shifts.sign_up(desk, shifts.between(desk, day, day, at=[post])[0].id, person)
    return wang


def test_days_that_were_off_by_mistake_come_back_and_each_hears_of_all_of_them_at_once(stage: Stage):
    """What an organiser cancelled by hand stays cancelled; whoever can still come taps once."""
    plan(stage)
    wang, li = signed_up(stage, "wang", "2026-03-03", "2026-03-04"), signed_up(stage, "li", "2026-03-05")
    with stage.desk() as desk:
        cancellations.cancel(desk, shifts.between(desk, "2026-03-05", "2026-03-05", at=["Z-E"])[0])
    first, heard = planned(stage), li.counts()
    stage.house.move_to(small_city(days_off=tuple(date(2026, 3, day) for day in (3, 4, 5))))
    plan(stage)

    wang.sees("您报的 明天 07:00–08:30 解放路口岗、3月4日 07:00–08:30 解放路口岗 取消了")
    assert wang.counts() == 1
    stage.house.move_to(small_city())
    plan(stage)
    assert planned(stage) == first
    wang.sees("照常举行", "明天 07:00–08:30 解放路口岗、3月4日 07:00–08:30 解放路口岗")
    assert (wang.counts(), li.counts()) == (2, heard)
    with stage.desk() as desk:
        assert shifts.coming(desk, wang.person.id) == []
    wang.presses("3月4日 07:00–08:30 解放路口岗")
    wang.sees("报上了")


def test_a_rota_that_was_ended_too_early_is_made_again_and_holds(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    plan(stage)
    with stage.desk() as desk:
        by, post = desk.session.get_one(Person, head.person.id), desk.session.get_one(Post, "Z-E")
        rota = rotas.make(desk, by, post, "1234567", rotas.Hours(time(9, 30), time(10, 30), 3))
    wang = signed_up(stage, "wang", "2026-03-02")
    with stage.desk() as desk:
        by, post = desk.session.get_one(Person, head.person.id), desk.session.get_one(Post, "Z-E")
        rotas.end(desk, by, desk.session.get_one(Rota, rota.code))
        rotas.make(desk, by, post, "1234567", rotas.Hours(time(9, 30), time(10, 30), 3))

    wang.sees("照常举行", "今天 09:30–10:30 解放路口岗")
