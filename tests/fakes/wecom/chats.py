"""What members and groups see."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_MARKED = re.compile(r"\*\*(.+?)\*\*|\[(.+?)\]\((.+?)\)", re.DOTALL)


@dataclass
class Card:
    """A card, by its task id; the code that changes it is good once."""

    body: Json
    user: str
    code: str
    code_until: float
    history: list[Json] = field(default_factory=list)

    @property
    def buttons(self) -> dict[str, str]:
        """What can be tapped: label → key."""
        if self.body.get("replace_text"):
            return {}
        return {button["text"]: button["key"] for button in self.body.get("button_list", [])}

    @property
    def text(self) -> str:
        """Its title and what stands below."""
        words = self.body.get("sub_title_text", "")
        return self.body["main_title"]["title"] + (f"\n{words}" if words else "")

    @property
    def links(self) -> list[str]:
        """Where it leads."""
        return [jump["url"] for jump in self.body.get("jump_list", [])]


@dataclass
class Shown:
    """A message as it is seen: words, a photo or a file (its name and bytes), or a card."""

    content: Json
    photo: bytes = b""
    file: tuple[str, bytes] | None = None
    card: Card | None = None

    @property
    def text(self) -> str:
        """Its words, as a reader sees them."""
        if self.card:
            return self.card.text
        if "markdown" in self.content:
            return _MARKED.sub(lambda found: found[1] or found[2], self.content["markdown"]["content"])
        return _LINK.sub(r"\2", self.content.get("text", {}).get("content", ""))

    @property
    def bold(self) -> list[str]:
        """What is bold."""
        found = _MARKED.findall(self.content.get("markdown", {}).get("content", ""))
        return [bold for bold, _, _ in found if bold]

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        if self.card:
            return self.card.links
        marked = [url for _, _, url in _MARKED.findall(self.content.get("markdown", {}).get("content", "")) if url]
        plain = self.content.get("text", {}).get("content", "")
        return marked or [html.unescape(url) for url, _ in _LINK.findall(plain)]

    @property
    def labels(self) -> list[str]:
        """What can be tapped."""
        return list(self.card.buttons) if self.card else []


@dataclass
class Chat:
    """The messages to a member or a group, and when each came; what came too often nobody sees."""

    messages: list[Shown] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    dropped: int = 0

    def is_full(self, now: float, limits: tuple[tuple[int, float], ...]) -> bool:
        """Tell whether one more would be too many in one of the windows, counting it."""
        full = any(sum(at > now - seconds for at in self.times) >= most for most, seconds in limits)
        if full:
            self.dropped += 1
        else:
            self.times.append(now)
        return full
