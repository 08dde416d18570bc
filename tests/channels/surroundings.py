"""What surrounds a channel in its tests: a shelf for blobs, a clock, a server for its routes, somebody who receives."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette

from bot.port import Channel


class Clock:
    """Time that stands until it is moved."""

    def __init__(self):
        self.at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def now(self):
        return self.at

    def unix(self):
        return self.at.timestamp()


class Shelf:
    """Blobs in memory."""

    def __init__(self):
        self.blobs: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        address = hashlib.sha256(data).hexdigest()
        self.blobs[address] = data
        return address

    def get(self, address: str) -> bytes:
        if address not in self.blobs:
            raise FileNotFoundError(address)
        return self.blobs[address]


@asynccontextmanager
async def served(routes) -> AsyncIterator[str]:
    """Serve routes on loopback and give their root."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off"))
        task = asyncio.get_running_loop().create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:  # at once: uvicorn's own end takes its time, two tenths of a second at each test
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            for listener in server.servers:
                listener.close()
            for connection in list(server.server_state.connections):
                connection.shutdown()


@asynccontextmanager
async def running(channel: Channel, intake) -> AsyncIterator[None]:
    """Let the channel receive."""
    task = asyncio.get_running_loop().create_task(channel.receive(intake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
