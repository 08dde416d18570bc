"""How updates come in: asked for by long polling, or posted to the webhook. Confirmed only when they are kept."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.channels.http.posts import bounded, too_large, try_again
from bot.channels.telegram.calls import Call, Driver, Json
from bot.channels.telegram.reading import ALLOWED, envelope, scrap
from bot.clock import Clock
from bot.port import DeliveryError, Envelope, Intake

log = logging.getLogger(__name__)

PATH = "/telegram/webhook"
_WAIT = 25
"""For so many seconds an empty getUpdates hangs."""
_LONGEST_PAUSE = 30.0
_CONNECTIONS = 100
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 -- a header's name


class Poller:
    """The one loop an account that asks for updates. What was kept is confirmed by the next question."""

    def __init__(self, driver: Driver, clock: Clock, pause: float = 1.0) -> None:
        self._driver = driver
        self._clock = clock
        self._pause = pause

    async def run(self, intake: Intake) -> NoReturn:
        """Poll until cancelled; trouble on either side only makes it slower."""
        await self.insist(Call("deleteWebhook", {}))
        offset, failures = None, 0
        while True:
            try:
                offset = await self._take(intake, offset)
                failures = 0
            except Exception as error:  # noqa: BLE001 -- the database's troubles too pass; the updates wait for us
                failures += 1
                await self._rest(error, failures)

    async def insist(self, call: Call) -> Any:
        """Call until it succeeds."""
        failures = 0
        while True:
            try:
                return await self._driver.call(call)
            except DeliveryError as error:
                failures += 1
                await self._rest(error, failures)

    async def _take(self, intake: Intake, offset: int | None) -> int | None:
        params: Json = {"timeout": _WAIT, "allowed_updates": ALLOWED}
        question = Call("getUpdates", params if offset is None else {**params, "offset": offset})
        updates: list[Json] = await self._driver.call(question, _WAIT + 10)
        if not updates:
            return offset
        now = self._clock.now()
        await intake([envelope(update, self._driver.account, now) for update in updates])
        return max(int(update["update_id"]) for update in updates) + 1

    async def _rest(self, error: Exception, failures: int) -> None:
        asked = error.retry_after if isinstance(error, DeliveryError) else None
        pause = asked or min(self._pause * 2 ** (min(failures, 10) - 1), _LONGEST_PAUSE)
        why = error if isinstance(error, DeliveryError) else type(error).__name__
        log.warning("telegram: no updates (%s), next try in %.1f s", why, pause)
        await asyncio.sleep(pause)


def webhook(url: str, secret: str) -> Call:
    """Return the call that makes Telegram post updates to us."""
    where = {"url": url.rstrip("/") + PATH, "secret_token": secret}
    return Call("setWebhook", {**where, "allowed_updates": ALLOWED, "max_connections": _CONNECTIONS})


def acknowledgement(press_id: str) -> Response:
    """Return the answer to a posted tap that acknowledges it as well, which saves a call."""
    return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": press_id})


class Webhook:
    """Answers Telegram's posts: 200 once the update is kept, so that nothing is lost and nothing is sent for ever."""

    def __init__(self, account: str, secret: str, clock: Clock, intake: Intake) -> None:
        if not secret:
            raise ValueError("a webhook needs a secret")
        self._account = account
        self._secret = secret.encode()
        self._clock = clock
        self._intake = intake

    async def take(self, request: Request) -> Response:
        """Take a post in. Only the secret tells who it is from: addresses in headers are anybody's word."""
        told = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(told.encode(errors="replace"), self._secret):
            return PlainTextResponse("wrong secret", status_code=403)
        body = await bounded(request)
        if body is None:
            return too_large()
        envelope = self._envelope(body)
        try:
            await self._intake([envelope.model_copy(update={"press_id": ""}) if envelope.press_id else envelope])
        except Exception as error:  # noqa: BLE001 -- whatever it was, Telegram shall come again
            log.warning("telegram: an update could not be kept (%s)", type(error).__name__)
            return try_again()
        return acknowledgement(envelope.press_id) if envelope.press_id else Response(status_code=200)

    def _envelope(self, body: bytes) -> Envelope:
        """Wrap the body; what is no JSON is kept as well: whoever knows the secret meant something by it."""
        try:
            return envelope(json.loads(body), self._account, self._clock.now())
        except (ValueError, RecursionError):
            return scrap(body.decode(errors="replace"), self._account)
