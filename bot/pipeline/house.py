"""What the pipeline works with and `bot.app` (or a test) has chosen: channels, city, words, and how to degrade."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.city.model import City
from bot.port import Capabilities, Channel, Chat, Outgoing
from bot.services import people
from bot.services.desk import Desk
from bot.services.post import Degrade, Post
from bot.services.words import Words
from storage.session import BatchSession

Account = tuple[str, str]
"""(channel, account): one sender, one poller, one set of limits."""

Understand = Callable[[Capabilities, Session, str, str, datetime], str | None]
"""(capabilities, session, chat key, text, now) → the token of the choice that a text means, where they are numbered."""


class House:
    """The adapters, the city as it is now, and the words."""

    def __init__(
        self,
        channels: Iterable[Channel],
        city: City,
        words: Words,
        *,
        degrade: Degrade | None = None,
        understand: Understand | None = None,
        public_url: str = "",
    ) -> None:
        self.channels = {(channel.name, channel.account): channel for channel in channels}
        self.words = words
        self.move_to(city)
        self.degrade = degrade or _unchanged
        self.understand = understand or _nothing
        self.public_url = public_url

    @cached_property
    def capabilities(self) -> dict[Account, Capabilities]:
        """What each account can do."""
        return {account: channel.capabilities for account, channel in self.channels.items()}

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.settings.time_zone)

    def move_to(self, city: City) -> None:
        """Work for this city from now on, and tell times in its zone."""
        self.city = city
        self.words.zone = self.zone

    @property
    def start_link(self) -> str:
        """A link to which a start code is appended, of the first channel that has one."""
        return next((link for link in self.start_links if link), "")

    @property
    def start_links(self) -> list[str]:
        """Such a link of each channel, empty where there is none (yet)."""
        return [getattr(channel, "start_link", "") for channel in self.channels.values()]

    @start_links.setter
    def start_links(self, links: list[str]) -> None:
        for channel, link in zip(self.channels.values(), links, strict=True):
            if link:
                channel.start_link = link  # type: ignore[attr-defined]

    def desk(self, session: BatchSession, post: Post, now: datetime) -> Desk:
        """Lay out what a service needs in this transaction."""
        return Desk(session, now, self.city, self.words, post, self.public_url, self.start_link)

    def post(self, session: BatchSession, now: datetime) -> Post:
        """Open the post of a transaction, in which only the channels there are can reach anybody."""
        people.reach_by(session, self.capabilities)
        return Post(session, self.capabilities, self.degrade, now)


def _unchanged(
    _session: Session, _chat: Chat, message: Outgoing, _capabilities: Capabilities, _card: int | None, _now: datetime
) -> Outgoing:
    return message


def _nothing(_capabilities: Capabilities, _session: Session, _chat: str, _text: str, _now: datetime) -> str | None:
    return None
