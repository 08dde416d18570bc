"""One bot on Telegram behind the port."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal

from starlette.routing import Route

from bot.channels.telegram.arriving import PATH, Poller, Webhook, webhook
from bot.channels.telegram.calls import MAX_DOWNLOAD, Call
from bot.channels.telegram.delivering import BlobStore, Delivery
from bot.channels.telegram.drivers import Name, connect
from bot.channels.telegram.reading import NAME, read
from bot.channels.telegram.refusals import too_big
from bot.channels.telegram.saying import CAPABILITIES, offering
from bot.clock import Clock, SystemClock
from bot.port import Chat, Command, DeliveryError, Incoming, Intake, Media, Outgoing, Receipt

log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot, by one of two drivers.

    `api` is the bare root of the Bot API server; `pause` the first of the growing pauses after trouble.
    """

    name = NAME
    capabilities = CAPABILITIES

    def __init__(
        self,
        token: str,
        blobs: BlobStore,
        *,
        driver: Name = "aiogram",
        api: str = "https://api.telegram.org",
        mode: Literal["polling", "webhook"] = "polling",
        webhook_secret: str = "",
        public_url: str = "",
        clock: Clock | None = None,
        pause: float = 1.0,
    ) -> None:
        self._driver = connect(driver, token, api)
        self._delivery = Delivery(self._driver, blobs)
        self._clock = clock or SystemClock()
        self._poller = Poller(self._driver, self._clock, pause)
        self.mode: str = mode
        self._secret = webhook_secret
        self._public_url = public_url
        self.account = self._driver.account
        self.start_link = ""

    def routes(self, intake: Intake) -> list[Route]:
        """Return the route that Telegram posts to; none when updates are polled."""
        if self.mode == "polling":
            return []
        hook = Webhook(self.account, self._secret, self._clock, intake)
        return [Route(PATH, hook.take, methods=["POST"])]

    async def introduce(self) -> str:
        """Ask Telegram who the bot is, and return (and keep) the link to which a start code is appended."""
        me = await self._driver.call(Call("getMe", {}))
        self.start_link = f"https://t.me/{me['username']}?start="
        return self.start_link

    async def check(self) -> str:
        """Ask Telegram who the bot is, and return its name. Raises `DeliveryError`."""
        await self.introduce()
        return self.start_link.removeprefix("https://t.me/").removesuffix("?start=")

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Read a raw update. Raises `Unparsable`."""
        return read(body, self.account)

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`."""
        del context
        return await self._delivery.send(int(chat.id), message)

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change what was said. Raises `DeliveryError`."""
        return await self._delivery.edit(int(chat.id), receipt, message)

    async def acknowledge(self, press_id: str) -> None:
        """Stop the button's spinner. Best effort."""
        try:
            await self._driver.call(Call("answerCallbackQuery", {"callback_query_id": press_id}))
        except DeliveryError as error:
            log.debug("telegram: a tap was not acknowledged (%s)", error)

    async def fetch(self, media: Media) -> bytes:
        """Bring a file of up to 20 MB. Raises `DeliveryError`."""
        if media.size is not None and media.size > MAX_DOWNLOAD:
            raise too_big()
        file = await self._driver.call(Call("getFile", {"file_id": media.ref}))
        return await self._driver.download(file["file_path"])

    async def let_go(self, media: Media, blob: str) -> None:
        """Do nothing: the original lies with Telegram."""

    async def receive(self, intake: Intake) -> None:
        """Poll until cancelled; with a webhook, tell Telegram where to post and return."""
        if self.mode == "webhook":
            await self._poller.insist(webhook(self._public_url, self._secret))
            return
        await self._poller.run(intake)

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Offer the command menu: the first language to everyone, each other to those whose Telegram speaks it."""
        for place, (language, menu) in enumerate(commands.items()):
            code = language.replace("_", "-").split("-")[0] if place else None
            try:
                await self._driver.call(offering(menu, chat, code))
            except DeliveryError as error:
                log.info("telegram: a command menu was not taken (%s)", error)

    async def close(self) -> None:
        """Close the connections."""
        await self._driver.close()
