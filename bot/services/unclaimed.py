"""What a unit's group has not claimed: gathered there in one message, which calls by name whose turn it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from bot.domain import ladder
from bot.domain.case import Clock, State
from bot.domain.ladder import Mark, Said
from bot.port import Chat, Outgoing, Span
from bot.services import alarms, callees, groups, nags, people, tokens
from bot.services.desk import Desk, Row
from bot.services.faces import parts
from bot.services.post import View
from bot.services.words import joined
from storage.models import BoundChat, Card, Case, Reminder

SHOWN = 5
_SUBJECT, _VIEW = "unclaimed:0", "unclaimed"


def calls(desk: Desk, case: Case, mark: Mark, said: Said) -> bool:
    """Tell whether a mark that is reached calls the groups of a case's unit: when the time to take the case is nearly
    used up, and on each working day after. The moment at which it is due calls only where nothing did before.
    """
    if mark.clock is not Clock.ACKNOWLEDGE or mark.rung or not groups.of_unit(desk.session, case.unit):
        return False
    near = _near(desk)
    return mark.name == near or (mark.presses and (mark.name != ladder.DUE or _key(mark, near) not in said))


def call(desk: Desk, units: Collection[str]) -> None:
    """Say anew in the groups of these units what waits there, so that those whose turn it is are called."""
    bound = {each.chat: each for unit in units for each in groups.of_unit(desk.session, unit)}
    for chat, waiting in _waiting(desk, bound).items():
        _show(desk, bound[chat], waiting, anew=True)


def taken(desk: Desk, case: Case) -> None:
    """Take a case off the messages that say that it waits, as soon as somebody has taken it."""
    if groups.of_unit(desk.session, case.unit):
        refresh(desk)


def refresh(desk: Desk) -> None:
    """Write into the messages that stand there what still waits, in silence: nobody is called by that."""
    standing = select(BoundChat).join(Card, Card.chat == BoundChat.chat).where(Card.subject == _SUBJECT, ~Card.closed)
    bound = {each.chat: each for each in desk.session.scalars(standing.order_by(BoundChat.unit.desc()))}
    for chat, waiting in _waiting(desk, bound).items() if bound else ():
        _show(desk, bound[chat], waiting, anew=False)


def _near(desk: Desk) -> str:
    return f"{max(alarms.rules(desk.city).shares, default=0):g}"


def _key(mark: Mark, name: str) -> tuple[str, str, str]:
    return mark.clock.value, mark.reason, name


# --- what waits -------------------------------------------------------------------------------------------------------


def _waiting(desk: Desk, chats: Collection[str]) -> dict[str, list[Case]]:
    """Return by group what was called for there and is still to be taken: what is urgent first, then by its time."""
    units: defaultdict[str, list[str]] = defaultdict(list)
    for chat, unit in desk.session.execute(select(BoundChat.chat, BoundChat.unit).where(BoundChat.chat.in_(chats))):
        units[unit].append(chat)
    found: dict[str, list[Case]] = {chat: [] for chat in chats}
    for case in sorted(_called_for(desk, units.keys()), key=_order):
        for chat in units[case.unit]:
            found[chat].append(case)
    return found


def _called_for(desk: Desk, units: Collection[str]) -> Iterator[Case]:
    early = {f"{share:g}" for share in alarms.rules(desk.city).shares} - {_near(desk)}
    at = (Case.state == State.PENDING_SIGNING.value, Case.unit.in_(set(units) - {""}))
    said = (Reminder.clock == Clock.ACKNOWLEDGE.value, Reminder.name.not_in(early), ~Reminder.name.like("rung %"))
    rows = select(Case, Reminder.reason).join(Reminder, Reminder.case_id == Case.id).where(*at, *said).distinct()
    for case, reason in desk.session.execute(rows):
        if any(run.clock is Clock.ACKNOWLEDGE and run.reason == reason for run in alarms.runs(desk.city, case)):
            yield case


def _order(case: Case) -> tuple[bool, datetime, int]:
    return not alarms.is_urgent(case), case.acknowledge_due or case.reported_at, case.id


# --- how it is said ---------------------------------------------------------------------------------------------------


def _show(desk: Desk, bound: BoundChat, waiting: Sequence[Case], *, anew: bool) -> None:
    chat, language = Chat.model_validate_json(bound.chat_body), bound.language or desk.language_of(None)
    if anew or desk.post.capabilities(chat).edits:
        card = desk.post.show(View(_SUBJECT, chat, _VIEW), _message(desk, chat, language, waiting), anew=anew)
        card.closed = not waiting


def _message(desk: Desk, chat: Chat, language: str, waiting: Sequence[Case]) -> Outgoing:
    say = desk.words.say
    if not waiting:
        return Outgoing(text=say(language, "unclaimed.none"))
    lines = [_line(desk, chat, language, case) for case in waiting[:SHOWN]]
    more = say(language, "unclaimed.more", n=len(waiting) - SHOWN) if len(waiting) > SHOWN else ()
    rows: list[Row] = []
    for case in waiting[:SHOWN]:
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
    who = parts.who(desk, case, language)
    for face, person_id in callees.of(desk, case):
        nag = nags.of(desk, person_id, case.id)
        is_silent = nag is not None and nag.silent_until is not None and nag.silent_until > desk.now
        if face == "owner" and not is_silent and (known := people.known_as(desk.session, person_id, chat.channel)):
            return (Span(text=f"@{who}", mention=known),)
    return (Span(text=who),)
