"""People at their phones, each platform's in its own way: what they do, and what they see."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from uuid import uuid4

import httpx

from tests.channels.contract import Seen
from tests.fakes.bot_api.people import User
from tests.fakes.dingtalk.people import Group
from tests.fakes.dingtalk.people import Person as Colleague
from tests.fakes.wecom import Member

PATIENCE = 20
"""Seconds after which what should be seen is taken not to come."""


class Hand(ABC):
    """Somebody in their private chat with the bot."""

    @abstractmethod
    async def says(self, words: str) -> None:
        """Write words."""

    @abstractmethod
    async def sends_photo(self, data: bytes, words: str = "") -> None:
        """Send a photo, with words if there are any."""

    @abstractmethod
    async def messages(self) -> list[Seen]:
        """Return what the bot has said and still stands, oldest first."""

    @abstractmethod
    async def taps(self, label: str) -> None:
        """Tap the newest choice of this label."""

    async def sees(self, *texts: str, after: int = 0) -> Seen:
        """Wait until one message, of those after the first so many, says all of this; return the newest that does."""
        return await self._until(*texts, after=after)

    async def chooses(self, label: str) -> None:
        """Wait until this can be chosen, and choose it: by a tap, or by its number where choices are numbered."""
        seen = await self._until(labels=(label,))
        if label in seen.labels:
            await self.taps(label)
        else:
            await self.says(next(number for number, said in numbered(seen.text) if said == label))

    async def finishes(self, words: str, photo: bytes) -> None:
        """Close a case, with a photo and words."""
        before = len(await self.messages())
        await self.chooses("办结")
        await self.sees("请发办好后的照片", after=before)
        await self.sends_photo(photo, words)
        await self.sees(words)
        await self.chooses("办结")

    async def _until(self, *texts: str, labels: tuple[str, ...] = (), after: int = 0) -> Seen:
        seen: list[Seen] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    seen = await self.messages()
                    for each in reversed(seen[after:]):
                        offered = {*each.labels, *(label for _, label in numbered(each.text))}
                        if all(text in each.text for text in texts) and offered.issuperset(labels):
                            return each
                    await asyncio.sleep(0.02)
        except TimeoutError:
            said = "\n---\n".join(f"{each.text}\n{each.labels}" for each in seen)
            raise AssertionError(f"{texts or labels} not seen:\n{said}") from None


def numbered(text: str) -> Iterator[tuple[str, str]]:
    """Yield the numbered choices of a message, as (number, label)."""
    for line in text.splitlines():
        number, dot, label = line.partition(". ")
        if dot and number.isdigit():
            yield number, label


class PageHand(Hand):
    """A visitor of the chat page, by its own API."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, headers={"X-Pointkeeper": "1"}, timeout=PATIENCE)
        self._known = False

    async def says(self, words: str) -> None:
        await self._post(json={"id": uuid4().hex, "text": words})

    async def sends_photo(self, data: bytes, words: str = "") -> None:
        files = {"photos": ("photo.jpg", data, "image/jpeg")}
        await self._post(data={"id": uuid4().hex, "text": words}, files=files)

    async def messages(self) -> list[Seen]:
        return [
            Seen("".join(span["text"] for span in each["text"]), labels(each), len(each["photos"]))
            for each in await self._messages()
            if each["by"] == "bot"
        ]

    async def taps(self, label: str) -> None:
        each = next(each for each in reversed(await self._messages()) if label in labels(each))
        token = next(choice["token"] for row in each["choices"] for choice in row if choice["label"] == label)
        await self._post(json={"id": uuid4().hex, "press": token, "message": each["id"]})

    async def close(self) -> None:
        await self._client.aclose()

    async def _messages(self) -> list[dict]:
        return (await self._client.get("/chat/messages")).json()["seats"]["me"]["messages"] if self._known else []

    async def _post(self, **request) -> None:
        if not self._known:
            await self._client.get("/")  # the page gives a stranger a cookie
            self._known = True
        (await self._client.post("/chat/seats/me/messages", **request)).raise_for_status()


def labels(message: dict) -> list[str]:
    return [choice["label"] for row in message["choices"] for choice in row]


class TelegramHand(Hand):
    """Somebody on the fake Bot API."""

    def __init__(self, user: User) -> None:
        self._user = user

    async def says(self, words: str) -> None:
        self._user.sends(words)

    async def sends_photo(self, data: bytes, words: str = "") -> None:
        self._user.sends_photo(data, words)

    async def messages(self) -> list[Seen]:
        ours = [each for each in self._user.messages if each.json["from"]["is_bot"]]
        return [
            Seen(each.json.get("text", each.json.get("caption", "")), each.labels, 1 if "photo" in each.json else 0)
            for each in ours
        ]

    async def taps(self, label: str) -> None:
        self._user.presses(label)


class DingTalkHand(Hand):
    """Somebody on the fake DingTalk; in a group, if one is given, where what they say is said to the robot."""

    def __init__(self, colleague: Colleague, group: Group | None = None) -> None:
        self._colleague, self._group = colleague, group

    async def says(self, words: str) -> None:
        self._colleague.says(words, self._group)

    async def sends_photo(self, data: bytes, words: str = "") -> None:
        if words:
            self._colleague.sends_rich(words, data, group=self._group)
        else:
            self._colleague.sends_picture(data, self._group)

    async def messages(self) -> list[Seen]:
        chat = self._group or self._colleague.chat
        return [Seen(each.text, list(each.buttons), len(each.photos)) for each in chat.messages]

    async def taps(self, label: str) -> None:
        self._colleague.presses(label, self._group)


class WeComHand(Hand):
    """A member on the fake WeCom, where a photo comes without words."""

    def __init__(self, member: Member) -> None:
        self._member = member

    async def says(self, words: str) -> None:
        self._member.says(words)

    async def sends_photo(self, data: bytes, words: str = "") -> None:
        self._member.sends_photo(data)
        if words:
            self._member.says(words)

    async def messages(self) -> list[Seen]:
        shown = self._member.wecom.chat(self._member.id).messages
        return [Seen(each.text, each.labels, 1 if each.photo else 0) for each in shown]

    async def taps(self, label: str) -> None:
        self._member.presses(label)
