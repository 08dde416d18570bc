"""Sessions that people opened by writing: while one lives, answers go through it and cost none of the month's calls."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from bot.clock import Clock

_REMEMBERED = 10_000
_MARGIN = 5.0
"""A session that dies within so many seconds is dead."""


class Session(NamedTuple):
    """An address to answer at, and until when, in Unix seconds."""

    url: str
    until: float


class Sessions:
    """The newest session of each chat, as far as this process heard; `root` is where all of them must lie.

    What is posted to us by HTTP is signed without its body, so an address in it is taken for nothing more than it is.
    """

    def __init__(self, root: str, clock: Clock) -> None:
        self._root = f"{root.rstrip('/')}/robot/sendBySession?"
        self._clock = clock
        self._newest: OrderedDict[str, Session] = OrderedDict()

    def remember(self, chat_id: str, context: dict[str, Any]) -> None:
        """Keep the session of a message that came in."""
        if session := self._read(context):
            self._newest[chat_id] = session
            self._newest.move_to_end(chat_id)
            if len(self._newest) > _REMEMBERED:
                self._newest.popitem(last=False)

    def find(self, chat_id: str, context: dict[str, Any] | None) -> str:
        """Return the address of the session that lives longest; nothing when none does."""
        found = (self._read(context or {}), self._newest.get(chat_id))
        session = max((each for each in found if each), key=lambda each: each.until, default=None)
        lives = session is not None and session.until - _MARGIN > self._clock.now().timestamp()
        return session.url if session is not None and lives else ""

    def forget(self, chat_id: str) -> None:
        """Drop a session that was refused."""
        self._newest.pop(chat_id, None)

    def _read(self, context: dict[str, Any]) -> Session | None:
        url, until = context.get("webhook"), context.get("until")
        is_ours = isinstance(url, str) and url.startswith(self._root) and isinstance(until, int | float)
        return Session(str(url), float(until or 0)) if is_ours else None
