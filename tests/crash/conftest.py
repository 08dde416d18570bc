"""One nursery for all crash tests: to import the program takes as long as half a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.crash.program import Start, nursery


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def start() -> AsyncIterator[Start]:
    """Return a way to start the program, in the session's loop."""
    async with nursery() as start:
        yield start
