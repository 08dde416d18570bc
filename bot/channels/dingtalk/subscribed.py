"""The events that DingTalk posts to us (事件订阅 by HTTP): in an envelope, and answered in one once they are kept."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.dingtalk.arriving import Arrivals
from bot.channels.dingtalk.signature import is_fresh
from bot.channels.http.envelope import EnvelopeError, NotForUs, Seal, Stale, Unreadable
from bot.channels.http.posts import bounded, too_large, try_again
from bot.clock import Clock

log = logging.getLogger(__name__)

EVENTS = "/dingtalk/event"
_ANSWER = b"success"
"""The one thing that DingTalk takes for a yes, to the proof of the address (check_url) as to every event."""


class Subscription:
    """Answers posted events. There is a seal for each name under which the application may be addressed."""

    def __init__(self, seals: Sequence[Seal], clock: Clock, arrivals: Arrivals) -> None:
        self._seals = seals
        self._clock = clock
        self._arrivals = arrivals

    def routes(self) -> list[Route]:
        """Return where DingTalk posts events to."""
        return [Route(EVENTS, self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """Take an event in."""
        body = await bounded(request)
        if body is None:
            return too_large()
        try:
            seal, event = self._opened(request, _encrypted_part(body))
        except EnvelopeError as error:
            log.warning("dingtalk: an event was refused (%s)", type(error).__name__)
            return PlainTextResponse("refused", status_code=403)
        digest = hashlib.sha256(event).hexdigest()
        kept = await self._arrivals.take("event", digest, event.decode(errors="replace"))
        return self._answer(seal) if kept else try_again()

    def _opened(self, request: Request, encrypted: str) -> tuple[Seal, bytes]:
        """Return what is in the envelope, and whose seal it bore. Raises `EnvelopeError`."""
        asked = request.query_params
        signature = asked.get("msg_signature") or asked.get("signature", "")  # the vendor's pages have either
        timestamp, nonce = asked.get("timestamp", ""), asked.get("nonce", "")
        for seal in self._seals:
            try:
                event = seal.open(signature, timestamp, nonce, encrypted)
            except NotForUs:
                continue
            if not is_fresh(timestamp, self._clock.now()):
                raise Stale
            return seal, event
        raise NotForUs

    def _answer(self, seal: Seal) -> Response:
        timestamp, nonce = str(round(self._clock.now().timestamp() * 1000)), secrets.token_hex(8)
        sealed = seal.close(_ANSWER, timestamp, nonce)
        stamped = {"msg_signature": sealed.signature, "timeStamp": timestamp, "nonce": nonce}
        return JSONResponse({**stamped, "encrypt": sealed.encrypted})


def _encrypted_part(body: bytes) -> str:
    """Return what a post holds encrypted. Raises `Unreadable`."""
    try:
        found = json.loads(body)["encrypt"]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None
    if not isinstance(found, str):
        raise Unreadable("no encrypt")
    return found
