"""What every double of a platform does: to listen on loopback, and to end at once."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

_MOST_BYTES = 64 << 20


class Listening:
    """A double on a loopback port (0: any), while inside `async with`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Start to listen."""
        app = web.Application(client_max_size=_MOST_BYTES)
        self.add_platform(app)
        self.add_controls(app)
        # Who hangs in a long poll must not delay the end of a test.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop posting and listening."""
        await self.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def add_platform(self, app: web.Application) -> None:
        """Add the routes that the platform has."""
        raise NotImplementedError

    def add_controls(self, app: web.Application) -> None:
        """Add more routes: the process is steered by them."""

    async def close(self) -> None:
        """Stop posting."""

    @property
    def url(self) -> str:
        """The bare root."""
        return f"http://127.0.0.1:{self.port}"
