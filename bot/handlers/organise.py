"""Organising one shift: who is in it and who has come, who leads, and that it or its rota is not held."""

from __future__ import annotations

from bot.handlers import casework, router
from bot.services import people
from bot.services.desk import Row, Turn
from bot.services.volunteering import cancellations, musters, notices, posts, rotas, shifts
from storage.models import Post, Rota, Shift, new_id


@router.press("gap")
def look(turn: Turn) -> None:
    """Show who stands in a shift and, once it has begun, who has come; to organisers also what can be done about it."""
    shift = turn.session.get(Shift, turn.token.subject) if turn.token and turn.is_private else None
    if shift is None or shift.cancelled_at is not None:
        raise shifts.NoPlace("shifts.is_cancelled")
    if not musters.may_see(turn, shift, turn.person):
        raise posts.NotOrganiser
    message = musters.card(turn, shift, turn.person)
    is_organiser = posts.may_organise(turn, turn.person, turn.session.get_one(Post, shift.post))
    rows = _rows(turn, shift) if is_organiser and shift.ends > turn.now else []
    turn.answer(message.text, *rows, photos=message.photos)


def _rows(turn: Turn, shift: Shift) -> list[Row]:
    """What can be done about a shift that is not over."""
    leads = shifts.leader(turn, shift)
    rows: list[Row] = [
        (turn.press("button.lead", "lead", shift.id, each, name=people.merged(turn.session, each).name),)
        for each in shifts.leaders(turn, shift)
        if each != leads
    ]
    if len(shifts.crew(turn, shift)) < shift.crew:
        rows.append((turn.press("button.call", "call", shift.id),))
    rows.append((turn.press("button.cancel_shift", "shift_cancel", shift.id, style="danger"),))
    if shift.rota and (rota := turn.session.get(Rota, shift.rota)) is not None and rota.made_by is not None:
        rows.append((turn.press("button.end_rota", "rota_end", shift.id, style="danger"),))
    return rows


@router.press("lead")
def name_leader(turn: Turn) -> None:
    """Let one of the crew lead, and tell them."""
    shift = _organised(turn)
    meant = turn.token.extra if turn.token else ""
    person_id = next((each for each in shifts.leaders(turn, shift) if str(each) == meant), None)
    if person_id is None:
        turn.say("press.old")
        return
    shift.leader_id = person_id
    notices.tell(turn, person_id, "gaps.you_lead", shift)
    turn.say("gaps.leads", name=people.merged(turn.session, person_id).name)


@router.press("shift_cancel")
def ask_cancel(turn: Turn) -> None:
    """Make sure."""
    _ask(turn, "gaps.ask_cancel", "button.cancel_shift", "shift_cancelled")


@router.press("rota_end")
def ask_end(turn: Turn) -> None:
    """Make sure."""
    _ask(turn, "gaps.ask_end", "button.end_rota", "rota_ended")


@router.press("shift_cancelled")
def cancel(turn: Turn) -> None:
    """Let the shift not be held; those who signed up are told."""
    shift = _organised(turn)
    n = cancellations.cancel(turn, shift)
    _close(turn, "gaps.cancelled", what=notices.slot(turn, shift, turn.language), n=n)


@router.press("rota_ended")
def end_rota(turn: Turn) -> None:
    """Let the rota of a shift hold no more."""
    shift = _organised(turn)
    rota = turn.session.get(Rota, shift.rota)
    if rota is None or rota.made_by is None or rota.retired_at is not None:
        turn.say("press.old")
        return
    rotas.end(turn, turn.person, rota)
    _close(turn, "gaps.ended")


def _ask(turn: Turn, key: str, button: str, action: str) -> None:
    shift, question = _organised(turn), new_id()
    sure = turn.press(button, action, shift.id, question, style="danger")
    what, n = notices.slot(turn, shift, turn.language), len(shifts.crew(turn, shift))
    casework.put_alone(turn, question, key, (sure, *casework.drop(turn, question)), what=what, n=n)


def _close(turn: Turn, key: str, **facts: str | int) -> None:
    question = turn.token.extra if turn.token else ""
    casework.done_alone(turn, int(question) if question.isdecimal() else 0, key, **facts)


def _organised(turn: Turn) -> Shift:
    """Return the shift of a tap, if it is theirs to organise and not over. Raises `NotOrganiser`, `NoPlace`."""
    shift = shifts.lock(turn, turn.token.subject) if turn.token else None
    if shift is None or shift.cancelled_at is not None:
        raise shifts.NoPlace("shifts.is_cancelled")
    posts.ensure_organiser(turn, turn.person, turn.session.get_one(Post, shift.post))
    if shift.ends <= turn.now:
        raise shifts.NoPlace("shifts.is_over")
    return shift
