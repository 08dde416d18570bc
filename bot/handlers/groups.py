"""Groups: /bind lets a unit's cases appear in the group it is said in, /unbind ends that."""

from __future__ import annotations

from bot.city.units import find_units
from bot.domain.roles import Role
from bot.handlers import router
from bot.port import Choice
from bot.services import tokens
from bot.services.desk import Row, Turn
from bot.services.staffing import groups

_MAY = frozenset({Role.UNIT_HEAD, Role.DISPATCHER, Role.ADMINISTRATOR})
_OFFERED = 6


@router.command("bind", aliases=(), roles=_MAY, groups=True, order=75)
def ask_bind(turn: Turn, argument: str) -> None:
    """Bind to one's only unit at once; else offer units by name, and the leaders' group to headquarters."""
    if turn.is_private:
        turn.say("bind.in_group")
        return
    allowed = groups.may_bind(turn, turn.person)
    if allowed is not None and len(allowed) == 1:
        _bind(turn, next(iter(allowed)))
        return
    codes = [code for code in _named(turn, argument) if allowed is None or code in allowed] or sorted(allowed or ())
    rows: list[Row] = [(_choice(turn, code),) for code in codes[:_OFFERED]]
    if allowed is None:
        rows.append((turn.press("bind.leaders", "bind"),))
    turn.say("bind.ask", *rows)


@router.press("bind")
def tapped(turn: Turn) -> None:
    """Bind to what was tapped, if they may."""
    unit = turn.token.extra if turn.token else ""
    if turn.is_private or (unit and unit not in turn.city.units):
        turn.say("press.old")
    else:
        _bind(turn, unit)


@router.command("unbind", aliases=(), roles=_MAY, groups=True, order=76)
def unbind(turn: Turn, _argument: str) -> None:
    """Let nothing more appear here."""
    allowed = groups.may_bind(turn, turn.person)
    units = {bound.unit for bound in groups.bound(turn.session, turn.chat)}
    if not units:
        turn.say("bind.nothing")
    elif allowed is not None and not units <= allowed:
        turn.say("bind.not_yours")
    else:
        groups.unbind(turn.session, turn.chat)
        turn.say("bind.undone")


def _bind(turn: Turn, unit: str) -> None:
    allowed = groups.may_bind(turn, turn.person)
    if allowed is not None and unit not in allowed:
        turn.say("bind.not_yours")
        return
    groups.bind(turn.session, turn.chat, unit, by=turn.person.id, language=turn.language, now=turn.now)
    if unit:
        turn.say("bind.done", unit=turn.city.unit(unit).label(turn.language))
    else:
        turn.say("bind.done_leaders")


def _named(turn: Turn, argument: str) -> list[str]:
    if not argument:
        return []
    return [unit.code for unit in find_units(turn.city, argument)]


def _choice(turn: Turn, code: str) -> Choice:
    return Choice(label=turn.city.unit(code).label(turn.language), token=tokens.write("bind", 0, code))
