"""Whoever forgot to sign out is signed out at the end of their slot, who is relieved or left alone at once; kindly."""

from __future__ import annotations

from bot.services import people
from bot.services.desk import Desk
from bot.services.mishaps import contained
from bot.services.volunteering import attendance, boardcards, dutycards, hours, notices
from storage.models import Attendance, Shift


def close_forgotten(desk: Desk, limit: int) -> int:
    """Close at most so many, and return how many. At night their cards say so in silence."""
    found = attendance.forgotten(desk, limit)
    for here, shift in found:
        attendance.sign_out(here, shift.ends, attendance.AT_THE_END)
    desk.session.flush()
    for here, shift in found:
        with contained(desk, "attendance", here.id):
            _tell(desk, here, shift)
    return len(found)


def relieve(desk: Desk, shift: Shift, person_id: int) -> None:
    """Let somebody whose place was just taken over have gone now, if they were there; they are thanked."""
    here = attendance.present(desk, person_id)
    if here is not None and here.shift_id == shift.id:
        attendance.sign_out(here, desk.now, attendance.RELIEVED)
        desk.session.flush()
        _tell(desk, here, shift)
        leave_none_alone(desk, shift)


def leave_none_alone(desk: Desk, shift: Shift) -> None:
    """Let those under 10 have gone, too, when the last adult of a shift that goes on has; they are told why."""
    for here in attendance.unaccompanied(desk, shift):
        attendance.sign_out(here, desk.now, attendance.ALONE)
        desk.session.flush()
        notices.tell(desk, here.person_id, "signout.no_adult")
        _tell(desk, here, shift)


def _tell(desk: Desk, here: Attendance, shift: Shift) -> None:
    person, star = people.merged(desk.session, here.person_id), hours.new_star(desk, here.person_id)
    chat = people.private_chat(desk.session, person.id)
    if chat is not None:
        boardcards.close(desk, shift, person, chat)
        dutycards.show(desk, shift, person, chat, anew=not notices.is_quiet(desk), star=star)
