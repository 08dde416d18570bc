"""What DingTalk posts to us by HTTP: the robot's messages and taps on cards, each signed in its own way."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.dingtalk.arriving import Arrivals
from bot.channels.dingtalk.signature import is_from_card, is_from_robot, secret_of_cards
from bot.channels.http.posts import bounded, too_large, try_again
from bot.clock import Clock

MESSAGES, TAPS = "/dingtalk/callback", "/dingtalk/card"


class Posts:
    """Answers posts: 200 once what they bring is kept."""

    def __init__(self, secret: str, clock: Clock, arrivals: Arrivals) -> None:
        self._secret = secret
        self._clock = clock
        self._arrivals = arrivals

    def routes(self) -> list[Route]:
        """Return where DingTalk posts to."""
        return [_route(MESSAGES, self.take_message), _route(TAPS, self.take_tap)]

    async def take_message(self, request: Request) -> Response:
        """Take a message to the robot in."""
        told = request.headers
        if not is_from_robot(told.get("timestamp", ""), told.get("sign", ""), self._secret, self._clock.now()):
            return PlainTextResponse("wrong signature", status_code=403)
        body = await bounded(request)
        if body is None:
            return too_large()
        return _answer(kept=await self._arrivals.take("message", _digest(body), body.decode(errors="replace")))

    async def take_tap(self, request: Request) -> Response:
        """Take a tap on a card in. It has no id of its own: one that is posted again bears the same time."""
        told = request.headers
        at, signature = told.get("x-ddpaas-signature-timestamp", ""), told.get("x-ddpaas-signature", "")
        if not is_from_card(at, signature, secret_of_cards(self._secret), self._clock.now()):
            return PlainTextResponse("wrong signature", status_code=403)
        body = await bounded(request)
        if body is None:
            return too_large()
        return _answer(
            kept=await self._arrivals.take("tap", _digest(at.encode() + body), body.decode(errors="replace"))
        )


def _route(path: str, take: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(path, take, methods=["POST"])


def _answer(*, kept: bool) -> Response:
    return JSONResponse({}) if kept else try_again()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
