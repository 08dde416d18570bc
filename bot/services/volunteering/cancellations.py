"""Shifts that are not held, or are held again, and telling those who had signed up: each of all theirs at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import delete, select

from bot.services.desk import Desk, Row
from bot.services.volunteering import hands, notices, shifts
from storage.models import Shift, Signup

_SHOWN = 8


def cancel(desk: Desk, shift: Shift) -> int:
    """Let a shift not be held; those who stand in it are told. Return how many."""
    standing = shifts.crew(desk, shift)
    shift.cancelled_at = desk.now
    desk.session.flush()
    tell_gone(desk, [shift])
    return len(standing)


def drop(desk: Desk, shift: Shift) -> bool:
    """Take a shift that is planned no more out of the plan, without a trace where nobody ever signed up; tell whether
    it was cancelled, which is yet to be told.
    """
    shifts.lock(desk, shift.id)  # whoever is just signing up is in it, and is told
    if desk.session.scalar(select(Signup.id).where(Signup.shift_id == shift.id).limit(1)) is None:
        desk.session.execute(delete(Shift).where(Shift.id == shift.id))
        desk.session.expunge(shift)
        return False
    shift.cancelled_at, shift.dropped = desk.now, True
    return True


def bring_back(desk: Desk, shift: Shift) -> list[int]:
    """Let a shift be held that was dropped; return who is yet to be told.

    They were told not to come, and may have other plans: whoever still can signs up again by a tap.
    """
    shifts.lock(desk, shift.id)
    stood = shifts.crew(desk, shift)
    for each in stood:
        each.withdrawn_at = desk.now
    shift.cancelled_at, shift.dropped = None, False
    return [each.person_id for each in stood]


def tell_gone(desk: Desk, gone: Iterable[Shift]) -> None:
    """Tell those who stand in shifts that were cancelled."""
    theirs: defaultdict[int, list[Shift]] = defaultdict(list)
    for shift in gone:
        for each in shifts.crew(desk, shift):
            theirs[each.person_id].append(shift)
    for person_id, found in theirs.items():
        notices.tell(desk, person_id, "shifts.was_cancelled", what=partial(_named, desk, found))


def tell_back(desk: Desk, back: Mapping[int, Sequence[Shift]]) -> None:
    """Tell these persons that these shifts are held after all, with a tap by which they come into them again."""
    for person_id, found in back.items():

        def rows(language: str, found: Sequence[Shift] = found) -> list[Row]:
            return [(hands.come(desk, shift, language),) for shift in found[:_SHOWN]]

        notices.tell(desk, person_id, "shifts.is_back", rows=rows, what=partial(_named, desk, found))


def _named(desk: Desk, found: Sequence[Shift], language: str) -> str:
    return desk.words.plain(language, "shifts.comma").join(notices.slot(desk, each, language) for each in found)
