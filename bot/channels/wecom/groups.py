"""Groups on WeCom, which are spoken to and never heard: the chats that the app made (appchat), and group robots."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bot.channels.wecom.calls import API, Calls
from bot.channels.wecom.delivering import NEVER, patiently, with_content
from bot.channels.wecom.files import BlobStore, Files
from bot.channels.wecom.reading import NAME
from bot.channels.wecom.refusals import Json, gone
from bot.channels.wecom.saying import LIMIT, Part, parts
from bot.clock import Clock, SystemClock
from bot.port import (
    Capabilities,
    Chat,
    Command,
    DeliveryError,
    Incoming,
    Intake,
    Media,
    Outgoing,
    Pacing,
    Receipt,
    Span,
)
from bot.port import Unparsable as Unheard

ACCOUNT, APPCHAT, ROBOT = "groups", "appchat:", "robot:"
_APPCHAT_SEND = "/cgi-bin/appchat/send"
ROBOT_IMAGE = 2 * 1024 * 1024
"""Bytes of a robot's picture (path/91770)."""
CAPABILITIES = Capabilities(
    text_limit=LIMIT, text_unit="utf8", buttons=False, max_buttons=0, edits=False, location_in=False, hears=False,
    # A robot may say 20 things a minute, and a message with photos is several.
    keeps_exif="never", pacing=Pacing(group_per_minute=14),
)  # fmt: skip


class WeComGroups:
    """The chat `appchat:<chatid>` is a group that the app made, `robot:<name>` the group of the robot of that name.

    `robots` maps names of ours to the robots' keys. Without corp and secret there are robots only.
    """

    name, account, mode = NAME, ACCOUNT, "none"

    def __init__(
        self,
        robots: Mapping[str, str],
        blobs: BlobStore,
        *,
        corp: str = "",
        secret: str = "",
        api: str = API,
        clock: Clock | None = None,
    ) -> None:
        self.capabilities = CAPABILITIES.model_copy(update={"realm": corp})
        self._robots = dict(robots)
        self._calls = Calls(corp, secret, api, clock or SystemClock())
        self._files = Files(self._calls, blobs, clock or SystemClock())

    async def check(self) -> str:
        """Return the robots' names; a robot cannot be asked anything without its speaking."""
        return ", ".join(self._robots)

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Raise `Unparsable`: nothing comes in."""
        raise Unheard(f"{len(body)} characters to groups that are not heard")

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`."""
        del context
        mentioned = [span.mention for span in message.text if span.mention]
        text = tuple(_called(span) for span in message.text) if mentioned else message.text
        said = list(parts(message.model_copy(update={"choices": (), "text": text})))
        if not said:
            raise DeliveryError("refused", permanent=True, detail="nothing to say")
        for place, part in enumerate(said):
            whom = mentioned if part is said[-1] else ()  # once, however many messages it becomes
            await patiently(partial(self._say, chat, part, whom), has_begun=place > 0)
        return Receipt(id=secrets.token_hex(8), editable_until=NEVER, messages=len(said))

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Raise `DeliveryError`: nothing can be edited."""
        raise gone(f"{chat.id} {receipt.id} {len(message.text)}")

    async def acknowledge(self, press_id: str) -> None:
        """Do nothing: nothing can be tapped."""

    async def fetch(self, media: Media) -> bytes:
        """Raise `DeliveryError`: nothing comes in."""
        raise gone(f"{len(media.ref)} characters")

    async def let_go(self, media: Media, blob: str) -> None:
        """Do nothing."""

    async def receive(self, intake: Intake) -> None:
        """Return at once: nothing comes in."""

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Do nothing: groups take no commands."""

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    # --- the two ways -------------------------------------------------------------------------------------------------

    async def _say(self, chat: Chat, part: Part, mentioned: Sequence[str]) -> None:
        if chat.id.startswith(APPCHAT):
            where = {"chatid": chat.id.removeprefix(APPCHAT)}
            await with_content(part, self._files, lambda what: self._calls.post(_APPCHAT_SEND, {**where, **what}))
            return
        key = self._robots.get(chat.id.removeprefix(ROBOT))
        if key is None:
            raise DeliveryError("blocked", permanent=True, detail="no robot of that name")
        await self._calls.post_by_key(key, _mentioning(await self._by_robot(key, part), mentioned))

    async def _by_robot(self, key: str, part: Part) -> Json:
        if part.words is not None:
            return part.words
        if part.photo:
            return _picture(await self._files.data(part.photo))
        blob, name = part.document
        media_id = await self._calls.upload_by_key(key, name, await self._files.data(blob))
        return {"msgtype": "file", "file": {"media_id": media_id}}


def _picture(data: bytes) -> Json:
    if len(data) > ROBOT_IMAGE:
        raise DeliveryError("refused", permanent=True, detail="picture is too big")
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(data).decode(), "md5": digest}}


def _called(span: Span) -> Span:
    """Return the span without its bold: only texts can call people by name, and that matters more."""
    return span.model_copy(update={"bold": False})


def _mentioning(what: Json, mentioned: Sequence[str]) -> Json:
    """Add whom a text calls by name; only texts can."""
    if not mentioned or what["msgtype"] != "text":
        return what
    return {**what, "text": {**what["text"], "mentioned_list": list(mentioned)}}
