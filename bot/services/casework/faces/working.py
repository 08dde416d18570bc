"""What those who work on a case see: the problem, never who reported it."""

from __future__ import annotations

from bot.domain.case import WORKING_STATES, State
from bot.domain.roles import Stance
from bot.port import Choice, Outgoing
from bot.services import tokens
from bot.services.casework import routing
from bot.services.casework.faces import pressing
from bot.services.casework.faces.parts import (
    Reader,
    Spans,
    button,
    due,
    now,
    photos,
    place,
    quoted,
    shortened,
    standing,
    title,
    who,
)
from bot.services.casework.stances import stances
from bot.services.desk import Desk, Row
from bot.services.history import last_text, text_since
from bot.services.words import joined
from storage.models import Case, Person

OFFERED_UNITS = 3


def owner(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """For whoever was asked to take it, or took it."""
    stand = stances(desk, case, reader.person)
    if not stand & {Stance.OWNER, Stance.HANDLER}:
        return _passed_on(desk, case, reader)
    rows: list[Row] = []
    back = button(desk, case, reader, "return")
    if case.state == State.PENDING_SIGNING:
        rows.append((button(desk, case, reader, "sign", style="primary"), back))
    elif Stance.HANDLER in stand and State(case.state) in WORKING_STATES:
        reply = button(desk, case, reader, "reply", style="primary")
        rows.append((reply, back) if case.state == State.HANDLING else (reply,))
    if Stance.HANDLER in stand and State(case.state) in WORKING_STATES | {State.SUSPENDED}:
        rows += pressing.handlers_rows(desk, case, reader)
    return _working(desk, case, reader, rows)


def overview(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """For those who may look; executives decide what is theirs to decide, and press."""
    rows = [*pressing.deciders_rows(desk, case, reader), *pressing.pressing_row(desk, case, reader)]
    return _working(desk, case, reader, rows)


def group(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """For the unit's group: claimed by one tap of any of its people."""
    if reader.unit != case.unit:
        return _passed_on(desk, case, reader)
    sign = button(desk, case, reader, "sign", style="primary")
    return _working(desk, case, reader, [(sign,)] if case.state == State.PENDING_SIGNING else [])


def headquarters(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """For the dispatchers: to open, to send on, to refuse, to decide what is asked for, and to press."""
    rows: list[Row] = [*pressing.deciders_rows(desk, case, reader)]
    at = State(case.state)
    if at in {State.PENDING_CHECK, State.PENDING_OPENING}:
        rows.append((button(desk, case, reader, "open", style="primary"), button(desk, case, reader, "reject")))
    if at is State.PENDING_DISPATCH:
        rows += [(choice,) for choice in units(desk, case, reader)]
        rows.append((button(desk, case, reader, "dispatch", "other_unit"), button(desk, case, reader, "reject")))
    if at is State.PENDING_SIGNING and case.owner_kind == "dispatcher":
        rows.append((button(desk, case, reader, "sign"), button(desk, case, reader, "dispatch", "reassign")))
    elif at is State.PENDING_SIGNING or at in WORKING_STATES:
        rows.append((button(desk, case, reader, "dispatch", "reassign"),))
    if rows and case.handler_id is None:
        rows[-1] = (*rows[-1], button(desk, case, reader, "void", style="danger"))
    rows += pressing.pressing_row(desk, case, reader)
    return _working(desk, case, reader, rows)


def units(desk: Desk, case: Case, reader: Reader) -> list[Choice]:
    """The units that come into question, as choices: a tap sends the case there."""
    found = routing.candidates(desk.city, case.category, case.lat, case.lon, case.point)
    codes = dict.fromkeys(each.unit for each in found if each.unit != case.unit)
    return [unit_choice(desk, case, reader, code) for code in list(codes)[:OFFERED_UNITS]]


def unit_choice(desk: Desk, case: Case, reader: Reader, code: str) -> Choice:
    """One unit to send the case to."""
    token = tokens.write("dispatch_to", case.id, f"{case.round}:{code}")
    return desk.button(reader.language, "button.dispatch_to", token, unit=desk.city.unit(code).label(reader.language))


def verifier(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """For whoever looks whether it is really done: photos of before and after."""
    language = reader.language
    rows: list[Row] = []
    if case.state == State.PENDING_VERIFICATION:
        rows.append((button(desk, case, reader, "pass", style="primary"), button(desk, case, reader, "fail")))
        rows.append((button(desk, case, reader, "unable"),))
    closes = desk.city.condition(case.condition).closing(language) if case.condition else ""
    reply = shortened(last_text(desk.session, case.id, "reply"))
    text = joined(
        joined(title(desk, case, language), place(desk, case, language)),
        joined(
            quoted(desk, case, language, "problem"),
            quoted(desk, case, language, "dispute"),
            desk.words.say(language, "case.replied", who=who(desk, case, language), words=reply) if reply else (),
            _unable(desk, case, language),
            desk.words.say(language, "case.closes_when", words=closes) if closes else (),
            *pressing.pressure(desk, case, language),
            desk.words.say(language, "case.photos_order") if rows else now(desk, case, language),
        ),
        by="\n\n",
    )
    shown = photos(desk, case, "before")[:2] + photos(desk, case, "after")[:2]
    return Outgoing(text=text, photos=shown, choices=tuple(rows))


def _working(desk: Desk, case: Case, reader: Reader, rows: list[Row]) -> Outgoing:
    """What the handling side sees: the problem, never who reported it."""
    language, words = reader.language, desk.words
    handler = desk.session.get(Person, case.handler_id) if case.handler_id else None
    text = joined(
        joined(title(desk, case, language), place(desk, case, language)),
        joined(
            quoted(desk, case, language, "problem"),
            quoted(desk, case, language, "supplement"),
            words.say(language, "case.pseudonym", code=case.pseudonym),
            _overlooked(desk, case, reader),
            _limit(desk, case, language),
            words.say(language, "case.transfers", n=case.transfers) if case.transfers else (),
            _returned(desk, case, language),
            words.say(language, f"stepped_in.{case.stepped_in}.{case.owner_kind}") if case.stepped_in else (),
            *pressing.lines(desk, case, language),
        ),
        joined(
            standing(desk, case, language) if case.handle_due else now(desk, case, language),
            words.say(language, "case.signed_by", name=handler.name) if handler and handler.name else (),
        ),
        by="\n\n",
    )
    return Outgoing(text=text, photos=photos(desk, case, "before"), choices=tuple(rows))


def _passed_on(desk: Desk, case: Case, reader: Reader) -> Outgoing:
    """What is left to somebody who no longer has it."""
    return Outgoing(text=joined(title(desk, case, reader.language), desk.words.say(reader.language, "case.passed_on")))


def _overlooked(desk: Desk, case: Case, reader: Reader) -> Spans:
    """That the point's leader had just found all fine: for the leader and those above, not for a whole group."""
    if case.overlooked_at is None or reader.unit:
        return ()
    when = desk.words.moment(reader.language, case.overlooked_at, desk.now)
    return desk.words.say(reader.language, "patrol.overlooked", when=when)


def _returned(desk: Desk, case: Case, language: str) -> Spans:
    """Why it was handed back, as long as nobody has taken it since."""
    reason = shortened(last_text(desk.session, case.id, "reason")) if case.transfers else ""
    is_waiting = case.state in {State.PENDING_DISPATCH, State.PENDING_SIGNING}
    return desk.words.say(language, "case.returned", words=reason) if reason and is_waiting else ()


def _unable(desk: Desk, case: Case, language: str) -> Spans:
    """Why it could not be told whether it is done: while a case waits for that, no other reason follows the reply."""
    is_waiting = case.state == State.PENDING_VERIFICATION
    reason = shortened(text_since(desk.session, case.id, "reason", "reply")) if is_waiting else ""
    return desk.words.say(language, "case.unable", words=reason) if reason else ()


def _limit(desk: Desk, case: Case, language: str) -> Spans:
    amount = desk.words.plain(language, f"limit.{case.limit_unit}", n=case.limit_amount)
    if case.handle_due is None:
        return desk.words.say(language, "case.limit", limit=amount)
    return desk.words.say(language, "case.due", due=due(desk, case, language), limit=amount)
