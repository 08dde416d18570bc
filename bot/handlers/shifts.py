"""Shifts for volunteers: open ones to come into by one tap, one's own, and out of them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain.geo import metres_between
from bot.domain.roles import Role
from bot.handlers import router, volunteer
from bot.port import Location, Outgoing
from bot.services.desk import Row, Turn
from bot.services.volunteering import notices, plans, posts, reminders, shifts, swaps, volunteers
from bot.services.words import joined
from storage.models import Post, Shift, Signup, Volunteer

VOLUNTEERS = frozenset({Role.VOLUNTEER})
SPANS = ("today", "tomorrow", "week")
_A_PAGE = 6
_SUNDAY = 6
_DAY = timedelta(days=1)
_SHOWN_FOR = timedelta(minutes=30)
"""So long after the list was shown a place that is sent sorts it."""
_LIST = "shifts"
_ROUNDED = 3
"""Digits of the degrees that are kept of the place: about a hundred metres."""


@router.command("shifts", aliases=("班次", "shifts"), roles=VOLUNTEERS, order=10)
def show(turn: Turn, _argument: str) -> None:
    """Show what is open on the first days that have something."""
    own = volunteers.of(turn, turn.person.id)
    if own is None:
        volunteer.begin(turn, "")
        return
    span = next((span for span in SPANS if shifts.open_to(turn, own, *_days(turn, span))), SPANS[-1])
    _show(turn, own, span, anew=True)


@router.press("shifts")
def switch(turn: Turn) -> None:
    """Show other days, or the next page."""
    own = volunteers.of(turn, turn.person.id)
    span, _, page = (turn.token.extra if turn.token else "").partition(":")
    if own is None or not turn.is_private:
        turn.say("press.old")
    elif span in SPANS:
        _show(turn, own, span, int(page) if page.isdecimal() else 0)
    else:
        show(turn, "")


def _is_near(turn: Turn) -> bool:
    """Tell whether a place that is sent sorts the list: it was shown of late, and no report was gone on with since."""
    listed = turn.conversation.recent.get(_LIST)
    if not isinstance(turn.incoming.payload, Location) or not listed:
        return False
    at = datetime.fromisoformat(listed["at"])
    is_reporting = turn.draft is not None and turn.conversation.updated_at > at
    return turn.now - at < _SHOWN_FOR and not is_reporting and volunteers.serves(turn, turn.person)


@router.claim(_is_near)
def sort(turn: Turn) -> None:
    """Show the list anew, what is near first."""
    place, own = turn.incoming.payload, volunteers.of(turn, turn.person.id)
    if isinstance(place, Location) and own is not None:
        near = [round(place.lat, _ROUNDED), round(place.lon, _ROUNDED)]
        span = turn.conversation.recent[_LIST]["span"]
        turn.conversation.recent = turn.conversation.recent | {_LIST: {"near": near}}
        _show(turn, own, span, anew=True)


@router.press("shift_in")
def sign_up(turn: Turn) -> None:
    """Come into a shift."""
    if turn.token is None:
        return
    shift = shifts.sign_up(turn, turn.token.subject, turn.person)
    _renew(turn)
    post = turn.session.get_one(Post, shift.post)
    until = shifts.cut_off(turn, shift)
    text = turn.words.say(
        turn.language, "shifts.signed" if until > turn.now else "shifts.signed_late",
        what=notices.slot(turn, shift, turn.language), until=turn.words.moment(turn.language, until, turn.now),
        hours=turn.city.settings.volunteers.withdraw_hours,
    )  # fmt: skip
    can_leave = until > turn.now
    ways = reminders.choices(turn, shift, turn.language, named=False)[0 if can_leave else 1 :]
    mine = turn.press("button.my_shifts", "my_shifts")
    rows = [ways, (mine,)] if can_leave else [(*ways, mine)]
    turn.answer(joined(text, posts.corners(post, turn.language)), *_coming(turn, shift), *rows)


def _coming(turn: Turn, shift: Shift) -> list[Row]:
    """Signing in, where it is time for it: no reminder comes any more."""
    now = shifts.current(turn, turn.person.id)
    is_time = now is not None and now.id == shift.id
    return [(turn.press("button.sign_in", "sign_in", style="primary"),)] if is_time else []


@router.press("shift_out")
def withdraw(turn: Turn) -> None:
    """Go out of a shift; too late, it is said whom to call, and somebody may be looked for."""
    if turn.token is None:
        return
    try:
        shift = shifts.withdraw(turn, turn.token.subject, turn.person)
    except shifts.NoPlace as refusal:
        swap = (turn.press("button.swap", "swap", turn.token.subject, clock=""),)
        turn.say(refusal.key, *([swap] if refusal.key == "shifts.too_late" else []), **refusal.facts)
        return
    _renew(turn)
    again = turn.press("button.sign_up_again", "shift_in", shift.id)
    turn.say("shifts.withdrawn", (again,), what=notices.slot(turn, shift, turn.language))


@router.command("myshifts", aliases=("我的班次", "我的排班"), roles=VOLUNTEERS, order=11)
def show_mine(turn: Turn, _argument: str) -> None:
    """Show one's own shifts that are not over."""
    mine = shifts.coming(turn, turn.person.id)
    if not mine:
        turn.say("shifts.none_yours", (turn.press("button.shifts", "shifts"),))
        return
    lines, rows = [], []
    for shift in mine[:_A_PAGE]:
        found = shifts.signup(turn, shift, turn.person.id)
        lines.append(_my_line(turn, shift, found))
        rows.append(_my_row(turn, shift, found, named=len(mine) > 1))
    more = turn.words.say(turn.language, "shifts.more", n=len(mine) - _A_PAGE) if len(mine) > _A_PAGE else ()
    turn.answer(joined(turn.words.say(turn.language, "shifts.yours", n=len(mine)), *lines, more), *rows)


@router.press("my_shifts")
def show_mine_by_tap(turn: Turn) -> None:
    """Show them, from any card."""
    if turn.is_private:
        show_mine(turn, "")


def _my_line(turn: Turn, shift: Shift, found: Signup | None) -> str:
    line = notices.slot(turn, shift, turn.language)
    is_offered = found is not None and found.offered_at is not None
    leads = shifts.leader(turn, shift) == turn.person.id
    notes = [key for key, is_so in (("shifts.is_offered", is_offered), ("shifts.you_lead", leads)) if is_so]
    return " ".join([f"· {line}", *(turn.words.plain(turn.language, key) for key in notes)])


def _my_row(turn: Turn, shift: Shift, found: Signup | None, *, named: bool) -> Row:
    if found is not None and found.offered_at is not None:
        return (turn.press("button.swap_back", "swap_back", shift.id, clock=notices.clock(turn, shift.begins)),)
    return reminders.choices(turn, shift, turn.language, named=named)


# --- the list ---------------------------------------------------------------------------------------------------------


def _renew(turn: Turn) -> None:
    """Bring the list that stands here up to date, in silence."""
    listed, own = turn.conversation.recent.get(_LIST), volunteers.of(turn, turn.person.id)
    if listed and own is not None and turn.is_private:
        _show(turn, own, listed["span"])


def _show(turn: Turn, own: Volunteer, span: str, page: int = 0, *, anew: bool = False) -> None:
    near = _near(turn)
    found = shifts.open_to(turn, own, *_days(turn, span), near=near)
    offers = swaps.offers_to(turn, turn.person) if not page else []
    shown = found[page * _A_PAGE : (page + 1) * _A_PAGE]
    head = turn.words.say(turn.language, f"shifts.{'open' if found else 'none'}.{span}", n=len(found))
    hint = (
        turn.words.say(turn.language, turn.wording(turn.chat, "shifts.hint" if near is None else "shifts.hint_near"))
        if found
        else ()
    )
    text = joined(head, hint)
    kept = {"at": turn.now.isoformat(), "span": span} | ({"near": list(near)} if near else {})
    turn.conversation.recent = turn.conversation.recent | {_LIST: kept}
    rows = [*_rows(turn, shown, span, near), *_taking(turn, offers[:2]), *_turning(turn, span, page, len(found))]
    turn.show(f"shifts:{turn.person.id}", "open", Outgoing(text=text, choices=tuple(rows)), anew=anew)


def _near(turn: Turn) -> tuple[float, float] | None:
    listed = turn.conversation.recent.get(_LIST) or {}
    if "near" not in listed or turn.now - datetime.fromisoformat(listed.get("at", turn.now.isoformat())) > _SHOWN_FOR:
        return None
    lat, lon = listed["near"]
    return float(lat), float(lon)


def _distance(turn: Turn, metres: float) -> str:
    tens = round(metres, -1)
    if tens < 1000:  # noqa: PLR2004 -- a kilometre
        return turn.words.plain(turn.language, "shifts.metres", n=f"{tens:.0f}")
    return turn.words.plain(turn.language, "shifts.kilometres", n=f"{metres / 1000:.1f}")


def _rows(turn: Turn, shown: Sequence[Shift], span: str, near: tuple[float, float] | None) -> list[Row]:
    """The choices say all there is, so that nothing stands twice on a small screen."""
    return [(turn.press("button.shift", "shift_in", each.id, what=_label(turn, each, span, near)),) for each in shown]


def _label(turn: Turn, shift: Shift, span: str, near: tuple[float, float] | None) -> str:
    """When, where and how far; the day only where the list has several, or there is room for it."""
    if near is None:
        return notices.brief(turn, shift, turn.language)
    post = turn.session.get_one(Post, shift.post)
    hours = turn.words.hours(turn.language, shift.begins, shift.ends)
    when = turn.words.brief(turn.language, shift.begins, shift.ends, turn.now) if span == "week" else hours
    away = _distance(turn, metres_between(*near, post.lat, post.lon))
    return f"{when} {posts.label(post, turn.language)} · {away}"


def _taking(turn: Turn, offers: Sequence[tuple[Signup, Shift]]) -> list[Row]:
    return [
        (turn.press("button.take_over_slot", "swap_take", each.id, what=notices.brief(turn, shift, turn.language)),)
        for each, shift in offers
    ]


def _turning(turn: Turn, span: str, page: int, count: int) -> list[Row]:
    """The ways to other days, to the next page and to one's own."""
    days = tuple(turn.press(f"shifts.{each}", "shifts", 0, each) for each in SPANS if each != span or page)
    more = (turn.press("button.more", "shifts", 0, f"{span}:{page + 1}"),) if count > (page + 1) * _A_PAGE else ()
    return [days, (*more, turn.press("button.my_shifts", "my_shifts"))]


def _days(turn: Turn, span: str) -> tuple[str, str]:
    """Return the first and the last day; the week ends on Sunday, on a weekend with the next."""
    today = plans.today(turn)
    if span == "today":
        return today.isoformat(), today.isoformat()
    tomorrow: date = today + _DAY
    if span == "tomorrow":
        return tomorrow.isoformat(), tomorrow.isoformat()
    left = _SUNDAY - today.weekday()
    return today.isoformat(), (today + (left if left > 1 else left + 7) * _DAY).isoformat()
