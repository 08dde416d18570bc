"""One internal application's robot on DingTalk behind the port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Literal

from starlette.routing import Route

from bot.channels.dingtalk.arriving import Arrivals
from bot.channels.dingtalk.calls import Calls, Roots
from bot.channels.dingtalk.cards import ROUTE
from bot.channels.dingtalk.delivering import Delivery, Manner
from bot.channels.dingtalk.files import BlobStore, Files
from bot.channels.dingtalk.meter import Uncounted, Uses
from bot.channels.dingtalk.posted import TAPS, Posts
from bot.channels.dingtalk.reading import NAME, read
from bot.channels.dingtalk.saying import CAPABILITIES, CARDS
from bot.channels.dingtalk.sessions import Sessions
from bot.channels.dingtalk.signature import secret_of_cards
from bot.channels.dingtalk.stream import Stream
from bot.channels.dingtalk.subscribed import Subscription
from bot.channels.http.envelope import Seal
from bot.clock import Clock, SystemClock
from bot.port import Chat, Command, DeliveryError, Incoming, Intake, Media, Outgoing, Receipt

log = logging.getLogger(__name__)

_AGAIN = 30.0


class DingTalkChannel:
    """One robot. `robot` is its code (the client id, unless told otherwise), `corp` the organisation that people are
    of where a message does not say; `template` the id of the cards' template; `pause` the first of the growing pauses.
    With the token and the AES key of an event subscription, events are taken that are posted; otherwise the stream's.
    Raises `ValueError` for a key that is none.
    """

    name = NAME

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        blobs: BlobStore,
        *,
        robot: str = "",
        corp: str = "",
        mode: Literal["stream", "http"] = "stream",
        template: str = "",
        event_token: str = "",
        event_aes_key: str = "",
        public_url: str = "",
        roots: Roots | None = None,
        uses: Uses | None = None,
        clock: Clock | None = None,
        pause: float = 1.0,
    ) -> None:
        self.account = robot or client_id
        self.mode: Literal["stream", "http"] = mode
        self.capabilities = (CARDS if template else CAPABILITIES).model_copy(update={"realm": corp})
        self._clock = clock or SystemClock()
        self._uses = uses or Uncounted()
        roots = roots or Roots()
        self._calls = Calls(client_id, client_secret, roots, self._clock, self._uses)
        self._sessions = Sessions(roots.oapi, self._clock)
        self._files = Files(self._calls, blobs, self.account, self._clock)
        manner = Manner(self.account, template, by_http=mode == "http")
        self._delivery = Delivery(self._calls, self._files, self._sessions, manner)
        self._realm = corp or client_id
        owners = dict.fromkeys(each for each in (client_id, corp) if each and event_token)
        self._seals = [Seal(event_token, event_aes_key, owner) for owner in owners]
        self._public_url = public_url
        self._pause = pause

    def routes(self, intake: Intake) -> list[Route]:
        """Return the routes that DingTalk posts to; none for what it pushes by the stream."""
        arrivals = self._arrivals(intake)
        posts = Posts(self._calls.client_secret, self._clock, arrivals).routes() if self.mode == "http" else []
        return [*posts, *(Subscription(self._seals, self._clock, arrivals).routes() if self._seals else [])]

    async def check(self) -> str:
        """Get a token, and return the robot's code: its name nobody tells. Raises `DeliveryError`."""
        await self._calls.check()
        return self.account

    # --- the port -----------------------------------------------------------------------------------------------------

    def parse(self, body: str) -> Incoming:
        """Read what arrived. Raises `Unparsable`."""
        return read(body, self.account, self._realm)

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say it. Raises `DeliveryError`."""
        return await self._delivery.send(chat, message, context)

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Change a card. Raises `DeliveryError`."""
        return await self._delivery.edit(chat, receipt, message)

    async def acknowledge(self, press_id: str) -> None:
        """Do nothing: a tap was acknowledged as it came in."""

    async def fetch(self, media: Media) -> bytes:
        """Bring a file of up to 20 MB. Raises `DeliveryError`."""
        return await self._files.fetch(media)

    async def let_go(self, media: Media, blob: str) -> None:
        """Do nothing: the original lies with DingTalk."""

    async def receive(self, intake: Intake) -> None:
        """Hold the stream until cancelled; with HTTP, tell DingTalk where to post taps and return."""
        if self.mode == "http":
            await self._register()
            return
        await Stream(self._calls, self._arrivals(intake), self._pause).run()

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Do nothing: there are no menus of commands but those that are made on the vendor's console."""

    async def close(self) -> None:
        """Close the connections, and write down what was counted."""
        await self._calls.close()
        await self._uses.write()

    async def _register(self) -> None:
        """Tell where taps on cards are to be posted, until it is taken. Where messages go, only the console knows."""
        where = {"callbackUrl": self._public_url.rstrip("/") + TAPS, "callbackRouteKey": ROUTE, "forceUpdate": True}
        secret = secret_of_cards(self._calls.client_secret)
        while self.capabilities.edits:
            try:
                await self._calls.call("POST", "/v1.0/card/callbacks/register", {**where, "apiSecret": secret})
            except DeliveryError as error:
                log.warning("dingtalk: where taps go was not taken (%s)", error)
                await asyncio.sleep(error.retry_after or _AGAIN)
            else:
                return

    def _arrivals(self, intake: Intake) -> Arrivals:
        return Arrivals(self.account, self._sessions, self._clock, intake)
