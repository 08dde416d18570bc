"""Headquarters: the queue of what needs a human, worked by taps: 立案, 不予立案, 派遣, 改派, 作废."""

from __future__ import annotations

from bot.city.units import find_units
from bot.domain.case import Action, State
from bot.domain.roles import Role
from bot.handlers import casework, mine, reasons, router
from bot.port import Text
from bot.services.casework import cases, lists, routing
from bot.services.casework.faces import parts, working
from bot.services.casework.faces.parts import Reader
from bot.services.casework.routing import Candidate
from bot.services.desk import Row, Turn
from storage.models import Case

_HEADQUARTERS = frozenset({Role.DISPATCHER, Role.EXECUTIVE, Role.ADMINISTRATOR})
_OFFERED = 6


@router.command("queue", aliases=("待派遣",), roles=_HEADQUARTERS, order=11)
def show_queue(turn: Turn, _argument: str) -> None:
    """Show what waits for headquarters, the oldest first."""
    mine.show_list(turn, "queue", lists.queue(turn), "look")


@casework.tap("open")
def open_case(turn: Turn, case: Case, _rest: str) -> None:
    """立案; it is sent on by itself where the routing knows somebody."""
    cases.act(turn, case, Action.OPEN, turn.person)


@casework.tap("reject")
def reject(turn: Turn, case: Case, _rest: str) -> None:
    """不予立案: the reporter is told why."""
    reasons.ask(turn, case, Action.REJECT)


@casework.tap("void")
def void(turn: Turn, case: Case, _rest: str) -> None:
    """作废: the reporter is told why."""
    reasons.ask(turn, case, Action.VOID)


@casework.tap("dispatch")
def ask_unit(turn: Turn, case: Case, _rest: str) -> None:
    """Offer the units that come into question, unless the card does; any other is found by typing its name."""
    casework.may(turn, case, _sending(case))
    casework.ask(turn, "dispatch", case)
    if case.state == State.PENDING_DISPATCH:
        casework.put(turn, "dispatch.ask_name", casework.drop(turn), number=case.number)
        return
    rows: list[Row] = [(choice,) for choice in working.units(turn, case, Reader(turn.language, turn.person))]
    now = parts.who(turn, case, turn.language)
    casework.put(turn, "dispatch.ask", *rows, casework.drop(turn), number=case.number, now=now)


@router.draft("dispatch")
def search_unit(turn: Turn) -> None:
    """Find units by what was typed."""
    case = casework.asked(turn)
    if case is None:
        return
    payload = turn.incoming.payload
    text = payload.text if isinstance(payload, Text) else ""
    codes = [unit.code for unit in find_units(turn.city, text)]
    reader = Reader(turn.language, turn.person)
    rows: list[Row] = [(working.unit_choice(turn, case, reader, code),) for code in codes[:_OFFERED]]
    found = "dispatch.found" if rows else "dispatch.not_found"
    casework.put(turn, found, *rows, casework.drop(turn), words=text[:40])


@casework.tap("dispatch_to")
def send_on(turn: Turn, case: Case, rest: str) -> None:
    """派遣 or 改派 to this unit: its head is asked, or headquarters stands in."""
    if rest not in turn.city.units:
        turn.say("press.old")
        return
    owner = routing.owner(turn, Candidate("unit", rest))
    cases.act(turn, case, _sending(case), turn.person, owner=owner)
    key = f"dispatch.stood_in.{owner.stepped_in}" if owner.person_id is None and owner.stepped_in else "dispatch.done"
    casework.done(turn, key, about=case, number=case.number, who=turn.city.unit(rest).label(turn.language))


def _sending(case: Case) -> Action:
    return Action.DISPATCH if case.state == State.PENDING_DISPATCH else Action.REASSIGN
