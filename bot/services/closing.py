"""Whoever forgot to sign out is signed out at the end of their slot, who was relieved at once; kindly, and marked."""

from __future__ import annotations

from bot.services import attendance, boardcards, dutycards, hours, notices, people
from bot.services.desk import Desk
from bot.services.mishaps import contained
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


def _tell(desk: Desk, here: Attendance, shift: Shift) -> None:
    person, star = people.merged(desk.session, here.person_id), hours.new_star(desk, here.person_id)
    chat = people.private_chat(desk.session, person.id)
    if chat is not None:
        boardcards.close(desk, shift, person, chat)
        dutycards.show(desk, shift, person, chat, anew=not notices.is_quiet(desk), star=star)
