"""Making posts and their shifts in chat: where, on which days, from when to when, how many; every answer is kept.

What is asked next follows from what the draft lacks, so an interrupted conversation goes on where it was.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

from bot.domain.days import read_days
from bot.domain.hours import is_over_midnight, read_hours
from bot.domain.letters import line
from bot.handlers import casework, router, volunteer
from bot.port import Choice, Location, Text
from bot.services import people, tokens
from bot.services.desk import Row, Turn
from bot.services.drafting import places
from bot.services.volunteering import plans, posts, rotas, shifts
from storage.models import Post

KIND = "plan"
_OFFERED = 6
_MOST = 50
_LONGEST = 200
"""Letters about who stands where."""
_RADII = (50, 100, 200)
_DAYS = {"workweek": "12345", "every": "1234567", "weekend": "67"}
_PEAKS = ("07:00-08:30", "17:00-18:30")
_WEEKDAYS = re.compile("[1-7]{1,7}")
_HOLIDAYS = ("on", "off")


@router.press("plan")
def begin(turn: Turn) -> None:
    """Ask at which post."""
    if not turn.is_private or not posts.ORGANISERS & people.roles_of(turn.session, turn.person, turn.now):
        turn.say("command.not_for_you")
        return
    casework.ask(turn, KIND, None)
    _go_on(turn)


@router.press("plan_put")
def tapped(turn: Turn) -> None:
    """Take what was tapped as the answer to what it names."""
    name, _, value = (turn.token.extra if turn.token else "").partition("=")
    if turn.draft is None or turn.draft["kind"] != KIND or name != _missing(turn.draft):
        turn.say("press.old")
        return
    _keep(turn, name, value)


@router.draft(KIND)
def answered(turn: Turn) -> None:
    """Take a place, or words, as the answer to what is open."""
    missing = _missing(turn.draft or {})
    match turn.incoming.payload:
        case Location(lat=lat, lon=lon) if missing == "at":
            _keep_place(turn, lat, lon)
        case Text(text=text) if missing == "at":
            place = places.understand(turn.city, text, turn.language, asked=True).place
            if place is None or place.lat is None or place.lon is None:
                _put(turn, "plan.no_place")
            else:
                _keep_place(turn, place.lat, place.lon)
        case Text(text=text):
            _keep(turn, missing, line(text))
        case _:
            _go_on(turn)


def _keep_place(turn: Turn, lat: float, lon: float) -> None:
    if not turn.city.inside(lat, lon):
        _put(turn, "plan.no_place")
        return
    turn.draft = (turn.draft or {}) | {"at": [lat, lon]}
    _go_on(turn)


def _missing(draft: dict[str, Any]) -> str:
    """Return what is to be asked next: of a new post its name, place, radius and corners, then days, hours, crew."""
    about = ("name", "at", "radius", "corners") if draft.get("post") == "new" else ()
    return next((each for each in ("post", *about, "days", "hours", "crew") if each not in draft), "sure")


def _keep(turn: Turn, name: str, value: str) -> None:
    """Keep an answer if it is one, and ask on; or do it all, if that was the last question."""
    if name == "sure":
        if value == "yes":
            _make(turn)
        else:
            _switch_holidays(turn, value)
        return
    understood = _understand(turn, name, value)
    if understood is None:
        _put(turn, f"plan.not.{name}")
        return
    turn.draft = (turn.draft or {}) | {name: understood}
    _go_on(turn)


def _switch_holidays(turn: Turn, value: str) -> None:
    """Let a rota hold on holidays as well, or not; other words change nothing."""
    if value in _HOLIDAYS:
        turn.draft = (turn.draft or {}) | {"holidays": value == "on"}
    _go_on(turn)


def _understand(turn: Turn, name: str, value: str) -> str | int | None:
    """Return an answer as the draft keeps it; None if it cannot be made out."""
    match name:
        case "post":
            mine = {post.code: post for post in posts.organised_by(turn, turn.person)}
            named = (code for code, post in mine.items() if value in {code, post.name, post.name_en})
            return "new" if value == "new" else next(named, None)
        case "name":
            return value[:60] or None
        case "corners":
            return value[:_LONGEST]
        case "days":
            return _read_days(turn, value)
        case "hours":
            hours = read_hours(value)
            return f"{hours[0]:%H:%M}-{hours[1]:%H:%M}" if hours else None
        case _:
            most = 1000 if name == "radius" else _MOST
            return int(value) if value.isdecimal() and 0 < int(value) <= most else None


def _read_days(turn: Turn, value: str) -> str | None:
    """Return weekdays (12345), or one day (2026-03-05)."""
    if _WEEKDAYS.fullmatch(value):
        return "".join(sorted(set(value)))
    days = read_days(value, plans.today(turn))
    return days[1].isoformat() if days else None


def _go_on(turn: Turn) -> None:
    """Ask for what is missing, with the likely answers to tap."""
    draft = turn.draft or {}
    match missing := _missing(draft):
        case "post":
            mine = posts.organised_by(turn, turn.person)[:_OFFERED]
            rows: list[Row] = [(_choice(posts.label(post, turn.language), "post", post.code),) for post in mine]
            _put(turn, "plan.post", *rows, (turn.press("button.new_post", "plan_put", 0, "post=new"),))
        case "radius":
            labels = ((turn.words.plain(turn.language, "shifts.metres", n=each), each) for each in _RADII)
            _put(turn, "plan.radius", tuple(_choice(label, "radius", str(each)) for label, each in labels))
        case "corners":
            _put(turn, "plan.corners", (turn.press("button.no_corners", "plan_put", 0, "corners="),))
        case "days":
            _ask_days(turn)
        case "hours":
            _put(turn, "plan.hours", tuple(_choice(peak.replace("-", "–"), "hours", peak) for peak in _PEAKS))
        case "crew":
            _put(turn, "plan.crew", tuple(_choice(str(n), "crew", str(n)) for n in range(1, 5)))
        case "sure":
            _ask_sure(turn, draft)
        case _:
            _put(turn, f"plan.{missing}")


def _ask_days(turn: Turn) -> None:
    days = [turn.press(f"plan.{name}", "plan_put", 0, f"days={value}") for name, value in _DAYS.items()]
    for name, ahead in (("today", 0), ("tomorrow", 1)):
        day = plans.today(turn) + timedelta(days=ahead)
        days.append(turn.press(f"shifts.{name}", "plan_put", 0, f"days={day.isoformat()}"))
    _put(turn, "plan.days", *volunteer.in_rows(days))


def _ask_sure(turn: Turn, draft: dict[str, Any]) -> None:
    """Say it all once more; of what comes again every week a tap says whether on holidays, too."""
    sure = turn.press("button.plan_sure", "plan_put", 0, "sure=yes", "primary")
    facts = {"post": _name(turn, draft), **_when(turn, draft)}
    if not _WEEKDAYS.fullmatch(draft["days"]):
        _put(turn, "plan.sure", (sure,), **facts)
        return
    now, other = ("on", "off") if draft.get("holidays") else ("off", "on")
    switch = turn.press(f"button.holidays_{other}", "plan_put", 0, f"sure={other}")
    holidays = turn.words.plain(turn.language, f"plan.holidays_{now}")
    _put(turn, "plan.sure_weekly", (sure,), (switch,), holidays=holidays, **facts)


def _put(turn: Turn, key: str, *rows: Row, **facts: str | int) -> None:
    casework.put(turn, key, *rows, casework.drop(turn), **facts)


def _make(turn: Turn) -> None:
    """Make the post, if it is new, and the rota or the one shift; where that cannot be, ask anew when. Raises
    `NotOrganiser`.
    """
    draft = turn.draft or {}
    post, when = _post(turn, draft), _when(turn, draft)
    try:
        _plan(turn, post, draft)
    except shifts.NoPlace as refusal:
        kept = {name: value for name, value in draft.items() if name not in {"days", "hours"}}
        turn.draft = kept | {"post": post.code}
        turn.say(refusal.key, **refusal.facts)
        _go_on(turn)
        return
    casework.done(turn, "plan.made", about=None, post=posts.label(post, turn.language), **when)


def _plan(turn: Turn, post: Post, draft: dict[str, Any]) -> None:
    hours = rotas.Hours(*_hours(draft), draft["crew"])
    if _WEEKDAYS.fullmatch(draft["days"]):
        rotas.make(turn, turn.person, post, draft["days"], hours, on_days_off=bool(draft.get("holidays")))
    else:
        rotas.make_single(turn, turn.person, post, date.fromisoformat(draft["days"]), hours)


def _post(turn: Turn, draft: dict[str, Any]) -> Post:
    if draft["post"] != "new":
        return turn.session.get_one(Post, draft["post"])
    lat, lon = draft["at"]
    unit = posts.unit_at(turn, turn.person, lat, lon)
    made = posts.make(turn, turn.person, draft["name"], lat, lon, unit=unit, radius=draft["radius"])
    made.corners = draft["corners"]
    return made


def _name(turn: Turn, draft: dict[str, Any]) -> str:
    if draft["post"] == "new":
        return str(draft["name"])
    return posts.label(turn.session.get_one(Post, draft["post"]), turn.language)


def _when(turn: Turn, draft: dict[str, Any]) -> dict[str, str | int]:
    """Return what was answered about the shifts as texts say it."""
    return {"days": _say_days(turn, draft["days"]), "hours": _say_hours(turn, draft), "crew": draft["crew"]}


def _say_days(turn: Turn, days: str) -> str:
    if not _WEEKDAYS.fullmatch(days):
        return rotas.say_day(turn, date.fromisoformat(days), turn.language)
    named = next((name for name, value in _DAYS.items() if value == days), "")
    return turn.words.plain(turn.language, f"plan.{named}") if named else rotas.say_weekdays(turn, days, turn.language)


def _hours(draft: dict[str, Any]) -> tuple[time, time]:
    begins, ends = (time.fromisoformat(each) for each in draft["hours"].split("-"))
    return begins, ends


def _say_hours(turn: Turn, draft: dict[str, Any]) -> str:
    """Return the hours in words: of an end on the next day it is said."""
    begins, ends = _hours(draft)
    if not is_over_midnight(begins, ends):
        return str(draft["hours"])
    return turn.words.plain(turn.language, "plan.over_midnight", begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")


def _choice(label: str, name: str, value: str) -> Choice:
    return Choice(label=label, token=tokens.write("plan_put", 0, f"{name}={value}"))
