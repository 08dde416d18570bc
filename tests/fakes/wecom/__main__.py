"""`python -m tests.fakes.wecom [PORT]`: the double as a process of its own."""

from __future__ import annotations

import asyncio
import sys

from tests.fakes.wecom.control import ControlledWeCom


async def serve(port: int) -> None:
    """Serve until killed."""
    async with ControlledWeCom(port=port) as wecom:
        print(wecom.url, flush=True)  # noqa: T201 -- whoever started it waits for this
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
