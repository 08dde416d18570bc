"""What a unit's group has not claimed: gathered there in one message, which calls by name whose turn it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, cast, select

from bot.domain import ladder
from bot.domain.case import Clock, State
from bot.port import Chat, Outgoing, Span
from bot.services import people, tokens
from bot.services.casework import alarms, callees
from bot.services.casework.faces import parts
from bot.services.desk import Desk, Row
from bot.services.post import View
from bot.services.staffing import groups
from bot.services.words import joined
from storage.models import BoundChat, Card, Case, Nag, Reminder

SHOWN = 5
_SUBJECT, _VIEW = "unclaimed:0", "unclaimed"
_COLUMNS = (
    Case.id, Case.unit, Case.urgent, Case.limit_unit, Case.acknowledge_due, Reminder.name, Reminder.at
)  # fmt: skip


def tell(desk: Desk, since: datetime) -> None:
    """Say anew in each group what waits there, where time to take something was nearly used up, or a day began, since
    then; in the other groups write what still waits into the message that is there, which calls nobody.
    """
    found = _waiting(desk, groups.units(desk.session))
    _show_all(desk, found, {chat for chat, waiting in found.items() if any(each.at >= since for each in waiting)})


def taken(desk: Desk, case: Case) -> None:
    """Take a case off the messages that say that it waits, as soon as somebody has taken it."""
    if groups.of_unit(desk.session, case.unit):
        _show_all(desk, _waiting(desk, [case.unit]), set())


# --- what waits -------------------------------------------------------------------------------------------------------


class _Waiting(NamedTuple):
    """A case that nobody has taken, and when the group was last called for it."""

    is_usual: bool
    due: datetime
    case_id: int
    at: datetime


def _waiting(desk: Desk, units: Collection[str]) -> dict[str, list[_Waiting]]:
    """Return by group what was called for there and is still to be taken: what is urgent first, then by its time."""
    theirs = select(BoundChat.chat).where(BoundChat.unit.in_(units))
    bonds = select(BoundChat.chat, BoundChat.unit).where(BoundChat.chat.in_(theirs))
    bound: defaultdict[str, list[str]] = defaultdict(list)
    for chat, unit in desk.session.execute(bonds) if units else ():
        bound[unit].append(chat)
    found: dict[str, list[_Waiting]] = {chat: [] for chats in bound.values() for chat in chats}
    for unit, each in _called_for(desk, bound.keys() - {""}):
        for chat in bound[unit]:
            found[chat].append(each)
    return {chat: sorted(waiting) for chat, waiting in found.items()}


def _called_for(desk: Desk, units: Collection[str]) -> Iterator[tuple[str, _Waiting]]:
    waits = (Case.state == State.PENDING_SIGNING.value, Case.unit.in_(units))
    said_of_it = (Reminder.clock == Clock.ACKNOWLEDGE.value, Reminder.reason == cast(Case.round, String))
    query = select(*_COLUMNS).join(Reminder, Reminder.case_id == Case.id).where(*waits, *said_of_it)
    said: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for row in desk.session.execute(query) if units else ():
        said[row.id][row.name] = row
    for marks in said.values():
        if calling := [row for name, row in marks.items() if _calls(desk, name, marks)]:
            row = calling[0]
            last = max(each.at for each in calling)
            yield row.unit, _Waiting(not alarms.is_urgent(row), row.acknowledge_due or last, row.id, last)


def _calls(desk: Desk, name: str, said: Collection[str]) -> bool:
    """Tell whether a mark calls the groups: the last share of the time to take a case, and each day after it was due;
    the moment at which it is due only where no share called before.
    """
    near = f"{max(alarms.rules(desk.city).shares, default=0):g}"
    if name == ladder.DUE:
        return near not in said
    return name == near or not (name.startswith("0.") or ladder.rung_of(name))


# --- how it is said ---------------------------------------------------------------------------------------------------


def _show_all(desk: Desk, found: Mapping[str, Sequence[_Waiting]], called: set[str]) -> None:
    """Show what waits in groups; where it is not called anew, only on messages that still say so and can be edited."""
    standing = select(Card.chat).where(Card.subject == _SUBJECT, ~Card.closed, Card.chat.in_(found))
    shown = called | set(desk.session.scalars(standing)) if found else set()
    desk.session.read(Case, {each.case_id for chat in shown for each in found[chat][:SHOWN]})
    bonds = desk.session.scalars(select(BoundChat).where(BoundChat.chat.in_(shown))) if shown else ()
    for bound in {each.chat: each for each in bonds}.values():
        chat, language = Chat.model_validate_json(bound.chat_body), bound.language or desk.language_of(None)
        if bound.chat in called or desk.post.capabilities(chat).edits:
            message = _message(desk, chat, language, found[bound.chat])
            card = desk.post.show(View(_SUBJECT, chat, _VIEW), message, anew=bound.chat in called)
            card.closed = not found[bound.chat]


def _message(desk: Desk, chat: Chat, language: str, waiting: Sequence[_Waiting]) -> Outgoing:
    say = desk.words.say
    if not waiting:
        return Outgoing(text=say(language, "unclaimed.none"))
    cases = [desk.session.get_one(Case, each.case_id) for each in waiting[:SHOWN]]
    lines = [_line(desk, chat, language, case) for case in cases]
    more = say(language, "unclaimed.more", n=len(waiting) - SHOWN) if len(waiting) > SHOWN else ()
    rows: list[Row] = []
    for case in cases:
        token = tokens.write("sign", case.id, case.round)
        rows.append((desk.button(language, "button.unclaimed", token, "primary", number=case.number),))
    return Outgoing(
        text=joined(say(language, "unclaimed.head", n=len(waiting)), *lines, more, by="\n\n"), choices=tuple(rows)
    )


def _line(desk: Desk, chat: Chat, language: str, case: Case) -> tuple[Span, ...]:
    due = case.acknowledge_due
    key = "unclaimed.late" if due is not None and due <= desk.now else "unclaimed.near"
    who, when = _whose_turn(desk, chat, language, case), parts.due(desk, case, language, at=due)
    asked = desk.words.say(language, key, who=who, due=when)
    return joined(joined(parts.title(desk, case, language), parts.place(desk, case, language), by=" · "), asked)


def _whose_turn(desk: Desk, chat: Chat, language: str, case: Case) -> tuple[Span, ...]:
    """Say by function whose turn it is; where this group's platform knows the one of the unit who it is, it calls them.

    Whoever has asked to be left in peace is not called.
    """
    who, realm = parts.who(desk, case, language), desk.post.capabilities(chat).realm
    for face, person_id in callees.of(desk, case):
        nag = desk.session.get(Nag, (person_id, case.id))
        is_silent = nag is not None and nag.silent_until is not None and nag.silent_until > desk.now
        if face != "owner" or is_silent:
            continue
        if known := people.known_as(desk.session, person_id, chat.channel, realm):
            return (Span(text=f"@{who}", mention=known),)
    return (Span(text=who),)
