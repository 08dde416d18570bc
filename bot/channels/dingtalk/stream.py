"""The stream: a WebSocket that we open, on which DingTalk pushes and hears that what it pushed is kept.

Sources: open.dingtalk.com, "stream-mode-protocol-access-description"; the protocol page of its developer pedia.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Any, NoReturn
from urllib.parse import quote

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType
from yarl import URL

from bot.channels.dingtalk.arriving import Arrivals
from bot.channels.dingtalk.calls import Calls
from bot.channels.dingtalk.refusals import Json
from bot.port import DeliveryError

log = logging.getLogger(__name__)

MESSAGES, TAPS = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"
_HEAD = ("eventType", "eventId", "eventCorpId")
"""What a frame's headers say of an event, over HTTP the event itself does."""
_AGENT = "pointkeeper/1.0"
_LONGEST_PAUSE = 30.0
_HEARTBEAT = 30.0
"""Seconds between our pings: a line that is dead is noticed by them."""
_LARGEST = 4 * 1024 * 1024
_TROUBLE = (ClientError, OSError, TimeoutError, ValueError)


class Stream:
    """Keeps one connection open; `pause` is the first of the growing pauses after trouble."""

    def __init__(self, calls: Calls, arrivals: Arrivals, pause: float = 1.0) -> None:
        self._calls = calls
        self._arrivals = arrivals
        self._pause = pause

    async def run(self) -> NoReturn:
        """Receive until cancelled. A connection that is about to end is followed by the next before it is closed."""
        failures, old = 0, None
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    line = Line(await self._connect(), self._arrivals)
                except (DeliveryError, *_TROUBLE) as error:
                    failures += 1
                    await self._rest(error, failures)
                    continue
                group.create_task(line.read(group))
                if old is not None:
                    await old.close()
                await line.leaving.wait()
                old, failures = line, 0 if line.has_spoken else failures + 1
                if not line.has_spoken:
                    await self._rest(ConnectionResetError(), failures)

    async def _connect(self) -> ClientWebSocketResponse:
        topics = [{"type": "CALLBACK", "topic": topic} for topic in (MESSAGES, TAPS)]
        topics.append({"type": "EVENT", "topic": "*"})  # those that are ticked on the console
        who = {"clientId": self._calls.client_id, "clientSecret": self._calls.client_secret}
        opened = await self._calls.open({**who, "subscriptions": topics, "ua": _AGENT})
        try:
            url = f"{opened['endpoint']}?ticket={quote(opened['ticket'], safe='')}"
        except KeyError:
            raise ValueError("no endpoint") from None
        return await self._calls.session.ws_connect(URL(url, encoded=True), heartbeat=_HEARTBEAT, max_msg_size=_LARGEST)

    async def _rest(self, error: Exception, failures: int) -> None:
        asked = error.retry_after if isinstance(error, DeliveryError) else None
        pause = asked or min(self._pause * 2 ** (min(failures, 10) - 1), _LONGEST_PAUSE)
        why = error if isinstance(error, DeliveryError) else type(error).__name__
        log.warning("dingtalk: no stream (%s), next try in %.1f s", why, pause)
        await asyncio.sleep(pause)


class Line:
    """One connection. `leaving` is set when it will bring nothing more, `has_spoken` once it brought more than that."""

    def __init__(self, socket: ClientWebSocketResponse, arrivals: Arrivals) -> None:
        self.leaving = asyncio.Event()
        self.has_spoken = False
        self._socket = socket
        self._arrivals = arrivals

    async def read(self, group: asyncio.TaskGroup) -> None:
        """Take frames until the connection ends; a slow one holds no other up."""
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    group.create_task(self._take(message.data))
        except _TROUBLE as error:
            log.info("dingtalk: the stream broke (%s)", type(error).__name__)
        finally:
            self.leaving.set()
            await self.close()

    async def close(self) -> None:
        """Hang up; what is being kept still is answered by being pushed again."""
        with contextlib.suppress(*_TROUBLE):
            await self._socket.close()

    async def _take(self, text: str) -> None:
        try:
            frame = json.loads(text)
            headers, data = frame["headers"], frame.get("data")
            kind, topic, push_id = frame.get("type"), headers.get("topic"), headers.get("messageId", "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            log.warning("dingtalk: a frame that is none")
            return
        if (kind, topic) == ("SYSTEM", "disconnect"):
            self.leaving.set()
            return
        self.has_spoken = True
        data = data if isinstance(data, str) else json.dumps(data)
        if kind == "EVENT":
            data = _with_head(data, headers)
        answer = await self._answer(kind, topic, str(push_id), data)
        with contextlib.suppress(*_TROUBLE, RuntimeError):  # hung up meanwhile: it is pushed again
            await self._socket.send_str(json.dumps(_said(str(push_id), *answer), ensure_ascii=True))

    async def _answer(self, kind: Any, topic: Any, push_id: str, data: str) -> tuple[int, str]:
        """Return code and data of the answer to a frame, once what it brought is kept."""
        match kind, topic:
            case "SYSTEM", _:  # a ping wants its own data back
                return 200, data
            case "EVENT", _:
                kept = await self._arrivals.take("event", push_id, data)
                return 200, json.dumps({"status": "SUCCESS" if kept else "LATER", "message": ""})
            case "CALLBACK", str() if topic == MESSAGES:
                kept = await self._arrivals.take("message", push_id, data)
                return _code(kept=kept), json.dumps({"response": None})
            case "CALLBACK", str() if topic == TAPS:
                kept = await self._arrivals.take("tap", push_id, data)
                return _code(kept=kept), json.dumps({"response": {}})
        return 404, json.dumps({"response": None})


def _with_head(data: str, headers: Any) -> str:
    """Return an event's data with what the frame's headers say of it; what is no object stays what it is."""
    try:
        event = json.loads(data)
        return json.dumps({**event, **{name: headers[name] for name in _HEAD if name in headers}}, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        return data


def _code(*, kept: bool) -> int:
    return 200 if kept else 500


def _said(push_id: str, code: int, data: str) -> Json:
    headers = {"messageId": push_id, "contentType": "application/json"}
    return {"code": code, "headers": headers, "message": "OK" if code == 200 else "failed", "data": data}  # noqa: PLR2004
