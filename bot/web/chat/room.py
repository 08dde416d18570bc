"""What the page works with, chosen by `bot.app`: the channel's open pages, the inbox, the database, the city."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request

from bot.city.model import City
from bot.clock import Clock
from bot.config import Settings
from bot.port import Intake
from bot.services.words import Words
from bot.web.chat.limits import Limits
from bot.web.chat.refusal import Refused
from bot.web.chat.seats import Seat, Seats
from storage.blobs import Blobs
from storage.database import Database


class Live(Protocol):
    """Tells open pages that a chat has changed; the channel "web" does."""

    def ring(self, chat_id: str) -> None:
        """Let the open pages of a chat know."""
        ...

    def listening(self, chat_ids: Iterable[str]) -> AbstractContextManager[asyncio.Event]:
        """Give an event that is set whenever one of these chats changes."""
        ...


@dataclass
class Room:
    """The page's surroundings. `city` gives the city as it is now."""

    live: Live
    intake: Intake
    database: Database
    blobs: Blobs
    words: Words
    city: Callable[[], City]
    clock: Clock
    settings: Settings
    seats: Seats
    limits: Limits = field(default_factory=Limits)
    streams: Counter[str] = field(default_factory=Counter)
    closing: bool = False

    @property
    def is_demo(self) -> bool:
        """Whether one person plays all roles here."""
        return bool(self.settings.demo)

    @property
    def patience(self) -> float:
        """How many seconds an open page waits unasked; other processes' messages come without a ring."""
        return 15.0 if self.database.is_sqlite else 1.0

    def seated(self, request: Request) -> dict[str, Seat]:
        """Return the seats of whoever asks, by name. Raises `Refused`: no valid cookie."""
        seats = self.seats.of(request)
        if not seats:
            raise Refused(401, "page.error.cookie")
        return seats

    def seat(self, request: Request) -> Seat:
        """Return the seat that the address names. Raises `Refused`: not theirs."""
        try:
            return self.seated(request)[request.path_params["seat"]]
        except KeyError:
            raise Refused(404, "page.error.gone") from None

    def language(self, request: Request) -> str:
        """Return the language to show the page in: the one chosen, the browser's first known one, or the city's."""
        known = self.city().settings.languages
        if (chosen := request.cookies.get("pk_language")) in known:
            return str(chosen)
        for part in request.headers.get("accept-language", "").split(","):
            head = part.split(";")[0].strip().lower().split("-")[0]
            if found := next((name for name in known if head and name.lower().split("_")[0] == head), ""):
                return found
        return known[0]
