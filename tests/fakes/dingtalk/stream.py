"""The gateway of the stream: tickets, connections, pushes, and pushing again what nobody answered."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.dingtalk.refusing import demand

Json = dict[str, Any]
TICKET_SECONDS = 90
MESSAGES, TAPS = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"


@dataclass
class Push:
    """Something pushed: what it was, how often, and the answer when it came, with its loop time."""

    id: str
    frame: Json
    at: float
    times: int = 0
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    answered_at: float = 0.0


class Gateway:
    """`again` is after how many seconds an unanswered push is repeated; `events` is what happened, in order."""

    def __init__(self, clock: Callable[[], float], again: float) -> None:
        self.clock, self.again = clock, again
        self.tickets: dict[str, float] = {}
        self.lines: dict[int, web.WebSocketResponse] = {}
        self.leaving: set[int] = set()
        self.events: list[str] = []
        self.pushes: dict[str, Push] = {}
        self.subscriptions: list[Json] = []
        self.changed = asyncio.Condition()
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def ticket(self) -> str:
        """Give a ticket out."""
        ticket = f"fictional-ticket+{next(self._numbers)}/=="
        self.tickets[ticket] = self.clock() + TICKET_SECONDS
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Be the other end of a connection."""
        until = self.tickets.pop(request.query.get("ticket", ""), 0.0)
        demand(until >= self.clock() and len(self.lines) < 50, "ticket.invalid", 401)
        number, line = next(self._numbers), web.WebSocketResponse()
        await line.prepare(request)
        self.lines[number] = line
        await self._happened(f"opened {number}")
        for push in [each for each in self.pushes.values() if not each.answer.done()]:
            await self._send(push)
        async for message in line:
            if message.type is WSMsgType.TEXT and number not in self.leaving:
                await self._hear(json.loads(message.data))
        del self.lines[number]
        await self._happened(f"closed {number}")
        return line

    def push(self, kind: str, topic: str, data: str, push_id: str = "", **head: str) -> Push:
        """Push something, again and again until it is answered; `head` is what its headers say besides."""
        push_id = push_id or f"push-{next(self._numbers)}"
        headers = {
            "appId": "fictional", "connectionId": "1", "contentType": "application/json", "messageId": push_id,
            "time": str(round(self.clock() * 1000)), "topic": topic, **head,
        }  # fmt: skip
        frame = {"specVersion": "1.0", "type": kind, "headers": headers, "data": data}
        self.pushes[push_id] = push = Push(push_id, frame, asyncio.get_running_loop().time())
        self._start(self._insist(push))
        return push

    async def disconnect(self, reason: str = "connection is expired") -> None:
        """Say on every connection that it will bring nothing more."""
        for number, line in list(self.lines.items()):
            self.leaving.add(number)
            await self._happened(f"disconnect {number}")
            headers = {"topic": "disconnect", "contentType": "application/json"}
            frame = {"type": "SYSTEM", "headers": headers, "data": json.dumps({"reason": reason})}
            await line.send_str(json.dumps(frame))

    async def cut(self) -> None:
        """Let every connection die without a word."""
        for line in list(self.lines.values()):
            if line._req is not None and line._req.transport is not None:
                line._req.transport.abort()

    async def until(self, look: Callable[[], object], seconds: float = 5) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(look)

    async def close(self) -> None:
        """End."""
        for task in list(self._tasks):
            task.cancel()
        for line in list(self.lines.values()):
            await line.close()

    async def _insist(self, push: Push) -> None:
        while not push.answer.done():
            await self._send(push)
            await asyncio.wait([push.answer], timeout=self.again)

    async def _send(self, push: Push) -> None:
        for number, line in reversed(self.lines.items()):
            if number not in self.leaving and not line.closed:
                push.times += 1
                await line.send_str(json.dumps(push.frame))
                await self._stir()
                return

    async def _hear(self, answer: Json) -> None:
        push = self.pushes.get(answer["headers"]["messageId"])
        assert set(answer) == {"code", "headers", "message", "data"}, answer
        assert isinstance(answer["data"], str)
        is_taken = answer["code"] == 200 and '"LATER"' not in answer["data"]
        if push is not None and is_taken and not push.answer.done():
            push.answered_at = asyncio.get_running_loop().time()
            push.answer.set_result(answer)
        await self._happened(f"answer {answer['code']}")

    async def _happened(self, what: str) -> None:
        self.events.append(what)
        await self._stir()

    async def _stir(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
