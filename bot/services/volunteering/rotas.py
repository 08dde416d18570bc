"""Rotas (排班): the same hours on the same weekdays, of the pack or made in chat; and single shifts."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple

from sqlalchemy import select

from bot.city.model import City, DutyRota
from bot.services.desk import Desk
from bot.services.volunteering import packed, plans, posts, shifts
from storage.models import Person, Post, Reckoning, Rota, Shift, new_id

_NAME = "shifts"


class Hours(NamedTuple):
    """From when to when by the city's clocks, and how many are wanted."""

    begins: time
    ends: time
    crew: int


def go_on(desk: Desk) -> bool:
    """Plan one more of the days to come, if the pack or the day is another than at the last; tell if more is left.

    Days on which somebody is to hear of it are planned at once, so that each hears of all of them in one message.
    """
    planned_by = _fingerprint(desk.city, plans.today(desk))
    found = desk.session.get(Reckoning, _NAME, with_for_update=True)
    if found is None:
        found = Reckoning(name=_NAME, calendar="", counted=0, told=0, done=False)
        desk.session.add(found)
    if found.calendar != planned_by:
        posts.bring_in(desk)
        bring_in(desk)
        plans.tell(desk, [plans.plan(desk, day) for day in plans.days_to_tell(desk)])
        found.calendar, found.counted, found.done = planned_by, 0, False
    if found.done:
        return False
    days = plans.days(desk)
    plans.tell(desk, [plans.plan(desk, days[found.counted])])
    found.counted += 1
    found.done = found.counted >= len(days)
    return not found.done


def say_day(desk: Desk, day: date, language: str) -> str:
    """Return a day in words."""
    return desk.words.day(language, datetime.combine(day, time(12), desk.words.zone))


def say_weekdays(desk: Desk, weekdays: str, language: str) -> str:
    """Return weekdays in words: 周一、周三."""
    comma = desk.words.plain(language, "shifts.comma")
    return comma.join(desk.words.plain(language, f"weekday.{each}") for each in weekdays)


def make(desk: Desk, person: Person, post: Post, weekdays: str, hours: Hours, *, on_days_off: bool = False) -> Rota:
    """Make a rota from today on, on holidays as well if so wished, and its shifts of the days to come.

    Raises `NotOrganiser`, and `NoPlace` where another rota of the post begins at that time on one of these weekdays: of
    two the later one would take the place of the other, unseen.
    """
    posts.ensure_organiser(desk, person, post)
    begins = f"{hours.begins:%H:%M}"
    others = [each for each in plans.live(desk, post.code) if each.begins == begins and not _is_past(desk, each)]
    if any(set(weekdays) & set(each.weekdays) for each in others):
        raise shifts.NoPlace("plan.is_there")
    rota = Rota(
        code=f"m{new_id()}", post=post.code, kind="duty", weekdays=weekdays, begins=begins,
        ends=f"{hours.ends:%H:%M}", crew=hours.crew, first="", last="", on_days_off=on_days_off, made_by=person.id,
    )  # fmt: skip
    desk.session.add(rota)
    desk.session.flush()
    plans.plan_all(desk)
    return rota


def make_single(desk: Desk, person: Person, post: Post, day: date, hours: Hours) -> Shift:
    """Make one shift on one day.

    Raises `NotOrganiser`, and `NoPlace` where one begins at that moment already or it would be over.
    """
    posts.ensure_organiser(desk, person, post)
    since, until = plans.moments(desk, hours.begins, hours.ends, day)
    if until <= desk.now:
        raise shifts.NoPlace("plan.is_past")
    there = desk.session.scalar(select(Shift).where(Shift.post == post.code, Shift.begins == since))
    if there is not None and there.cancelled_at is None:
        raise shifts.NoPlace("plan.is_there")
    for each in shifts.crew(desk, there) if there is not None else ():
        each.withdrawn_at = desk.now  # they were told that it is cancelled
    shift = there or Shift(id=new_id(), post=post.code, begins=since)
    shift.rota, shift.day, shift.ends, shift.crew, shift.kind = "", day.isoformat(), until, hours.crew, "duty"
    shift.made_by, shift.cancelled_at, shift.dropped, shift.secret = person.id, None, False, token_hex(16)
    desk.session.add(shift)
    desk.session.flush()
    return shift


def end(desk: Desk, person: Person, rota: Rota) -> None:
    """Let a rota hold no more; who stands in its shifts to come is told. Raises `NotOrganiser`."""
    posts.ensure_organiser(desk, person, desk.session.get_one(Post, rota.post))
    rota.retired_at = desk.now
    desk.session.flush()
    plans.plan_all(desk)


def bring_in(desk: Desk) -> None:
    """Let the rotas of the pack be as the pack says; those that are gone from it retire."""
    packed.bring_in(desk, Rota, desk.city.rotas, _copy)


def _is_past(desk: Desk, rota: Rota) -> bool:
    return bool(rota.last) and rota.last < plans.today(desk).isoformat()


def _copy(wanted: DutyRota, rota: Rota) -> None:
    for name in ("post", "kind", "weekdays", "crew", "on_days_off"):
        setattr(rota, name, getattr(wanted, name))
    rota.begins, rota.ends = f"{wanted.begins:%H:%M}", f"{wanted.ends:%H:%M}"
    rota.first, rota.last = (each.isoformat() if each else "" for each in (wanted.first, wanted.last))


@lru_cache(maxsize=8)
def _fingerprint(city: City, day: date) -> str:
    """Return what changes when shifts are to be planned anew: the day, the pack's posts and rotas, the holidays."""
    settings = city.settings
    said = [str(each) for each in (*city.posts.values(), *city.rotas.values())]
    days = (*settings.days_off, "/", *settings.days_worked, settings.time_zone, settings.volunteers.ahead_days, day)
    return sha256("|".join([*said, *map(str, days)]).encode()).hexdigest()
