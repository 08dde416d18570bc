"""The shifts of the days to come, made from rotas: who stood in what changes by that hears of all of it at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from bot.city.calendar import holidays, working_days
from bot.city.model import City
from bot.domain.hours import is_over_midnight
from bot.services.desk import Desk
from bot.services.volunteering import cancellations
from storage.models import Post, Rota, Shift, Signup, new_id

_WORKWEEK = set("12345")
_SATURDAY = 6
_DAY = timedelta(days=1)


class Slot(NamedTuple):
    """When a rota holds on a day, in aware UTC moments."""

    begins: datetime
    ends: datetime


class Changes(NamedTuple):
    """Whom planning is yet to be told to: shifts that are not held any more, and who stood in those that are again."""

    gone: Sequence[Shift]
    back: Mapping[Shift, Sequence[int]]


# --- when rotas hold --------------------------------------------------------------------------------------------------


def today(desk: Desk) -> date:
    """Return the day of the city."""
    return desk.now.astimezone(_zone(desk)).date()


def live(desk: Desk, post: str = "") -> Sequence[Rota]:
    """Return the rotas in use, of all posts or of one."""
    rotas = select(Rota).join(Post, Post.code == Rota.post).where(Rota.retired_at.is_(None), Post.retired_at.is_(None))
    if post:
        rotas = rotas.where(Rota.post == post)
    return desk.session.scalars(rotas.order_by(Rota.code)).all()


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


def slot(desk: Desk, rota: Rota, day: date) -> Slot:
    """Return when it holds on a day."""
    return moments(desk, time.fromisoformat(rota.begins), time.fromisoformat(rota.ends), day)


def moments(desk: Desk, begins: time, ends: time, day: date) -> Slot:
    """Return hours of a day as moments; an end that is no later than the begin is on the next day."""
    zone, until = _zone(desk), day + _DAY if is_over_midnight(begins, ends) else day
    return Slot(
        datetime.combine(day, begins, zone).astimezone(UTC), datetime.combine(until, ends, zone).astimezone(UTC)
    )


# --- planning ---------------------------------------------------------------------------------------------------------


def plan_all(desk: Desk) -> None:
    """Plan all days at once, after a rota was made or has ended in chat."""
    tell(desk, [plan(desk, day) for day in days(desk)])


def days(desk: Desk) -> list[date]:
    """Return the days to plan: those to come, and yesterday, of which something may still go on."""
    first = today(desk) - _DAY
    return [first + ahead * _DAY for ahead in range(desk.city.settings.volunteers.ahead_days + 2)]


def days_to_tell(desk: Desk) -> list[date]:
    """Return the days on which a shift with somebody in it is no longer planned, or is again."""
    stands = exists().where(Signup.shift_id == Shift.id, Signup.withdrawn_at.is_(None))
    is_planned = (Shift.rota != "", or_(Shift.cancelled_at.is_(None), Shift.dropped))
    columns = select(Shift.day, Shift.post, Shift.begins, Shift.dropped).where(Shift.begins > desk.now, *is_planned)
    found: defaultdict[date, list[tuple[tuple[str, datetime], bool]]] = defaultdict(list)
    for day, post, begins, dropped in desk.session.execute(columns.where(stands).order_by(Shift.day)):
        found[date.fromisoformat(day)].append(((post, begins), dropped))
    wanted = {day: _wanted(desk, day) for day in found}
    return [day for day in found if any((key in wanted[day]) is is_gone for key, is_gone in found[day])]


def plan(desk: Desk, day: date) -> Changes:
    """Write the shifts of a day that are not over; take out what is no longer planned, and bring back what is again.

    Return what of that is yet to be told. Nothing that has begun is touched, nor what somebody cancelled.
    """
    gone, back = list[Shift](), dict[Shift, Sequence[int]]()
    there = desk.session.scalars(select(Shift).where(Shift.day == day.isoformat())).all()
    wanted = _wanted(desk, day)
    for shift in there:
        rota = wanted.pop((shift.post, shift.begins), None)
        is_settled = shift.cancelled_at is not None and not shift.dropped
        if not shift.rota or shift.begins <= desk.now or is_settled:
            continue
        if rota is not None:
            back |= {shift: cancellations.bring_back(desk, shift)} if shift.dropped else {}
            shift.rota, shift.crew, shift.kind, shift.ends = rota.code, rota.crew, rota.kind, slot(desk, rota, day).ends
        elif not shift.dropped:
            gone += [shift] if cancellations.drop(desk, shift) else []
    for rota in wanted.values():
        times = slot(desk, rota, day)
        if times.ends > desk.now and not any(_goes_on_instead(each, rota, times, desk.now) for each in there):
            _add(desk, rota, day, times)
    desk.session.flush()
    return Changes(gone, back)


def tell(desk: Desk, changes: Iterable[Changes]) -> None:
    """Tell each person of all of these changes in one message, or in two."""
    back: defaultdict[int, list[Shift]] = defaultdict(list)
    changes = list(changes)
    for each in changes:
        for shift, stood in each.back.items():
            for person_id in stood:
                back[person_id].append(shift)
    cancellations.tell_gone(desk, [shift for each in changes for shift in each.gone])
    cancellations.tell_back(desk, back)


def _wanted(desk: Desk, day: date) -> dict[tuple[str, datetime], Rota]:
    """Return the rotas that hold on a day, by post and begin."""
    return {(rota.post, slot(desk, rota, day).begins): rota for rota in live(desk) if is_held(rota, day, desk.city)}


def _goes_on_instead(shift: Shift, rota: Rota, times: Slot, now: datetime) -> bool:
    """Tell whether a shift that has begun already is that of a rota, which has other hours now."""
    return shift.post == rota.post and shift.begins <= now and times.begins <= now and shift.ends > times.begins


def _add(desk: Desk, rota: Rota, day: date, times: Slot) -> None:
    """Write a shift. Of one that has begun already nobody is told that it stands empty: nobody could know of it."""
    desk.session.add(
        Shift(
            id=new_id(), post=rota.post, rota=rota.code, kind=rota.kind, day=day.isoformat(), begins=times.begins,
            ends=times.ends, crew=rota.crew, secret=token_hex(16),
            alarmed_at=desk.now if times.begins <= desk.now else None,
        )
    )  # fmt: skip


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.city.settings.time_zone)
