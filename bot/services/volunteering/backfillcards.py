"""What organisers see of 补录: all that waits for them in one message; and what volunteers hear of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.port import Chat, Choice, Outgoing
from bot.services import people, tokens
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk, Row
from bot.services.post import View
from bot.services.volunteering import attendance, dutycards, notices, posts
from bot.services.words import Fact, joined
from storage.models import Attendance, Person, Post, Shift

_SHOWN, _REFUSED = 6, 3
_Found = Sequence[tuple[Attendance, Shift]]


def show(desk: Desk, person: Person, chat: Chat, asked: _Found, refused: _Found, *, anew: bool = False) -> bool:
    """Show an organiser what waits for them, and what was refused but may count after all; tell whether it is shown.

    A card that was never shown is not shown for nothing.
    """
    view = View(f"backfills:{person.id}", chat, "backfills", person.id)
    if not asked and not (refused if anew else desk.post.card(view)):
        return False
    language = desk.language_of(person)
    lines = [desk.words.say(language, "backfill.head" if asked else "backfill.all_done", n=len(asked))]
    asked, refused = asked[:_SHOWN], refused[:_REFUSED]
    lines += [_line(desk, number, each, language) for number, each in enumerate(asked, 1)]
    lines += [desk.words.say(language, "backfill.refused")] if refused else []
    lines += [_line(desk, number, each, language) for number, each in enumerate(refused, 1 + len(asked))]
    rows = [_row(desk, number, row, language) for number, (row, _) in enumerate(asked, 1)]
    rows += [(_after_all(desk, number, row, language),) for number, (row, _) in enumerate(refused, 1 + len(asked))]
    desk.post.show(view, Outgoing(text=joined(*lines), choices=tuple(rows)), anew=anew)
    return True


def told(desk: Desk, person: Person, row: Attendance, shift: Shift, *, star: int, left: int) -> Spans:
    """What came of it, for the volunteer: of what was refused, how often they may still ask, or whom."""
    language, post = desk.language_of(person), desk.session.get_one(Post, shift.post)
    facts: dict[str, Fact] = {"title": dutycards.title(desk, shift, language), "spell": spell(desk, row)}
    if row.state != attendance.REFUSED:
        text = desk.words.say(language, "backfill.told.good", **facts)
    elif left > 0:
        text = desk.words.say(language, "backfill.told.refused", n=left, **facts)
    else:
        who = notices.names(desk, posts.callees(desk, post), post.unit, language)
        text = desk.words.say(language, "backfill.told.refused_for_good", who=who, **facts)
    return joined(text, dutycards.star_line(desk, star, language))


def spell(desk: Desk, row: Attendance) -> str:
    """From when to when, by the clock."""
    return "–".join(notices.clock(desk, at) for at in (row.came_at, row.left_at) if at is not None)


def _line(desk: Desk, number: int, found: tuple[Attendance, Shift], language: str) -> Spans:
    row, shift = found
    name = people.merged(desk.session, row.person_id).name
    return desk.words.say(
        language, "backfill.line", number=number, name=name, title=dutycards.title(desk, shift, language),
        spell=spell(desk, row), reason=row.reason,
    )  # fmt: skip


def _row(desk: Desk, number: int, row: Attendance, language: str) -> Row:
    yes = desk.button(language, "button.backfill_yes", tokens.write("backfill_yes", row.id), "primary", number=number)
    no = desk.button(language, "button.backfill_no", tokens.write("backfill_no", row.id), number=number)
    return yes, no


def _after_all(desk: Desk, number: int, row: Attendance, language: str) -> Choice:
    return desk.button(language, "button.backfill_after_all", tokens.write("backfill_yes", row.id), number=number)
