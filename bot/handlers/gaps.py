"""The shifts of organisers: where hands are missing, what goes on now, what is over today; and calling for hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.handlers import router, volunteer
from bot.port import Choice, Outgoing, Span
from bot.services import people
from bot.services.desk import Row, Turn
from bot.services.volunteering import hands, musters, notices, plans, posts, volunteers
from bot.services.volunteering.hands import Gap
from bot.services.words import joined

NOW, OVER = "now", "over"
SPANS = {"today": (0, 0), "tomorrow": (1, 1), "days": (0, 6)}
"""The first and the last day that each shows, counted from today."""
_ORDER = (NOW, *SPANS, OVER)
_A_PAGE = 8
_WAITING = 3


@router.command("posts", aliases=("岗位", "排班", "缺口"), roles=posts.ORGANISERS, order=24)
def show(turn: Turn, _argument: str) -> None:
    """Show the gaps of today and the days to come."""
    _show(turn, "days", anew=True)


@router.press("gaps")
def switch(turn: Turn) -> None:
    """Show those of other days, or the next page."""
    if _may(turn):
        _show(turn, *_asked(turn))


@router.press("call")
def call(turn: Turn) -> None:
    """Call for hands for the gaps that the list names, or for one shift."""
    if not _may(turn) or turn.token is None:
        return
    span, page = _asked(turn)
    lacking = [gap for gap in _found(turn, span) if gap.missing]
    one = [gap for gap in lacking if gap.shift.id == turn.token.subject]
    n = hands.call(turn, turn.person, one if turn.token.subject else _paged(lacking, page))
    turn.say("hands.asked" if n else "hands.nobody", n=n)


def _may(turn: Turn) -> bool:
    if turn.is_private and posts.ORGANISERS & people.roles_of(turn.session, turn.person, turn.now):
        return True
    turn.say("command.not_for_you")
    return False


def _asked(turn: Turn) -> tuple[str, int]:
    """Return which list a tap names, and its page."""
    span, _, page = (turn.token.extra if turn.token else "").partition(":")
    return span if span in _ORDER else "days", int(page) if page.isdecimal() else 0


def _found(turn: Turn, span: str) -> list[Gap]:
    """Return the shifts of a list: where hands are missing first, but of those that are over the last one."""
    if span == OVER:
        return musters.over_today(turn, turn.person)
    if span == NOW:
        found = musters.going_on(turn, turn.person)
    else:
        first, last = ((plans.today(turn) + timedelta(days=ahead)).isoformat() for ahead in SPANS[span])
        found = hands.gaps(turn, turn.person, first, last)
    return sorted(found, key=lambda gap: not gap.missing)


def _paged(found: Sequence[Gap], page: int) -> Sequence[Gap]:
    return found[page * _A_PAGE : (page + 1) * _A_PAGE]


def _show(turn: Turn, span: str, page: int = 0, *, anew: bool = False) -> None:
    found = _found(turn, span)
    shown, waiting = _paged(found, page), volunteers.waiting(turn, turn.person)
    came = musters.came(turn, [gap.shift for gap in found if gap.shift.begins <= turn.now])
    note = turn.words.say(turn.language, "gaps.waiting", n=len(waiting)) if waiting else ()
    hint = turn.words.say(turn.language, "gaps.hint_came" if span in {NOW, OVER} else "gaps.hint") if found else ()
    rows: list[Row] = [(_choice(turn, gap, came[gap.shift.id]),) for gap in shown]
    rows += [(volunteer.consent(turn, each, turn.language),) for each in waiting[:_WAITING]]
    if span != OVER and any(gap.missing for gap in shown):
        rows.append((turn.press("button.call", "call", 0, f"{span}:{page}", "primary"),))
    rows += _turning(turn, span, page, len(found))
    text = joined(_head(turn, span, found, came.total()), hint, note)
    turn.show(f"gaps:{turn.person.id}", "gaps", Outgoing(text=text, choices=tuple(rows)), anew=anew)


def _head(turn: Turn, span: str, found: Sequence[Gap], came: int) -> tuple[Span, ...]:
    if not found:
        return turn.words.say(turn.language, f"gaps.none.{span}")
    head = turn.words.say(turn.language, f"gaps.head.{span}", n=len(found))
    facts = {
        "wanted": sum(gap.shift.crew for gap in found), "signed": sum(gap.signed for gap in found), "came": came,
        "missing": sum(gap.missing for gap in found), "lacking": sum(gap.missing > 0 for gap in found),
    }  # fmt: skip
    key = "came" if span in {NOW, OVER} else "missing" if facts["missing"] else "full"
    return turn.words.say(turn.language, f"gaps.{key}", head=head, **facts)


def _choice(turn: Turn, gap: Gap, came: int) -> Choice:
    """The choice says all there is, so that nothing stands twice on a small screen."""
    what, wanted = notices.brief(turn, gap.shift, turn.language), gap.shift.crew
    if gap.shift.begins <= turn.now:
        return turn.press("button.gap_came", "gap", gap.shift.id, what=what, came=came, wanted=wanted)
    return turn.press("button.gap", "gap", gap.shift.id, what=what, signed=gap.signed, wanted=wanted)


def _turning(turn: Turn, span: str, page: int, count: int) -> list[Row]:
    """The ways to the other lists that have something, to the next page, and to planning."""
    has = {NOW: musters.going_on, OVER: musters.over_today}
    others = [each for each in _ORDER if each != span or page]
    known = [each for each in others if each not in has or has[each](turn, turn.person)]
    more = (turn.press("button.more", "gaps", 0, f"{span}:{page + 1}"),) if count > (page + 1) * _A_PAGE else ()
    lists = tuple(turn.press(f"gaps.show.{each}", "gaps", 0, each) for each in known)
    return [lists, (*more, turn.press("button.plan", "plan"))]
