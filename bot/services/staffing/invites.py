"""One-time invitations to a function: made by those who may, used once, in time, by whoever brings the code."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from string import digits

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.city.model import City, UnknownCodeError
from bot.domain.case import Refusal
from bot.domain.roles import INVITES, Role
from bot.services import people
from bot.services.desk import Desk
from bot.services.staffing import merging
from storage.models import Assignment, Invite, Person, new_id

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
_LENGTH = 8
_CODE = re.compile(rf"(?=.*[-2-9])[{ALPHABET}]{{4}}[- ]?[{ALPHABET}]{{4}}")  # "BACKYARD" is a word
NEEDS_UNIT = frozenset({Role.UNIT_HEAD})
NEEDS_POINT = frozenset({Role.LEADER})


class BadInvite(Refusal):
    """An invitation that cannot be made or used, with the sentence that says why."""


def may_invite(roles: frozenset[Role]) -> frozenset[Role]:
    """Return the roles that somebody with these roles may invite to."""
    return frozenset().union(*(INVITES.get(role, frozenset()) for role in roles))


def make(
    session: Session, city: City, role: Role, now: datetime, *,
    unit: str = "", points: tuple[str, ...] = (), name: str = "", staff: str = "", by: Person | None = None,
) -> str:  # fmt: skip
    """Make an invitation and return its code, the only time it is seen (a digest is kept).

    A point leader is for one or more points and belongs to the territorial unit of the first. Raises `BadInvite` for a
    function that is not for invitation, or a unit or point that the city does not know.
    """
    if role is Role.CITIZEN:
        raise BadInvite("invite.no_role")
    if (role in NEEDS_POINT and not points) or (role in NEEDS_UNIT and not unit):
        raise BadInvite("invite.needs_point" if role in NEEDS_POINT else "invite.needs_unit")
    code = ""
    while not set(code) & set(digits):  # by a digit a code is told from a word
        code = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    session.add(
        Invite(
            code_digest=_digest(code), role=role.value, unit=_unit_of(city, unit, points), points=list(points),
            name=name[:128], staff=staff,
            made_by=by.id if by else None, made_at=now, expires_at=now + timedelta(hours=city.settings.invite_hours),
        )
    )  # fmt: skip
    return f"{code[:4]}-{code[4:]}"


def looks_like_code(text: str) -> bool:
    """Tell whether a text is nothing but an invitation's code."""
    return _CODE.fullmatch(_normal(text)) is not None


def redeem(desk: Desk, person: Person, code: str) -> Invite:
    """Give the person the function of the invitation and return it. Raises `BadInvite`: unknown, used or too old.

    Who holds no function yet and brings a new invitation of a colleague whom people.csv still calls the same is that
    colleague, on another channel: they are merged, and have all that they had.
    """
    invite = desk.session.get(Invite, _digest(re.sub("[- ]", "", _normal(code))), with_for_update=True)
    if invite is None:
        raise BadInvite("invite.unknown")
    if invite.used_at is not None:
        raise BadInvite("invite.used_by_you" if invite.used_by == person.id else "invite.used")
    if invite.expires_at <= desk.now:
        raise BadInvite("invite.expired")
    invite.used_at, invite.used_by = desk.now, person.id
    if (earlier := _who_came_before(desk, person, invite)) is not None:
        person = merging.merge(desk, earlier, person)
    held = {(each.role, each.unit, each.point) for each in _held(desk, person)}
    points = [point for point in invite.points or [""] if (invite.role, invite.unit, point) not in held]
    give(desk.session, person, Role(invite.role), desk.now, unit=invite.unit, points=points, title=invite.name)
    if invite.name:
        person.name = invite.name
    return invite


def _who_came_before(desk: Desk, person: Person, invite: Invite) -> Person | None:
    """Return who used the last invitation of the same record of people.csv, if the record still names the same."""
    if not invite.staff or not invite.name or people.roles_of(desk.session, person, desk.now) != {Role.CITIZEN}:
        return None
    used = (Invite.staff == invite.staff, Invite.name == invite.name, Invite.used_by != person.id)
    last = select(Invite.used_by).where(*used).order_by(Invite.used_at.desc()).limit(1)
    found = desk.session.scalar(last)
    return people.merged(desk.session, found) if found is not None else None


def _held(desk: Desk, person: Person) -> Sequence[Assignment]:
    held = select(Assignment).where(Assignment.person_id == person.id, people.current(desk.now))
    return desk.session.scalars(held).all()


def give(
    session: Session, person: Person, role: Role, now: datetime, *,
    unit: str = "", points: Sequence[str] = ("",), title: str = "",
) -> None:  # fmt: skip
    """Let the person hold the function from now on: one assignment a point (an empty one: one in all)."""
    for point in points:
        session.add(
            Assignment(
                id=new_id(), person_id=person.id, role=role.value, unit=unit, point=point, title=title, since=now
            )
        )
    session.flush()
    people.forget_functions(session)


def describe(desk: Desk, language: str, role: str, unit: str, points: Sequence[str]) -> str:
    """Return for what a function is, in words: 点位长 · 解放路菜市场."""
    parts = [desk.words.plain(language, f"role.{role}")]
    if points:
        parts.append(desk.city.point(points[0]).label(language) + (f" (+{len(points) - 1})" if points[1:] else ""))
    elif unit:
        parts.append(desk.city.unit(unit).label(language))
    return " · ".join(parts)


def _unit_of(city: City, unit: str, points: tuple[str, ...]) -> str:
    try:
        belongs = [city.point(point).territorial_unit for point in points]
        if unit:
            city.unit(unit)
    except UnknownCodeError as error:
        raise BadInvite(f"invite.unknown_{error.kind}", code=error.code) from error
    return unit or next(iter(belongs), "")


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
