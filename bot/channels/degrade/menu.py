"""Choices for platforms without buttons: numbered lines in the text, and what people answer to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from bot.port import Capabilities, Chat, Choice, Outgoing, Span
from storage.models import Card, Menu

LIVES = timedelta(hours=24)
"""How long the numbers of a message stay taken; those of a card do until it is closed."""
HIGHEST = 99
"""Beyond this, numbers that are free again are used again."""

_LABEL_LIMIT = 255
_NUMBER = re.compile(
    r"(?:我?选择?|第|#|\()?\s*(?:(?P<digits>\d{1,4})|(?P<words>[一二两三四五六七八九]?十?[一二三四五六七八九]?))"
    r"\s*(?:个|项|号|选项)?[。.、,,)!]*"
)
_KEYCAP = str.maketrans("", "", "\ufe0f\u20e3")
_WORDS = {word: value for value, word in enumerate("一二三四五六七八九", start=1)} | {"两": 2}


def degrade(  # noqa: PLR0917 -- the signature is `bot.services.post.Degrade`
    session: Session, chat: Chat, message: Outgoing, capabilities: Capabilities, card_id: int | None, now: datetime
) -> Outgoing:
    """Return the message as this platform can show it.

    Rows too wide are broken. Where there are no buttons, or too few, every choice becomes a numbered line of the text,
    kept as a `Menu` row of the chat; a card keeps its numbers when it is shown again. A place that cannot be sent
    becomes words. Where nobody hears an answer, none is offered. Labels that buttons do not show whole are numbered
    lines, too. Of photos that
    cannot be shown their number is told; drawings only show what the words say.
    """
    changes: dict[str, Any] = {}
    if message.location and not capabilities.location_out:
        changes |= {"location": None, "text": (*message.text, *_place(message))}
    if message.ask_location and not capabilities.location_in:
        changes["ask_location"] = False
    if message.photos and not capabilities.photos_out:
        note = () if message.whole else (Span(text=f"\n📷 × {len(message.photos)}"),)
        changes |= {"photos": (), "text": (*changes.get("text", message.text), *note)}
    count = sum(len(row) for row in message.choices)
    if count and not capabilities.hears:
        changes["choices"] = ()
    elif count and (not capabilities.buttons or count > capabilities.max_buttons):
        _, lines = _menu(session, chat, message, card_id, now)
        changes |= {"text": (*changes.get("text", message.text), lines), "choices": (), "numbered": True}
    elif any(len(row) > capabilities.button_columns for row in message.choices):
        changes["choices"] = _narrow(message.choices, capabilities.button_columns)
    if "numbered" not in changes and count and capabilities.hears and _is_cut(message, capabilities.label_limit):
        numbers, lines = _menu(session, chat, message, card_id, now)
        rows = _numbered(changes.get("choices", message.choices), numbers, capabilities.label_limit)
        changes |= {"text": (*changes.get("text", message.text), lines), "choices": rows, "numbered": True}
    return message.model_copy(update=changes) if changes else message


def numbered(capabilities: Capabilities) -> bool:
    """Tell whether a text from this platform may be an answer by number."""
    return not capabilities.buttons or capabilities.max_buttons < Capabilities().max_buttons


def understand(capabilities: Capabilities, session: Session, chat_key: str, text: str, now: datetime) -> str | None:
    """Return the token that a text answers with: a number ("2", "２", "二", "第2个", "2️⃣") or a choice's label.

    None where choices are not numbered, when nothing in this chat has the number or label, and for a label that several
    cards carry: whoever says 签收 where two cards offer it must say which.
    """
    said = unicodedata.normalize("NFKC", text).translate(_KEYCAP).strip()
    if not numbered(capabilities) or not said or len(said) > _LABEL_LIMIT:
        return None
    rows = session.scalars(_live(chat_key, now)).all()
    number = _number(said)
    for row in rows:
        if row.number == number:
            return row.token
    return _by_label(session, [row for row in rows if _same(row.label, said)])


def _by_label(session: Session, rows: Sequence[Menu]) -> str | None:
    """Return what a label means: of cards that are closed only where no other shows it."""
    if len(rows) > 1:
        closed = select(Card.id).where(Card.id.in_([row.card_id for row in rows if row.card_id]), Card.closed)
        over = set(session.scalars(closed))
        rows = [row for row in rows if row.card_id not in over] or rows
    if not rows:
        return None
    newest = max(rows, key=lambda row: (row.written_at, row.number))
    return newest.token if newest.card_id is None or len({row.token for row in rows}) == 1 else None


def _same(label: str, said: str) -> bool:
    return unicodedata.normalize("NFKC", label).strip().casefold() == said.casefold()


def _number(said: str) -> int | None:
    match = _NUMBER.fullmatch(said)
    if match is None:
        return None
    if match["digits"]:
        return int(match["digits"])
    tens, ten, ones = match["words"].rpartition("十")
    if not ten:
        return _WORDS.get(match["words"])
    return _WORDS.get(tens, 1) * 10 + _WORDS.get(ones, 0)


def _is_cut(message: Outgoing, limit: int) -> bool:
    return any(len(choice.label) > limit for row in message.choices for choice in row)


def _numbered(rows: Sequence[tuple[Choice, ...]], numbers: Sequence[int], limit: int) -> tuple[tuple[Choice, ...], ...]:
    """Return the choices with labels that buttons show whole: of a longer one its number and its beginning."""
    left = iter(numbers)
    return tuple(tuple(_shortened(choice, next(left), limit) for choice in row) for row in rows)


def _shortened(choice: Choice, number: int, limit: int) -> Choice:
    if len(choice.label) <= limit:
        return choice
    return choice.model_copy(update={"label": f"{number}. {choice.label}"[: limit - 1] + "…"})


def _menu(
    session: Session, chat: Chat, message: Outgoing, card_id: int | None, now: datetime
) -> tuple[list[int], Span]:
    choices = [choice for row in message.choices for choice in row]
    numbers = _numbers(session, chat.key, choices, card_id, now)
    lines = "\n".join(f"{number}. {choice.label}" for number, choice in zip(numbers, choices, strict=True))
    return numbers, Span(text=f"\n\n{lines}" if message.text else lines)


def _numbers(
    session: Session, chat_key: str, choices: Sequence[Choice], card_id: int | None, now: datetime
) -> list[int]:
    """Return a number for each choice and keep what it means; a card's old choices keep theirs, shown or not."""
    rows = session.scalars(_live(chat_key, now)).all()
    known = {row.token: row for row in rows if card_id is not None and row.card_id == card_id}
    fresh = [choice for choice in choices if choice.token not in known]
    if fresh:
        _forget_dead(session, chat_key, {row.number for row in rows})
    start = _free({row.number for row in rows}, len(fresh))
    for number, choice in enumerate(fresh, start):
        row = Menu(chat=chat_key, number=number, token=choice.token, card_id=card_id, written_at=now)
        session.add(row)
        known[choice.token] = row
    for choice in choices:
        known[choice.token].label = choice.label[:_LABEL_LIMIT]
    return [known[choice.token].number for choice in choices]


def _live(chat_key: str, now: datetime) -> Select[Menu]:
    lives = or_(Menu.written_at > now - LIVES, Card.closed.is_(False))
    return select(Menu).outerjoin(Card, Card.id == Menu.card_id).where(Menu.chat == chat_key, lives)


def _forget_dead(session: Session, chat_key: str, live: set[int]) -> None:
    """Free the numbers that nobody will answer any more, so that counting begins anew after a pause."""
    dead = delete(Menu).where(Menu.chat == chat_key, Menu.number.not_in(live))
    session.execute(dead, execution_options={"synchronize_session": "fetch"})


def _free(taken: set[int], count: int) -> int:
    """Return where `count` numbers in a row begin: after the highest taken, or in the first gap that is wide enough."""
    after = max(taken, default=0) + 1
    if after + count - 1 <= HIGHEST:
        return after
    gaps = (start for start in range(1, after) if taken.isdisjoint(range(start, start + count)))
    return next(gaps, after)


def _narrow(rows: Sequence[tuple[Choice, ...]], columns: int) -> tuple[tuple[Choice, ...], ...]:
    return tuple(row[at : at + columns] for row in rows for at in range(0, len(row), columns))


def _place(message: Outgoing) -> tuple[Span, ...]:
    location = message.location
    if location is None:
        return ()
    name = f"{location.name} " if location.name else ""
    text = f"📍 {name}{location.lat:.6f}, {location.lon:.6f}"
    return (Span(text=f"\n{text}" if message.text else text),)
