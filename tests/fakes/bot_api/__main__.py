"""Run the double: `python -m tests.fakes.bot_api --port 8081`; prints its address when it listens."""

from __future__ import annotations

import argparse
import asyncio
import signal

from tests.fakes.bot_api.control import ControlledBotApi
from tests.fakes.bot_api.server import TOKEN


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with ControlledBotApi(
        token=arguments.token, port=arguments.port, limits=not arguments.no_limits, webhook_retry=arguments.retry
    ) as api:
        print(api.url, flush=True)  # noqa: T201
        await ended.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--no-limits", action="store_true", help="take messages at any speed")
    parser.add_argument("--retry", type=float, default=0.05, help="seconds before a failed webhook post is repeated")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
