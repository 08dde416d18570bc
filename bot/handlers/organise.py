"""Organising shifts: where hands are missing, calling for them, who leads, and what is not held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.handlers import casework, router, volunteer
from bot.port import Choice, Outgoing
from bot.services import cancellations, hands, notices, people, plans, posts, rotas, shifts, volunteers
from bot.services.desk import Row, Turn
from bot.services.hands import Gap
from bot.services.words import joined
from storage.models import Post, Rota, Shift, new_id

SPANS = {"today": (0, 0), "tomorrow": (1, 1), "days": (0, 6)}
"""The first and the last day that each shows, counted from today."""
_LINES = 8
_WAITING = 3


@router.command("posts", aliases=("岗位", "排班", "缺口"), roles=posts.ORGANISERS, order=24)
def show(turn: Turn, _argument: str) -> None:
    """Show the gaps of today and the days to come."""
    _show(turn, "days", anew=True)


@router.press("gaps")
def switch(turn: Turn) -> None:
    """Show those of other days."""
    span = turn.token.extra if turn.token else ""
    if _may(turn):
        _show(turn, span if span in SPANS else "days")


@router.press("call")
def call(turn: Turn) -> None:
    """Call for hands for the first gaps of these days, those that the list names, or for one shift."""
    if not _may(turn) or turn.token is None:
        return
    span = turn.token.extra
    lacking = [gap for gap in _gaps(turn, span if span in SPANS else "days") if gap.missing]
    one = [gap for gap in lacking if gap.shift.id == turn.token.subject]
    n = hands.call(turn, turn.person, one if turn.token.subject else lacking[:_LINES])
    turn.say("hands.asked" if n else "hands.nobody", n=n)


@router.press("gap")
def look(turn: Turn) -> None:
    """Show who stands in a shift, and what can be done about it."""
    shift = _organised(turn)
    count = shifts.crew(turn, shift)
    leads, may_lead = shifts.leader(turn, shift), shifts.leaders(turn, shift)
    names = [people.merged(turn.session, each.person_id).name for each in count]
    comma = turn.words.plain(turn.language, "shifts.comma")
    text = turn.words.say(
        turn.language, "gaps.shift", what=notices.slot(turn, shift, turn.language), crew=shift.crew, signed=len(count),
        names=comma.join(names) or "—", leader=people.merged(turn.session, leads).name if leads else "—",
    )  # fmt: skip
    rows: list[Row] = [
        (turn.press("button.lead", "lead", shift.id, each.person_id, name=name),)
        for each, name in zip(count, names, strict=True)
        if each.person_id in may_lead and each.person_id != leads
    ]
    if len(count) < shift.crew:
        rows.append((turn.press("button.call", "call", shift.id),))
    rows.append((turn.press("button.cancel_shift", "shift_cancel", shift.id, style="danger"),))
    if shift.rota and (rota := turn.session.get(Rota, shift.rota)) is not None and rota.made_by is not None:
        rows.append((turn.press("button.end_rota", "rota_end", shift.id, style="danger"),))
    turn.answer(text, *rows)


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


def _may(turn: Turn) -> bool:
    if turn.is_private and posts.ORGANISERS & people.roles_of(turn.session, turn.person, turn.now):
        return True
    turn.say("command.not_for_you")
    return False


# --- the list ---------------------------------------------------------------------------------------------------------


def _gaps(turn: Turn, span: str) -> list[Gap]:
    first, last = ((plans.today(turn) + timedelta(days=ahead)).isoformat() for ahead in SPANS[span])
    return hands.gaps(turn, turn.person, first, last)


def _show(turn: Turn, span: str, *, anew: bool = False) -> None:
    found = _gaps(turn, span)
    lacking = [gap for gap in found if gap.missing]
    listed = (lacking or found)[:_LINES]
    head = turn.words.say(
        turn.language, f"gaps.{span}", n=len(found), wanted=sum(gap.shift.crew for gap in found),
        signed=sum(gap.signed for gap in found), missing=sum(gap.missing for gap in found), lacking=len(lacking),
    )  # fmt: skip
    more = turn.words.say(turn.language, "shifts.more", n=len(lacking) - _LINES) if len(lacking) > _LINES else ()
    hint = turn.words.say(turn.language, "gaps.hint") if listed else ()
    waiting = volunteers.waiting(turn, turn.person)
    note = turn.words.say(turn.language, "gaps.waiting", n=len(waiting)) if waiting else ()
    text = joined(head, hint, more, note)
    rows: list[Row] = _opening(turn, listed)
    rows += [(volunteer.consent(turn, each, turn.language),) for each in waiting[:_WAITING]]
    if lacking:
        rows.append((turn.press("button.call", "call", 0, span, "primary"),))
    rows += [tuple(turn.press(f"gaps.show.{each}", "gaps", 0, each) for each in SPANS if each != span)]
    rows += [(turn.press("button.plan", "plan"),)]
    turn.show(f"gaps:{turn.person.id}", "gaps", Outgoing(text=text, choices=tuple(rows)), anew=anew)


def _opening(turn: Turn, listed: Sequence[Gap]) -> list[Row]:
    return [(_choice(turn, gap),) for gap in listed]


def _choice(turn: Turn, gap: Gap) -> Choice:
    """The choice says all there is, so that nothing stands twice on a small screen."""
    what = notices.slot(turn, gap.shift, turn.language)
    return turn.press("button.gap", "gap", gap.shift.id, what=what, signed=gap.signed, wanted=gap.shift.crew)
