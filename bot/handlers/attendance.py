"""签到 and 签退: by a position, by the code on the shift leader's phone, and by one tap when going."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.domain.service import Distance
from bot.handlers import release, report, router
from bot.handlers.code import shift_of
from bot.port import Location, Text
from bot.services import people
from bot.services.desk import Turn
from bot.services.volunteering import attendance, boardcards, closing, codes, dutycards, hours, presence, shifts
from bot.services.volunteering.attendance import Way
from storage.models import Attendance, Shift

_VOLUNTEERS = frozenset({Role.VOLUNTEER})
_LATE = timedelta(hours=1)
"""A message that came so much later than it was sent still counts from when it was sent."""
_BUSY = timedelta(minutes=10)
"""For so long a position may belong to the report that was last worked on."""
_NEARLY_OVER = timedelta(minutes=15)
_TOLD = "told_not_there"


@router.command("signin", aliases=("签到",), roles=_VOLUNTEERS, order=12)
def ask(turn: Turn, _argument: str) -> None:
    """Show the card of the shift that goes on, or say when one may sign in."""
    shift = shifts.current(turn, turn.person.id)
    if shift is not None:
        dutycards.show(turn, shift, turn.person, turn.chat, anew=True, is_coming=True)
        return
    coming = next(iter(shifts.coming(turn, turn.person.id)), None)
    if coming is None:
        turn.say("signin.no_shift")
        return
    before = timedelta(minutes=turn.city.settings.volunteers.sign_in_minutes_before)
    when = turn.words.moment(turn.language, coming.begins - before, turn.now)
    turn.say("signin.early", title=dutycards.title(turn, coming, turn.language), when=when)


@router.press("sign_in")
def ask_by_tap(turn: Turn) -> None:
    """Show the card, from a reminder."""
    ask(turn, "")


def _is_place(turn: Turn) -> bool:
    """Tell whether a position says where a volunteer serves: not when it answers a report that is being made."""
    if not isinstance(turn.incoming.payload, Location) or not _is_volunteer(turn):
        return False
    if turn.draft is not None and turn.now - turn.conversation.updated_at < _BUSY:
        return False
    shift, here = shifts.current(turn, turn.person.id), attendance.present(turn, turn.person.id)
    if shift is None:
        return False
    if here is None or here.shift_id != shift.id:
        return turn.now < shift.ends
    return not turn.incoming.payload.live and turn.now >= shift.ends - _NEARLY_OVER


@router.claim(_is_place)
def show_place(turn: Turn) -> None:
    """Sign in where one stands; near the end of the shift, out."""
    location = turn.incoming.payload
    shift = presence.meant(turn, turn.person, location) if isinstance(location, Location) else None
    if not isinstance(location, Location) or shift is None:
        return
    here = attendance.present(turn, turn.person.id)
    if here is not None and here.shift_id == shift.id:
        _leave(turn, here, "pin")
        return
    try:
        distance = presence.look(turn, shift, turn.person, location)
        _come(turn, shift, "live" if location.live else "pin", distance)
    except Refusal:
        if not (location.live and _was_told(turn, shift)):
            raise
    finally:
        if location.live:
            report.is_known_live(turn)  # what goes on coming in afterwards begins no report


def _was_told(turn: Turn, shift: Shift) -> bool:
    """Whoever shares their way live is told once that they are not there yet, and signed in when they arrive."""
    was_told = turn.conversation.recent.get(_TOLD) == str(shift.id)
    turn.conversation.recent = turn.conversation.recent | {_TOLD: str(shift.id)}
    return was_told


def _is_code(turn: Turn) -> bool:
    payload = turn.incoming.payload
    if not isinstance(payload, Text) or not codes.read(payload.text) or not _is_volunteer(turn):
        return False
    shift, here = shifts.current(turn, turn.person.id), attendance.present(turn, turn.person.id)
    return shift is not None and (here is None or here.shift_id != shift.id)


@router.claim(_is_code)
def type_code(turn: Turn) -> None:
    """Sign in by the code that the shift leader shows."""
    payload, shift = turn.incoming.payload, shifts.current(turn, turn.person.id)
    if isinstance(payload, Text) and shift is not None:
        codes.check(turn, shift, codes.read(payload.text), _moment(turn))
        _come(turn, shift, "code", None)


@router.command("signout", aliases=("签退",), roles=_VOLUNTEERS, order=13)
def leave(turn: Turn, _argument: str) -> None:
    """Sign out now."""
    here = attendance.present(turn, turn.person.id)
    if here is None:
        turn.say("signout.not_in")
    else:
        _leave(turn, here, "tap")


@router.press("sign_out")
def leave_by_tap(turn: Turn) -> None:
    """Sign out of this shift; an old card says how it stands."""
    here, shift = attendance.present(turn, turn.person.id), shift_of(turn)
    if shift is None:
        turn.say("press.old")
    elif here is None or here.shift_id != shift.id:
        turn.say("signout.not_in")
    else:
        _leave(turn, here, "tap")


def _come(turn: Turn, shift: Shift, by: Way, distance: Distance | None) -> None:
    before = attendance.present(turn, turn.person.id)
    at = turn.now if by == "live" else _moment(turn)
    attendance.sign_in(turn, shift, turn.person, at=at, by=by, distance=distance)
    if before is not None:
        _thank(turn, before)
    dutycards.show(turn, shift, turn.person, turn.chat, anew=True)
    if shift.kind != hours.TRAINING:
        boardcards.show(turn, shift, turn.person, turn.chat, anew=True)


def _leave(turn: Turn, here: Attendance, by: str) -> None:
    attendance.sign_out(here, _moment(turn), by)
    turn.session.flush()
    _thank(turn, here)
    if hours.in_shift(turn, turn.session.get_one(Shift, here.shift_id), turn.person.id).minutes:
        release.ask_once(turn)


def _thank(turn: Turn, here: Attendance) -> None:
    shift = turn.session.get_one(Shift, here.shift_id)
    boardcards.close(turn, shift, turn.person, turn.chat)
    star = hours.new_star(turn, turn.person.id)
    dutycards.show(turn, shift, turn.person, turn.chat, anew=True, star=star)
    closing.leave_none_alone(turn, shift)


def _is_volunteer(turn: Turn) -> bool:
    return Role.VOLUNTEER in people.roles_of(turn.session, turn.person, turn.now)


def _moment(turn: Turn) -> datetime:
    """When they sent it, also where it was long on its way; never earlier than is believable."""
    return turn.incoming.at if turn.now - _LATE <= turn.incoming.at <= turn.now else turn.now
