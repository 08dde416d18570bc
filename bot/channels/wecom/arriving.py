"""What WeCom posts to us: proof of the address (GET), and callbacks (POST), answered once they are kept."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.http.envelope import EnvelopeError, Seal, Stale, Unreadable
from bot.channels.http.posts import bounded, too_large, try_again
from bot.channels.wecom.envelope import encrypted_part
from bot.channels.wecom.reading import envelope
from bot.clock import Clock
from bot.port import Intake

log = logging.getLogger(__name__)

PATH = "/wecom/callback"
FRESH = timedelta(hours=1)
"""What is older is none of WeCom's own redeliveries, and the inbox does not know it again for ever."""


class Callbacks:
    """Answers an app's callbacks. Nothing is said in the answer: what there is to say is sent when it is known."""

    def __init__(self, account: str, seal: Seal, clock: Clock, intake: Intake) -> None:
        self._account = account
        self._seal = seal
        self._clock = clock
        self._intake = intake

    def routes(self) -> list[Route]:
        """Return where WeCom asks and posts."""
        return [Route(PATH, self.prove, methods=["GET"]), Route(PATH, self.take, methods=["POST"])]

    async def prove(self, request: Request) -> Response:
        """Answer the question that only we can read: bare, without quotes or a line's end.

        A callback bears the same signature, so somebody who kept one could have it read to them: none is.
        """
        try:
            asked = self._opened(request, request.query_params.get("echostr", ""))
            if asked.lstrip().startswith(b"<"):
                raise Unreadable("no question")
        except EnvelopeError as error:
            return _refusal(error)
        return Response(asked, media_type="text/plain")

    async def take(self, request: Request) -> Response:
        """Take a callback in. Any answer but 200 makes WeCom come again, three times in all."""
        body = await bounded(request)
        if body is None:
            return too_large()
        try:
            message = self._opened(request, encrypted_part(body))
            self._check_age(request.query_params.get("timestamp", ""))
        except EnvelopeError as error:
            return _refusal(error)
        kept = envelope(message, self._account)
        try:
            await self._intake([kept] if kept else [])
        except Exception as error:  # noqa: BLE001 -- whatever it was, WeCom shall come again
            log.warning("wecom: a callback could not be kept (%s)", type(error).__name__)
            return try_again()
        return Response()

    def _opened(self, request: Request, encrypted: str) -> bytes:
        asked = request.query_params
        signature, timestamp, nonce = (asked.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        return self._seal.open(signature, timestamp, nonce, encrypted)

    def _check_age(self, signed_at: str) -> None:
        """Raise `Stale` for what was not signed lately; a signature alone is good for ever."""
        is_moment = signed_at.isascii() and signed_at.isdecimal() and len(signed_at) < len("1" + "0" * 12)
        if not is_moment or abs(int(signed_at) - self._clock.now().timestamp()) > FRESH.total_seconds():
            raise Stale


def _refusal(error: EnvelopeError) -> Response:
    log.warning("wecom: a callback was refused (%s)", type(error).__name__)
    return PlainTextResponse("refused", status_code=HTTPStatus.FORBIDDEN)
