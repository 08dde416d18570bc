"""Inviting staff in chat: for which function, for which unit or point, and the code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.city.finder import find_places
from bot.city.units import find_units
from bot.domain.roles import INVITES, Role
from bot.handlers import casework, router
from bot.port import Choice, Text
from bot.services import people, tokens
from bot.services.desk import Row, Turn
from bot.services.staffing import invites
from storage.models import new_id

_OFFERED = 6


@router.command("invite", aliases=("邀请",), roles=frozenset(INVITES), order=70)
def ask_role(turn: Turn, _argument: str) -> None:
    """Offer the functions that this person may invite to."""
    mine = invites.may_invite(people.roles_of(turn.session, turn.person, turn.now))
    question = new_id()
    rows: list[Row] = [(turn.press(f"role.{role}", "invite", question, role.value),) for role in Role if role in mine]
    casework.put_alone(turn, question, "invite.ask_role", *rows, casework.drop(turn, question))


@router.press("invite")
def take_role(turn: Turn) -> None:
    """Ask for the unit or point, where the function needs one."""
    role = Role(turn.token.extra) if turn.token and turn.token.extra in set(Role) else Role.CITIZEN
    if role not in invites.may_invite(people.roles_of(turn.session, turn.person, turn.now)):
        turn.say("command.not_for_you")
        return
    casework.done_alone(turn, turn.token.subject if turn.token else 0)
    casework.ask(turn, "invite", None, role=role.value)
    if role in invites.NEEDS_POINT:
        _put(turn, "invite.ask_point")
    elif role in invites.NEEDS_UNIT | {Role.INSPECTOR, Role.VOLUNTEER} and _own_unit(turn) is None:
        _put(turn, "invite.ask_unit", *_skip(turn, role))
    else:
        _give(turn, role, unit=_own_unit(turn) or "")


@router.draft("invite")
def take_place(turn: Turn) -> None:
    """Find the unit or point by the words and give the code, or offer what sounds alike."""
    payload, draft = turn.incoming.payload, turn.draft or {}
    if not isinstance(payload, Text):
        _put(turn, "invite.ask_words")
        return
    role = Role(draft["role"])
    kind = "point" if role in invites.NEEDS_POINT else "unit"
    exact = _by_code(turn, kind, payload.text.strip())
    found = [exact] if exact else _find(turn, kind, payload.text)
    if len(found) == 1:
        _give_for(turn, role, kind, found[0])
    elif found:
        _put(turn, "invite.which", *[(_candidate(turn, kind, code),) for code in found[:_OFFERED]])
    else:
        _put(turn, "invite.not_found", words=payload.text[:40])


def _put(turn: Turn, key: str, *rows: Row, **facts: str) -> None:
    """Put the open question, with the way out of it."""
    casework.put(turn, key, *rows, casework.drop(turn), **facts)


def _find(turn: Turn, kind: str, words: str) -> list[str]:
    if kind == "unit":
        return [unit.code for unit in find_units(turn.city, words)]
    return [hit.code for hit in find_places(turn.city, words) if hit.kind == kind]


@router.press("invite_for")
def take_candidate(turn: Turn) -> None:
    """Take the unit or point that was tapped."""
    draft: dict[str, Any] | None = turn.draft
    if draft is None or draft["kind"] != "invite" or turn.token is None:
        turn.say("press.old")
        return
    kind, _, code = turn.token.extra.partition(":")
    if code and _by_code(turn, kind, code) is None:
        turn.say("press.old")
        return
    _give_for(turn, Role(draft["role"]), kind, code)


def _give_for(turn: Turn, role: Role, kind: str, code: str) -> None:
    if kind == "point":
        _give(turn, role, points=(code,))
    else:
        _give(turn, role, unit=code)


def _give(turn: Turn, role: Role, *, unit: str = "", points: tuple[str, ...] = ()) -> None:
    mine = people.roles_of(turn.session, turn.person, turn.now)
    if role not in invites.may_invite(mine) or not _within_own_unit(turn, mine, unit, points):
        raise invites.BadInvite("invite.not_your_unit")
    unit = unit or _own_unit(turn) or ""  # a leader invited by a unit's head belongs to that unit
    code = invites.make(turn.session, turn.city, role, turn.now, unit=unit, points=points, by=turn.person)
    casework.done(turn)
    turn.say(
        "invite.made",
        what=invites.describe(turn, turn.language, role.value, unit, points),
        code=code,
        when=turn.words.moment(turn.language, turn.now + timedelta(hours=turn.city.settings.invite_hours), turn.now),
        link=f"\n{turn.start_link}{code}" if turn.start_link else "",
    )


def _own_unit(turn: Turn) -> str | None:
    """Return the unit of a unit head who invites for nobody else; None for headquarters, who may choose."""
    held = people.functions(turn.session, turn.person.id, turn.now)
    if {Role.DISPATCHER, Role.ADMINISTRATOR} & {item.role for item in held}:
        return None
    return next((item.unit for item in held if item.role == Role.UNIT_HEAD), None)


def _within_own_unit(turn: Turn, mine: frozenset[Role], unit: str, points: tuple[str, ...]) -> bool:
    if mine & {Role.DISPATCHER, Role.ADMINISTRATOR}:
        return True
    own = _own_unit(turn)
    point_units = {
        code
        for point in map(turn.city.point, points)
        for code in (point.territorial_unit, point.trade_unit, point.sponsor_unit)
    }
    return own is not None and (unit == own or own in point_units)


def _by_code(turn: Turn, kind: str, text: str) -> str | None:
    known = turn.city.points if kind == "point" else turn.city.units
    return text if text in known else None


def _candidate(turn: Turn, kind: str, code: str) -> Choice:
    record = turn.city.point(code) if kind == "point" else turn.city.unit(code)
    return Choice(label=record.label(turn.language), token=tokens.write("invite_for", 0, f"{kind}:{code}"))


def _skip(turn: Turn, role: Role) -> list[Row]:
    return [] if role in invites.NEEDS_UNIT else [(turn.press("invite.no_unit", "invite_for", 0, "unit:"),)]
