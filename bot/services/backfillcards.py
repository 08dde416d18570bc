"""What organisers see of 补录: all that waits for them in one message; and what volunteers hear of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.port import Chat, Outgoing
from bot.services import dutycards, notices, people, tokens
from bot.services.desk import Desk, Row
from bot.services.faces.parts import Spans
from bot.services.post import View
from bot.services.words import joined
from storage.models import Attendance, Person, Shift

_SHOWN = 6


def show(
    desk: Desk, person: Person, chat: Chat, asked: Sequence[tuple[Attendance, Shift]], *, anew: bool = False
) -> None:
    """Show an organiser what waits for them; a card that was never shown is not shown for nothing."""
    view = View(f"backfills:{person.id}", chat, "backfills", person.id)
    if not asked and desk.post.card(view) is None:
        return
    language = desk.language_of(person)
    head = desk.words.say(language, "backfill.head" if asked else "backfill.all_done", n=len(asked))
    lines = [_line(desk, number, row, shift, language) for number, (row, shift) in enumerate(asked[:_SHOWN], 1)]
    rows = [_row(desk, number, row, language) for number, (row, _) in enumerate(asked[:_SHOWN], 1)]
    desk.post.show(view, Outgoing(text=joined(head, *lines), choices=tuple(rows)), anew=anew and bool(asked))


def told(desk: Desk, person: Person, row: Attendance, shift: Shift, star: int) -> Spans:
    """What came of it, for the volunteer."""
    language = desk.language_of(person)
    key = f"backfill.told.{row.state}"
    text = desk.words.say(language, key, title=dutycards.title(desk, shift, language), spell=spell(desk, row))
    return joined(text, dutycards.star_line(desk, star, language))


def spell(desk: Desk, row: Attendance) -> str:
    """From when to when, by the clock."""
    return "–".join(notices.clock(desk, at) for at in (row.came_at, row.left_at) if at is not None)


def _line(desk: Desk, number: int, row: Attendance, shift: Shift, language: str) -> Spans:
    name = people.merged(desk.session, row.person_id).name
    return desk.words.say(
        language, "backfill.line", number=number, name=name, title=dutycards.title(desk, shift, language),
        spell=spell(desk, row), reason=row.reason,
    )  # fmt: skip


def _row(desk: Desk, number: int, row: Attendance, language: str) -> Row:
    yes = desk.button(language, "button.backfill_yes", tokens.write("backfill_yes", row.id), "primary", number=number)
    no = desk.button(language, "button.backfill_no", tokens.write("backfill_no", row.id), number=number)
    return yes, no
