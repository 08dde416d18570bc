"""Rotas (排班): the same hours on the same weekdays, and the shifts of the days to come that are made from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.city.calendar import holidays, working_days
from bot.city.model import City, DutyRota
from bot.services import packed, posts, shifts
from bot.services.desk import Desk
from storage.models import Person, Post, Reckoning, Rota, Shift, new_id

_NAME = "shifts"
_WORKWEEK = set("12345")
_SATURDAY = 6


class Hours(NamedTuple):
    """From when to when by the city's clocks, and how many are wanted."""

    begins: time
    ends: time
    crew: int


class Slot(NamedTuple):
    """When a rota holds on a day, in aware UTC moments."""

    begins: datetime
    ends: datetime


def go_on(desk: Desk) -> bool:
    """Plan one more of the days to come, if the pack or the day is another than at the last; tell if more is left."""
    planned_by = _fingerprint(desk.city, today(desk))
    found = desk.session.get(Reckoning, _NAME, with_for_update=True)
    if found is None:
        found = Reckoning(name=_NAME, calendar="", counted=0, told=0, done=False)
        desk.session.add(found)
    if found.calendar != planned_by:
        posts.bring_in(desk)
        bring_in(desk)
        found.calendar, found.counted, found.done = planned_by, 0, False
    if found.done:
        return False
    shifts.tell_cancelled(desk, plan(desk, today(desk) + timedelta(days=found.counted)))
    found.counted += 1
    found.done = found.counted > desk.city.settings.volunteers.ahead_days
    return not found.done


def today(desk: Desk) -> date:
    """Return the day of the city."""
    return desk.now.astimezone(_zone(desk)).date()


def is_held(rota: Rota, day: date, city: City) -> bool:
    """Tell whether a rota holds on a day.

    Statutory holidays are left out, unless it is for them as well; a weekend that is worked instead (调休) counts as
    one of the working days of Monday to Friday.
    """
    if (rota.first and day.isoformat() < rota.first) or (rota.last and day.isoformat() > rota.last):
        return False
    weekdays = set(rota.weekdays)
    if rota.on_days_off:
        return str(day.isoweekday()) in weekdays
    is_made_up = day.isoweekday() >= _SATURDAY and working_days(city.settings)(day)
    return not holidays(city.settings)(day) and (
        str(day.isoweekday()) in weekdays or (is_made_up and weekdays >= _WORKWEEK)
    )


def slot(rota: Rota, day: date, zone: ZoneInfo) -> Slot:
    """Return when it holds on a day."""
    begins, ends = (datetime.combine(day, time.fromisoformat(at), zone) for at in (rota.begins, rota.ends))
    return Slot(begins.astimezone(UTC), ends.astimezone(UTC))


def say_day(desk: Desk, day: date, language: str) -> str:
    """Return a day in words."""
    return desk.words.day(language, datetime.combine(day, time(12), _zone(desk)))


def say_weekdays(desk: Desk, weekdays: str, language: str) -> str:
    """Return weekdays in words: 周一、周三."""
    comma = desk.words.plain(language, "shifts.comma")
    return comma.join(desk.words.plain(language, f"weekday.{each}") for each in weekdays)


def live(desk: Desk, post: str = "") -> Sequence[Rota]:
    """Return the rotas in use, of all posts or of one."""
    rotas = select(Rota).join(Post, Post.code == Rota.post).where(Rota.retired_at.is_(None), Post.retired_at.is_(None))
    if post:
        rotas = rotas.where(Rota.post == post)
    return desk.session.scalars(rotas.order_by(Rota.code)).all()


def plan(desk: Desk, day: date) -> list[Shift]:
    """Write the shifts of a day, as far as they are still to come; take out what is no longer planned, and return what
    was cancelled by that: who stands in it is yet to be told.
    """
    zone, city, gone = _zone(desk), desk.city, list[Shift]()
    wanted = {(rota.post, slot(rota, day, zone).begins): rota for rota in live(desk) if is_held(rota, day, city)}
    for shift in desk.session.scalars(select(Shift).where(Shift.day == day.isoformat())).all():
        rota = wanted.pop((shift.post, shift.begins), None)
        if not shift.rota or shift.begins <= desk.now or shift.cancelled_at is not None:
            continue
        if rota is None:
            gone += [shift] if shifts.drop(desk, shift) else []
        else:
            shift.rota, shift.crew, shift.kind, shift.ends = rota.code, rota.crew, rota.kind, slot(rota, day, zone).ends
    for rota in wanted.values():
        if slot(rota, day, zone).begins > desk.now:
            _add(desk, rota, day, slot(rota, day, zone))
    desk.session.flush()
    return gone


def make(desk: Desk, person: Person, post: Post, weekdays: str, hours: Hours) -> Rota:
    """Make a rota from today on, and its shifts of the days to come.

    Raises `NotOrganiser`, and `NoPlace` where another rota of the post begins at that time on one of these weekdays: of
    two the later one would take the place of the other, unseen.
    """
    posts.ensure_organiser(desk, person, post)
    begins = f"{hours.begins:%H:%M}"
    others = [each for each in live(desk, post.code) if each.begins == begins and not _is_past(desk, each)]
    if any(set(weekdays) & set(each.weekdays) for each in others):
        raise shifts.NoPlace("plan.is_there")
    rota = Rota(
        code=f"m{new_id()}", post=post.code, kind="duty", weekdays=weekdays, begins=begins,
        ends=f"{hours.ends:%H:%M}", crew=hours.crew, first="", last="", on_days_off=False, made_by=person.id,
    )  # fmt: skip
    desk.session.add(rota)
    desk.session.flush()
    _plan_all(desk)
    return rota


def make_single(desk: Desk, person: Person, post: Post, day: date, hours: Hours) -> Shift:
    """Make one shift on one day.

    Raises `NotOrganiser`, and `NoPlace` where one begins at that moment already or it would be over.
    """
    posts.ensure_organiser(desk, person, post)
    zone = _zone(desk)
    since, until = (datetime.combine(day, at, zone).astimezone(UTC) for at in hours[:2])
    if until <= desk.now:
        raise shifts.NoPlace("plan.is_past")
    there = desk.session.scalar(select(Shift).where(Shift.post == post.code, Shift.begins == since))
    if there is not None and there.cancelled_at is None:
        raise shifts.NoPlace("plan.is_there")
    for each in shifts.crew(desk, there) if there is not None else ():
        each.withdrawn_at = desk.now  # they were told that it is cancelled
    shift = there or Shift(id=new_id(), post=post.code, begins=since)
    shift.rota, shift.day, shift.ends, shift.crew, shift.kind = "", day.isoformat(), until, hours.crew, "duty"
    shift.made_by, shift.cancelled_at, shift.secret = person.id, None, token_hex(16)
    desk.session.add(shift)
    desk.session.flush()
    return shift


def end(desk: Desk, person: Person, rota: Rota) -> None:
    """Let a rota hold no more; who stands in its shifts to come is told. Raises `NotOrganiser`."""
    posts.ensure_organiser(desk, person, desk.session.get_one(Post, rota.post))
    rota.retired_at = desk.now
    desk.session.flush()
    _plan_all(desk)


def bring_in(desk: Desk) -> None:
    """Let the rotas of the pack be as the pack says; those that are gone from it retire."""
    packed.bring_in(desk, Rota, desk.city.rotas, _copy)


def _is_past(desk: Desk, rota: Rota) -> bool:
    return bool(rota.last) and rota.last < today(desk).isoformat()


def _copy(wanted: DutyRota, rota: Rota) -> None:
    for name in ("post", "kind", "weekdays", "crew", "on_days_off"):
        setattr(rota, name, getattr(wanted, name))
    rota.begins, rota.ends = f"{wanted.begins:%H:%M}", f"{wanted.ends:%H:%M}"
    rota.first, rota.last = (each.isoformat() if each else "" for each in (wanted.first, wanted.last))


def _plan_all(desk: Desk) -> None:
    days = (today(desk) + timedelta(days=ahead) for ahead in range(desk.city.settings.volunteers.ahead_days + 1))
    shifts.tell_cancelled(desk, [shift for day in days for shift in plan(desk, day)])


def _add(desk: Desk, rota: Rota, day: date, times: Slot) -> None:
    desk.session.add(
        Shift(
            id=new_id(), post=rota.post, rota=rota.code, kind=rota.kind, day=day.isoformat(), begins=times.begins,
            ends=times.ends, crew=rota.crew, secret=token_hex(16),
        )
    )  # fmt: skip


@lru_cache(maxsize=8)
def _fingerprint(city: City, day: date) -> str:
    """Return what changes when shifts are to be planned anew: the day, the pack's posts and rotas, the holidays."""
    settings = city.settings
    said = [str(each) for each in (*city.posts.values(), *city.rotas.values())]
    days = (*settings.days_off, "/", *settings.days_worked, settings.time_zone, settings.volunteers.ahead_days, day)
    return sha256("|".join([*said, *map(str, days)]).encode()).hexdigest()


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.city.settings.time_zone)
