"""Being away (请假) with somebody who stands in (代理): /away, /here, and /back where nothing else is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.days import read_days
from bot.domain.roles import Role
from bot.handlers import casework, router
from bot.port import Choice, Text
from bot.services import people, tokens
from bot.services.casework import lists
from bot.services.desk import Row, Turn
from bot.services.staffing import absences, colleagues
from bot.services.words import joined
from storage.models import Absence, Person

_HEADQUARTERS = frozenset({Role.DISPATCHER, Role.EXECUTIVE, Role.ADMINISTRATOR})
_KIND = "away"
_SHOWN = 40
_SUNDAY = 6
_DAY = timedelta(days=1)


@router.command("away", aliases=("请假",), roles=colleagues.STAFF, order=71)
def begin(turn: Turn, argument: str) -> None:
    """Ask until when; headquarters sees first who else is away. Who is away already sees until when, and ends it."""
    if _HEADQUARTERS & people.roles_of(turn.session, turn.person, turn.now):
        _show_others(turn)
    absence = absences.of(turn, turn.person)
    if absence is None or argument:
        _ask_days(turn)
        if argument:
            _take_days(turn, argument)
        return
    rows = ((turn.press("away.end", "away_end"),), (turn.press("away.change", "away_change"),))
    turn.say("away.is_set", *rows, days=_span(turn, absence), deputy=_deputy(turn, absence))


@router.command("here", aliases=("销假",), roles=colleagues.STAFF, order=72)
def be_back(turn: Turn, _argument: str) -> None:
    """End the absence now."""
    if not come_back(turn):
        turn.say("away.not_away")


@router.press("away_end")
def end_by_tap(turn: Turn) -> None:
    """End it now."""
    be_back(turn, "")


@router.press("away_change")
def change(turn: Turn) -> None:
    """Ask anew; what was set stands until that is answered."""
    if colleagues.STAFF & people.roles_of(turn.session, turn.person, turn.now) and turn.is_private:
        _ask_days(turn)


def come_back(turn: Turn) -> bool:
    """End the absence in which somebody is, or which they have planned, and tell both; False if there is none."""
    ended = absences.end(turn, turn.person)
    if ended is None:
        return False
    turn.say("away.over")
    deputy = people.merged(turn.session, ended.stand_in_id)
    absences.tell(turn, deputy, "away.deputy_over", name=turn.person.name, n=1)
    return True


@router.draft(_KIND)
def answered(turn: Turn) -> None:
    """Take the days, then who stands in."""
    payload, draft = turn.incoming.payload, turn.draft or {}
    text = payload.text if isinstance(payload, Text) else ""
    if "until" in draft:
        _search(turn, text)
    else:
        _take_days(turn, text)


@router.press("away_days")
def days_tapped(turn: Turn) -> None:
    """Take the day that was tapped."""
    days = dict(_offered(turn)).get(turn.token.extra if turn.token else "")
    if days is None or not _is_open(turn):
        turn.say("press.old")
    else:
        _keep_days(turn, (_today(turn), days))


@router.press("away_by")
def deputy_tapped(turn: Turn) -> None:
    """Let the colleague that was tapped stand in."""
    deputy = turn.session.get(Person, turn.token.subject) if turn.token else None
    deputy = people.merged(turn.session, deputy.id) if deputy else None
    if deputy is None or not _is_open(turn) or "until" not in (turn.draft or {}):
        turn.say("press.old")
    elif not colleagues.can_stand_in(turn, deputy, turn.person):
        turn.say("press.old")  # somebody else's name is not to be had by a tap
    else:
        _settle(turn, deputy)


def _ask_days(turn: Turn) -> None:
    casework.ask(turn, _KIND, None)
    row = tuple(turn.press(f"away.{name}", "away_days", 0, name) for name, _ in _offered(turn))
    casework.put(turn, "away.ask_days", row, casework.drop(turn))


def _take_days(turn: Turn, text: str) -> None:
    days = read_days(text, _today(turn))
    if days is None:
        casework.put(turn, "away.no_days", casework.drop(turn), words=text[:_SHOWN])
    else:
        _keep_days(turn, days)


def _keep_days(turn: Turn, days: tuple[date, date]) -> None:
    """Note from when until when — from now on, if it begins today — and ask who stands in."""
    first, after = _midnight(turn, days[0]), _midnight(turn, days[1] + _DAY)
    turn.draft = (turn.draft or {}) | {"since": max(first, turn.now).isoformat(), "until": after.isoformat()}
    _put_colleagues(turn, "away.ask_deputy", colleagues.near(turn, turn.person))


def _search(turn: Turn, text: str) -> None:
    found = colleagues.called(turn, text, but=turn.person)
    if len(found) == 1:
        _settle(turn, found[0])
    else:
        _put_colleagues(turn, "away.ask_deputy" if found else "away.no_deputy", found, words=text[:_SHOWN])


def _put_colleagues(turn: Turn, key: str, found: list[Person], words: str = "") -> None:
    rows: list[Row] = [(_colleague(turn, each),) for each in found]
    days = absences.span(turn, *_kept(turn), turn.language)
    casework.put(turn, key, *rows, casework.drop(turn), words=words, days=days)


def _settle(turn: Turn, deputy: Person) -> None:
    """Let it be so, unless both would stand in for each other."""
    since, until = _kept(turn)
    if until <= turn.now:  # the question lay overnight
        _ask_days(turn)
        return
    if absences.would_circle(turn, turn.person, deputy, since, until):
        casework.put(turn, "away.circle", casework.drop(turn), name=deputy.name)
        return
    absence = absences.begin(turn, turn.person, deputy, since, until)
    count = lists.in_hand(turn, turn.person)
    casework.done(turn, "away.done", days=_span(turn, absence), deputy=deputy.name, n=count)
    theirs = absences.span(turn, since, until, turn.language_of(deputy))
    absences.tell(turn, deputy, "away.deputy", name=turn.person.name, days=theirs, n=count)


def _show_others(turn: Turn) -> None:
    away = absences.current(turn)
    lines = [turn.words.say(turn.language, "away.others", n=len(away))] if away else []
    for absence in away:
        person = people.merged(turn.session, absence.person_id)
        lines.append(
            turn.words.say(
                turn.language, "away.other", name=person.name, what=colleagues.function_of(turn, person, turn.language),
                days=_span(turn, absence), deputy=_deputy(turn, absence),
            )
        )  # fmt: skip
    if lines:
        turn.answer(joined(*lines))


def _offered(turn: Turn) -> list[tuple[str, date]]:
    today = _today(turn)
    return [("today", today), ("tomorrow", today + _DAY), ("week", today + (_SUNDAY - today.weekday()) * _DAY)]


def _is_open(turn: Turn) -> bool:
    is_asked = turn.draft is not None and turn.draft["kind"] == _KIND
    return is_asked and bool(colleagues.STAFF & people.roles_of(turn.session, turn.person, turn.now))


def _kept(turn: Turn) -> tuple[datetime, datetime]:
    draft = turn.draft or {}
    return datetime.fromisoformat(draft["since"]), datetime.fromisoformat(draft["until"])


def _deputy(turn: Turn, absence: Absence) -> str:
    return people.merged(turn.session, absence.stand_in_id).name


def _span(turn: Turn, absence: Absence) -> str:
    return absences.span(turn, absence.since, absence.until, turn.language)


def _colleague(turn: Turn, person: Person) -> Choice:
    label = f"{person.name} · {colleagues.function_of(turn, person, turn.language)}"
    return Choice(label=label, token=tokens.write("away_by", person.id))


def _today(turn: Turn) -> date:
    return turn.now.astimezone(_zone(turn)).date()


def _midnight(turn: Turn, day: date) -> datetime:
    return datetime.combine(day, time(), _zone(turn)).astimezone(UTC)


def _zone(turn: Turn) -> ZoneInfo:
    return ZoneInfo(turn.city.settings.time_zone)
