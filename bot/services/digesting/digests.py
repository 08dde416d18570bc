"""Digests ordered: their making is a chore, and its result is sent to all who get the same one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.city.model import City
from bot.port import Capabilities, Chat
from bot.reports.facts import Scope
from bot.reports.period import Kind, Period
from bot.services import people
from bot.services.desk import Desk
from bot.services.digesting.asking import LONGEST
from bot.services.digesting.readership import SUBSCRIBERS, scopes, scopes_of
from storage.models import BoundChat, Subscription

CHORE, TABLE = "digest", "digest_table"
_LONGEST = 3500
"""More is too much for a phone, whatever the platform takes."""
_WHAT = re.compile(r"([a-z])(\d{1,7})-(\d{1,7})\.(.*)")
_MENU = 250
"""What is left for choices, where they become lines of the text."""


class Room(NamedTuple):
    """How long a text may be, in which unit that is counted, and whether people are heard (as in `Capabilities`)."""

    limit: int
    measure: str
    heard: bool = True


class What(NamedTuple):
    """What a digest is of: `str` gives it short enough for a token, `read` takes it from there."""

    kind: Kind
    period: Period
    scope: Scope

    def __str__(self) -> str:
        first, last = self.period.first.toordinal(), self.period.last.toordinal()
        return f"{self.kind.value[0]}{first}-{last}.{self.scope.unit}"


def read(text: str, city: City) -> What | None:
    """Return what is meant; None for what means nothing, or a unit that is no more."""
    match = _WHAT.fullmatch(text)
    if match is None or (match[4] and match[4] not in city.units):
        return None
    kind = next((kind for kind in Kind if kind.value.startswith(match[1])), None)
    first, last = (int(match[each]) for each in (2, 3))
    if kind is None or not 0 < first <= last <= min(first + LONGEST, date.max.toordinal()):
        return None
    period = Period(date.fromordinal(first), date.fromordinal(last), ZoneInfo(city.settings.time_zone))
    return What(kind, period, Scope(match[4]))


@dataclass(frozen=True, slots=True)
class Order:
    """A digest, or its full table, for some chats.

    By its key it is sent once, however often it is made; what has not arrived by `until` never will. `context` is what
    a platform wants back with an answer.
    """

    what: What
    language: str
    chats: tuple[Chat, ...]
    key: str
    until: datetime
    context: dict[str, Any] | None = None

    def args(self, now: datetime) -> dict[str, Any]:
        """Return it as a chore's arguments."""
        return {
            "what": str(self.what), "language": self.language, "key": self.key, "made_at": now.isoformat(),
            "until": self.until.isoformat(), "context": self.context,
            "chats": [chat.model_dump(mode="json") for chat in self.chats],
        }  # fmt: skip


def send(desk: Desk, kind: Kind, period: Period, slot: datetime, until: datetime) -> None:
    """Order the digests of a period for all groups that were bound by then (`slot`), and for all subscribers."""
    chats: defaultdict[tuple[Scope, str, Room], dict[str, Chat]] = defaultdict(dict)
    for chat, language, scope in (*_groups(desk, slot), *_subscribers(desk, kind)):
        chats[scope, language, room(desk.post.capabilities(chat))][chat.key] = chat
    for (scope, language, space), to in chats.items():
        what = What(kind, period, scope)
        key = f"{what}:{language}:{space.limit}:{space.measure}:{space.heard:d}"
        order(desk, Order(what, language, tuple(to.values()), key, until), space)


def order(desk: Desk, what: Order, space: Room) -> None:
    """Order a digest in words and as a picture."""
    desk.post.chore(CHORE, _lane(what.chats), what.args(desk.now) | space._asdict(), expires=what.until)


def order_table(desk: Desk, what: Order) -> None:
    """Order the full table."""
    desk.post.chore(TABLE, _lane(what.chats), what.args(desk.now), expires=what.until)


def room(capabilities: Capabilities) -> Room:
    """Return how long a digest may be on a platform."""
    return Room(min(_LONGEST, capabilities.text_limit) - _MENU, capabilities.text_unit, capabilities.hears)


def _lane(chats: Iterable[Chat]) -> str:
    """Return where the result is handled in order: in the only chat, or in a lane of its own."""
    keys = [chat.key for chat in chats]
    return keys[0] if len(keys) == 1 else f"{CHORE}:"


def _groups(desk: Desk, slot: datetime) -> Iterator[tuple[Chat, str, Scope]]:
    units: defaultdict[str, list[BoundChat]] = defaultdict(list)
    bonds_then = select(BoundChat).where(BoundChat.bound_at <= slot).order_by(BoundChat.chat, BoundChat.unit)
    for bound in desk.session.scalars(bonds_then):
        units[bound.chat].append(bound)
    for bonds in units.values():
        chat = Chat.model_validate_json(bonds[0].chat_body)
        language = bonds[0].language or desk.language_of(None)
        yield from ((chat, language, scope) for scope in scopes(desk.city, {bound.unit for bound in bonds}))


def _subscribers(desk: Desk, kind: Kind) -> Iterator[tuple[Chat, str, Scope]]:
    wanted = Kind.DAILY if kind is Kind.FLASH else kind
    ids = desk.session.scalars(select(Subscription.person_id).where(Subscription.kind == wanted.value)).all()
    persons = {person.id: person for person in (people.merged(desk.session, each) for each in ids)}
    for person in persons.values():
        chat = people.private_chat(desk.session, person.id)
        if chat is not None:
            for scope in scopes_of(desk, person, SUBSCRIBERS):
                yield chat, desk.language_of(person), scope
