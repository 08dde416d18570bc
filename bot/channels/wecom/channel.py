"""One self-built app on WeCom behind the port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import Route

from bot.channels.http.envelope import Seal
from bot.channels.wecom.arriving import Callbacks
from bot.channels.wecom.calls import API, Calls
from bot.channels.wecom.delivering import Delivery
from bot.channels.wecom.files import BlobStore, Files
from bot.channels.wecom.reading import NAME, read
from bot.channels.wecom.saying import CAPABILITIES
from bot.clock import Clock, SystemClock
from bot.port import Chat, Command, Incoming, Intake, Media, Outgoing, Receipt


class WeComChannel:
    """One app of one corporation: its members write to it, and it to them; groups it does not hear.

    `token` and `aes_key` are those of the app's callback (接收消息). Raises `ValueError` for a key that is none.
    """

    name, mode = NAME, "callback"

    def __init__(  # noqa: PLR0917 -- what the vendor's console shows of an app
        self,
        corp: str,
        agent: str,
        secret: str,
        token: str,
        aes_key: str,
        blobs: BlobStore,
        *,
        api: str = API,
        clock: Clock | None = None,
    ) -> None:
        self.account = agent
        self.capabilities = CAPABILITIES.model_copy(update={"realm": corp})
        self._corp = corp
        self._clock = clock or SystemClock()
        self._seal = Seal(token, aes_key, corp)
        self._calls = Calls(corp, secret, api, self._clock)
        files = Files(self._calls, blobs, self._clock)
        self._delivery = Delivery(self._calls, files, int(agent), self._clock)

    def routes(self, intake: Intake) -> list[Route]:
        """Return the routes that WeCom asks and posts to."""
        return Callbacks(self.account, self._seal, self._clock, intake).routes()

    async def check(self) -> str:
        """Ask for the app's name. Raises `DeliveryError`."""
        return str((await self._calls.get("/cgi-bin/agent/get", agentid=self.account)).get("name", self.account))

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Read a raw callback. Raises `Unparsable`."""
        return read(body, self.account, self._corp)

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`."""
        del context
        return await self._delivery.send(chat, message)

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change a card, once after each tap. Raises `DeliveryError`."""
        return await self._delivery.edit(chat, receipt, message)

    async def acknowledge(self, press_id: str) -> None:
        """Do nothing: a tap was acknowledged by the answer to its callback."""

    async def fetch(self, media: Media) -> bytes:
        """Bring what somebody sent, within three days. Raises `DeliveryError`."""
        return await self._calls.download(media.ref)

    async def let_go(self, media: Media, blob: str) -> None:
        """Do nothing: the original lies with WeCom."""

    async def receive(self, intake: Intake) -> None:
        """Return at once: WeCom posts."""

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Do nothing: an app's menu is made on the vendor's console, where an entry's key may be a command."""

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()
