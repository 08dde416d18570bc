"""/hours: what somebody has served, the star it has earned, and what is missing to the next."""

from __future__ import annotations

from bot.domain import service
from bot.domain.roles import Role
from bot.handlers import release, router
from bot.port import Span
from bot.services.desk import Row, Turn
from bot.services.volunteering import attendance, backfills, dutycards, hours, notices, posts
from bot.services.volunteering.hours import Served
from bot.services.words import joined
from storage.models import Post

_LISTED = 6


@router.command("hours", aliases=("时长", "服务时长"), roles=frozenset({Role.VOLUNTEER}), order=16)
def show(turn: Turn, _argument: str) -> None:
    """Say it all in one message."""
    served, language = hours.of(turn, turn.person.id), turn.language
    total, training = hours.minutes(served), hours.minutes(served, training=True)
    month = hours.minutes(served, since=hours.month_of(turn, turn.now))
    lines = [
        turn.words.say(
            language, "hours.total", month=_length(turn, month), total=_length(turn, total),
            stars=_stars(total),
        ),
        turn.words.say(language, "hours.training", length=_length(turn, training)) if training else (),
        _next_star(turn, total),
    ]  # fmt: skip
    lines += [_line(turn, each) for each in served[:_LISTED]]
    turn.answer(joined(*lines), *_rows(turn, served))
    if any(each.minutes for each in served):
        release.ask_once(turn)


def _rows(turn: Turn, served: list[Served]) -> list[Row]:
    row: Row = (turn.press("button.certificate", "certificate"),) if any(each.minutes for each in served) else ()
    if backfills.open_shifts(turn, turn.person.id, 1):
        row = (*row, turn.press("button.backfill", "backfill"))
    decided = release.button(turn)
    return [each for each in (row, (decided,) if decided else ()) if each]


def _next_star(turn: Turn, total: int) -> tuple[Span, ...]:
    missing = service.minutes_to_next_star(total)
    if missing is None:
        return turn.words.say(turn.language, "hours.all_stars")
    return turn.words.say(turn.language, "hours.next", star=service.stars(total) + 1, length=_length(turn, missing))


def _line(turn: Turn, served: Served) -> tuple[Span, ...]:
    post = turn.session.get_one(Post, served.shift.post)
    note = _note(served)
    return turn.words.say(
        turn.language, "hours.line", when=notices.when(turn, served.shift, turn.language),
        post=posts.label(post, turn.language), length=_length(turn, served.minutes),
        note=turn.words.plain(turn.language, f"hours.note.{note}") if note else "",
    )  # fmt: skip


def _note(served: Served) -> str:
    """What is to be known of how it was recorded."""
    states = {row.state for row in served.rows}
    if attendance.ASKED in states:
        return "asked"
    if states == {attendance.REFUSED}:
        return "refused"
    if any(row.left_by == attendance.AT_THE_END for row in served.rows):
        return "end"
    if any(row.left_at is None for row in served.rows):
        return "in"
    return "training" if served.shift.kind == hours.TRAINING else ""


def _stars(minutes: int) -> str:
    earned = service.stars(minutes)
    return f" {'★' * earned}" if earned else ""


def _length(turn: Turn, minutes: int) -> str:
    return dutycards.length(turn, minutes, turn.language)
