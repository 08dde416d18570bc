"""Load on a bot: updates posted to its webhook, replies read from the sink.

Closed loop: a number of connections, each posting the next update as soon as the reply to the last one came; gives the
peak in replies a second. Open loop: updates fall due at a fixed rate whatever the bot does; gives the latency from the
moment an update was due to its reply. A person's next step falls due a second after the last, or when the late reply
comes. Example: `python -m benchmarks.load --webhook http://127.0.0.1:9200/telegram/webhook --events 9102 --closed 32`
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import itertools
import json
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.script import SCRIPTS, Person, Reply, Script

PATIENCE = 30.0
THINKING = 1.0


class Post(asyncio.Protocol):
    """One connection to the webhook, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, mark, body = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        place = head.lower().find(b"content-length:")
        size = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if b"chunked" in head.lower() and not body.endswith(b"0\r\n\r\n"):
            return
        if len(body) < size or self.answered is None:
            return
        status, self.buffer, answered = head.split(b" ", 2)[1], b"", self.answered
        if status.startswith(b"2"):
            answered.set_result(None)
        else:
            answered.set_exception(RuntimeError(f"The webhook answered {head!r}"))

    def connection_lost(self, error: Exception | None) -> None:
        if self.answered and not self.answered.done():
            self.answered.set_exception(error or ConnectionError("The webhook hung up."))

    async def send(self, request: bytes) -> None:
        assert self.transport is not None
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        await self.answered


@dataclass
class Load:
    """The people, their posts and the replies they wait for."""

    webhook: str
    events: int
    script: Script
    secret: str = "bench-secret"
    waiting: dict[int, tuple[Person, asyncio.Future[Reply]]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    conversations: int = 0
    first: int = 2_000_001
    people: itertools.count[int] = field(init=False)

    def __post_init__(self) -> None:
        self.people = itertools.count(self.first)

    async def listen(self) -> None:
        """Hand each reply of the sink to who waits for it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.events)
        while line := await reader.readline():
            chat, at, _, number, text, markup = json.loads(line)
            person, future = self.waiting.get(chat, (None, None))
            if person is None or future is None:
                continue
            reply = Reply(at, number, text, markup)
            if (markup or {}).get("inline_keyboard"):
                person.board = reply
            if not future.done() and self.script.steps[person.step].fits(reply):
                future.set_result(reply)
        writer.close()

    async def connections(self, count: int) -> asyncio.Queue[Post]:
        """Open connections to the webhook."""
        place, free = urlsplit(self.webhook), asyncio.Queue[Post]()
        loop, host, port = asyncio.get_running_loop(), place.hostname or "", place.port or 80
        for _ in range(count):
            _, post = await loop.create_connection(Post, host, port)
            free.put_nowait(post)
        return free

    async def take_step(self, person: Person, free: asyncio.Queue[Post]) -> None:
        """Post a person's update, await its reply, and move on by one step."""
        due = time.monotonic()
        future = asyncio.get_running_loop().create_future()
        self.waiting[person.id] = (person, future)
        post = await free.get()
        try:
            await post.send(self.request(self.script.body(person)))
        finally:
            free.put_nowait(post)
        try:
            async with asyncio.timeout(PATIENCE):
                reply = await future
        except TimeoutError:
            raise RuntimeError(f"No reply came to step {person.step + 1} of {person.id} within {PATIENCE} s.") from None
        self.latencies.append(reply.at - due)
        self.finished.append(reply.at)
        person.step += 1
        if person.step == len(self.script.steps):
            self.conversations += 1
            del self.waiting[person.id]

    def request(self, body: bytes) -> bytes:
        place = urlsplit(self.webhook)
        head = (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {self.secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def closed(self, connections: int, seconds: float) -> None:
        """Post as fast as replies come, for so many seconds; whole conversations are finished after that."""
        free, end = await self.connections(connections), time.monotonic() + seconds

        async def talk() -> None:
            while time.monotonic() < end:
                person = Person(next(self.people))
                while person.step < len(self.script.steps):
                    await self.take_step(person, free)

        await self.along(*(talk() for _ in range(connections)))

    async def open(self, rate: float, seconds: float, connections: int = 100) -> None:
        """Let updates fall due at a rate a second; only what came once the rate was full counts."""
        free, steps = await self.connections(connections), len(self.script.steps)
        began = time.monotonic()
        full = began + steps * THINKING
        end, pause = full + seconds, steps / rate
        early = 0

        async def talk(number: int) -> None:
            nonlocal early
            due, person = began + number * pause, Person(next(self.people))
            for step in range(steps):
                await asyncio.sleep(due + step * THINKING - time.monotonic())
                if time.monotonic() > end:
                    return
                if time.monotonic() < full:
                    early = len(self.latencies) + 1
                await self.take_step(person, free)

        count = int((end - began) / pause)
        await self.along(*(talk(number) for number in range(count)))
        self.latencies, self.finished = self.latencies[early:], self.finished[early:]

    async def along(self, *talks: Coroutine[Any, Any, None]) -> None:
        """Run conversations while listening to the sink."""
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(self.listen())
            await asyncio.sleep(0.1)
            await asyncio.gather(*talks)
            listener.cancel()

    def summary(self) -> dict[str, float]:
        """Return replies a second and latencies in milliseconds."""
        span = max(self.finished) - min(self.finished)
        return {
            "replies": len(self.finished),
            "conversations": self.conversations,
            "rate": round(len(self.finished) / span, 1),
            **{f"p{p}": round(percentile(self.latencies, p) * 1000, 2) for p in (50, 95, 99)},
        }


def percentile(values: list[float], part: int) -> float:
    """Return the smallest value that so many percent do not exceed."""
    return heapq.nsmallest(max(1, -(-len(values) * part // 100)), values)[-1]


async def run(load: Load, closed: int, rate: float, seconds: float) -> dict[str, float]:
    """Run one load and return its summary."""
    await (load.open(rate, seconds) if rate else load.closed(closed, seconds))
    return load.summary()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webhook", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--script", choices=SCRIPTS, default="peers")
    parser.add_argument("--first", type=int, default=2_000_001, help="id of the first person, new for each run")
    parser.add_argument("--secret", default="bench-secret")
    parser.add_argument("--closed", type=int, default=32, help="connections of the closed loop")
    parser.add_argument("--rate", type=float, default=0, help="updates a second: open loop")
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    load = Load(given.webhook, given.events, SCRIPTS[given.script], given.secret, first=given.first)
    print(json.dumps(uvloop.run(run(load, given.closed, given.rate, given.seconds))))
