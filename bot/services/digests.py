"""Digests ordered: their making is a chore, and its result is sent to all who get the same one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.port import Capabilities, Chat
from bot.reports.facts import Scope
from bot.reports.period import Kind, Period
from bot.services import people
from bot.services.desk import Desk
from bot.services.readership import SUBSCRIBERS, scopes, scopes_of
from storage.models import BoundChat, Subscription

CHORE, TABLE = "digest", "digest_table"
_LONGEST = 3500
"""So many letters fit on a few screens of a phone, and on every platform but those with limits of their own."""
_MENU = 250
"""What is left for choices, where they become lines of the text."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a digest, or its table, is to be made of."""

    kind: Kind
    period: Period
    scope: Scope

    def args(self, now: datetime) -> dict[str, Any]:
        """Return it as a chore's arguments."""
        return {
            "kind": self.kind.value, "first": self.period.first.isoformat(), "last": self.period.last.isoformat(),
            "unit": self.scope.unit, "made_at": now.isoformat(),
        }  # fmt: skip


def send(desk: Desk, kind: Kind, period: Period, until: datetime) -> None:
    """Order the digests of a period for all groups and subscribers; what has not arrived by `until` never will."""
    chats: defaultdict[tuple[Scope, str, int], dict[str, Chat]] = defaultdict(dict)
    for chat, language, scope in (*_groups(desk), *_subscribers(desk, kind)):
        chats[scope, language, room(desk.post.capabilities(chat))][chat.key] = chat
    for (scope, language, letters), to in chats.items():
        key = f"{kind}:{period.first}:{period.last}:{scope.unit}:{language}:{letters}"
        order(desk, Order(kind, period, scope), to.values(), language, letters, key=key, until=until)


def order(
    desk: Desk, what: Order, chats: Iterable[Chat], language: str, letters: int, *, key: str, until: datetime
) -> None:
    """Order a digest for these chats, of so many letters at most; by its key it is sent once, however often made."""
    to = [chat.model_dump(mode="json") for chat in chats]
    args = {"key": key, "language": language, "letters": letters, "until_sent": until.isoformat(), "chats": to}
    desk.post.chore(CHORE, f"{CHORE}:{what.scope.unit}", what.args(desk.now) | args, expires=until)


def room(capabilities: Capabilities) -> int:
    """Return how many letters of a digest fit into one message of a platform, whatever they are."""
    widest = 1 if capabilities.text_unit == "utf16" else 3
    return min(_LONGEST, capabilities.text_limit // widest) - _MENU


def _groups(desk: Desk) -> Iterator[tuple[Chat, str, Scope]]:
    units: defaultdict[str, list[BoundChat]] = defaultdict(list)
    for bound in desk.session.scalars(select(BoundChat).order_by(BoundChat.chat, BoundChat.unit)):
        units[bound.chat].append(bound)
    for bonds in units.values():
        chat = Chat.model_validate_json(bonds[0].chat_body)
        language = bonds[0].language or desk.language_of(None)
        yield from ((chat, language, scope) for scope in scopes(desk.city, {bound.unit for bound in bonds}))


def _subscribers(desk: Desk, kind: Kind) -> Iterator[tuple[Chat, str, Scope]]:
    wanted = Kind.DAILY if kind is Kind.FLASH else kind
    ids = desk.session.scalars(select(Subscription.person_id).where(Subscription.kind == wanted.value))
    persons = {person.id: person for each in ids for person in [people.merged(desk.session, each)]}
    for person in persons.values():
        chat = people.private_chat(desk.session, person.id)
        if chat is not None:
            for scope in scopes_of(desk, person, SUBSCRIBERS):
                yield chat, desk.language_of(person), scope
