"""/service: records of service for organisers to take away: a public list, or what a volunteers' platform takes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.handlers import router
from bot.port import Chat, Choice, Outgoing
from bot.reports.period import Kind, Period, period_of
from bot.services import tokens
from bot.services.desk import Desk, Turn
from bot.services.digesting import asking
from bot.services.digesting.asking import Days
from bot.services.volunteering import posts
from bot.services.words import joined

CHORE = "records"
_FILES = {"px": ("public", "xlsx"), "rx": ("release", "xlsx"), "rc": ("release", "csv")}
_WHAT = re.compile(r"(px|rx|rc)(\d{1,7})-(\d{1,7})\.(.*)")
_EXAMPLE = "/service 2026-11"
_PATIENCE = timedelta(minutes=30)


@router.command("service", aliases=("服务记录", "导出时长"), roles=posts.ORGANISERS, order=25)
def show(turn: Turn, argument: str) -> None:
    """Say which days are meant (without any this month so far), of which units, and offer the files."""
    own = posts.units_of(turn, turn.person)
    try:
        asked = asking.understand(argument, turn.city, turn.now)
    except asking.Unclear as unclear:
        turn.say(unclear.key, example=_EXAMPLE, **unclear.facts)
        return
    now = period_of(Kind.ASKED, turn.now, ZoneInfo(turn.city.settings.time_zone))
    period, unit = asked.period or now.month_so_far(), next(iter(asked.units), "")
    _ensure(own, unit)
    rows = [(_file(turn, *each, period, unit),) for each in _FILES.values()]
    of = turn.city.unit(unit).label(turn.language) if unit else _whose(turn, own)
    turn.say("records.offer", *rows, unit=of, first=str(period.first), last=str(period.last))


@router.press("records")
def order(turn: Turn) -> None:
    """Have a file written."""
    own, what = posts.units_of(turn, turn.person), _read(turn.token.extra if turn.token else "")
    if what is None or not turn.is_private or (what[3] and what[3] not in turn.city.units):
        turn.say("press.old")
        return
    purpose, ending, days, unit = what
    _ensure(own, unit)
    units = [unit] if unit else None if own is None else sorted(own)
    incoming = turn.incoming
    args = {
        "purpose": purpose, "ending": ending, "first": days[0].isoformat(), "last": days[1].isoformat(),
        "units": units, "language": turn.language, "person": turn.person.id, "made_at": turn.now.isoformat(),
        "key": f"{incoming.channel}:{incoming.account}:{incoming.key}", "chat": turn.chat.model_dump(mode="json"),
    }  # fmt: skip
    turn.post.chore(CHORE, turn.chat.key, args, expires=turn.now + _PATIENCE)


@router.settled(CHORE)
def deliver(desk: Desk, facts: dict[str, Any]) -> None:
    """Send the file with what is to be known of it, or say that it could not be written."""
    chat = Chat.model_validate(facts["chat"])
    text = joined(*facts["about"]) or desk.words.say(facts["language"], "records.failed")
    desk.post.send(chat, Outgoing(text=text))
    if facts["document"]:
        desk.post.send(chat, Outgoing(document=facts["document"], document_name=facts["name"]))


def _ensure(own: frozenset[str] | None, unit: str) -> None:
    """Raise `NotOrganiser` unless the unit, or without one any, is theirs."""
    if own is not None and (not own or (unit and unit not in own)):
        raise posts.NotOrganiser


def _whose(turn: Turn, own: frozenset[str] | None) -> str:
    if own is None:
        return turn.city.settings.label(turn.language)
    comma = turn.words.plain(turn.language, "shifts.comma")
    return comma.join(turn.city.unit(each).label(turn.language) for each in sorted(own) if each in turn.city.units)


def _file(turn: Turn, purpose: str, ending: str, period: Period, unit: str) -> Choice:
    days = f"{period.first.toordinal()}-{period.last.toordinal()}"
    token = tokens.write("records", 0, f"{purpose[0]}{ending[0]}{days}.{unit}")
    return turn.button(turn.language, f"button.records.{purpose}_{ending}", token)


def _read(text: str) -> tuple[str, str, Days, str] | None:
    """Return purpose, ending, the first and the last day, and the unit that a tap means."""
    match = _WHAT.fullmatch(text)
    if match is None:
        return None
    first, last = int(match[2]), int(match[3])
    if not 0 < first <= last < min(first + asking.LONGEST, date.max.toordinal()):
        return None
    return *_FILES[match[1]], (date.fromordinal(first), date.fromordinal(last)), match[4]
