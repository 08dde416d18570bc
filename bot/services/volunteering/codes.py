"""Signing in by the code on the shift leader's phone: for where a position is refused, or the platform sends none."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.domain import rotation
from bot.domain.case import Refusal
from bot.domain.rotation import Code, Verdict
from bot.services.desk import Desk, Turn
from bot.services.volunteering import attendance, posts
from storage.models import Person, Post, Shift

GUESSES = 5
"""So many wrong codes somebody may type …"""
PAUSE = timedelta(minutes=15)
"""… within so long."""
_GUESSED = "guesses"
_CODE = re.compile(r"(\d{3})[ -]?(\d{3})")


class NotTaken(Refusal):
    """A code that is not taken, with the sentence that says why."""


def read(text: str) -> str:
    """Return the six digits, if the text is nothing but a code; else nothing."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return "".join(found.groups()) if found else ""


def may_show(desk: Desk, shift: Shift, person: Person) -> bool:
    """Tell whether the code is theirs to show: the shift leader's and the organisers'."""
    post = desk.session.get_one(Post, shift.post)
    return posts.may_organise(desk, person, post) or attendance.leader(desk, shift) == person.id


def going_on(desk: Desk) -> Sequence[Shift]:
    """Return the shifts in which one may sign in now."""
    before = timedelta(minutes=desk.city.settings.volunteers.sign_in_minutes_before)
    now = (Shift.begins <= desk.now + before, Shift.ends > desk.now, Shift.cancelled_at.is_(None))
    return desk.session.scalars(select(Shift).where(*now).order_by(Shift.begins, Shift.post)).all()


def showing(desk: Desk, shift: Shift) -> Code:
    """Return the code of this half-minute; the shift gets its secret when it is first asked for."""
    shift.secret = shift.secret or secrets.token_hex(16)
    return rotation.showing(shift.secret, desk.now)


def check(turn: Turn, shift: Shift, digits: str, at: datetime) -> None:
    """Take the code that somebody typed. Raises `NotTaken`: it has changed, is another's, is wrong, too many were."""
    guesses = _guesses(turn)
    if len(guesses) >= GUESSES:
        raise NotTaken("signin.code_locked", when=turn.words.moment(turn.language, guesses[0] + PAUSE, turn.now))
    verdict = rotation.judge(shift.secret, digits, at) if shift.secret else Verdict.WRONG
    if verdict is Verdict.GOOD:
        return
    if verdict is Verdict.CHANGED:
        raise NotTaken("signin.code_changed")
    guesses.append(turn.now)
    turn.conversation.recent = turn.conversation.recent | {_GUESSED: [each.isoformat() for each in guesses]}
    key = "signin.code_other" if _is_of_another(turn, shift, digits, at) else "signin.code_wrong"
    raise NotTaken(key, left=str(GUESSES - len(guesses)))


def _guesses(turn: Turn) -> list[datetime]:
    known = (datetime.fromisoformat(each) for each in turn.conversation.recent.get(_GUESSED, ()))
    return [each for each in known if turn.now - each < PAUSE]


def _is_of_another(desk: Desk, shift: Shift, digits: str, at: datetime) -> bool:
    others = (each.secret for each in going_on(desk) if each.secret and each.id != shift.id)
    return any(rotation.judge(secret, digits, at) is not Verdict.WRONG for secret in others)
