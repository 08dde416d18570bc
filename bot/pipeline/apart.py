"""The engine in a process of its own, so that its work and the network's do not share one interpreter lock."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from bot.pipeline.engine import Done, Engine
from bot.pipeline.following import SECONDS, Following
from bot.pipeline.house import House
from bot.pipeline.notes import Note
from storage.database import Database


class Gone(Exception):
    """The engine's process has ended."""


class Apart:
    """Stands for the engine at the other end of the line: asks for one batch at a time.

    What goes over the line is pickled: this very program is at both ends, and nobody else has it.
    """

    def __init__(self, line: Connection, house: House) -> None:
        self._line = line
        self._house = house
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")

    async def work_aside(self, partitions: Collection[int], brought: Sequence[Note] = ()) -> Done:
        """Have notes written and one batch worked. Raises `Gone`, or what the engine raised."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, frozenset(partitions), brought)

    def _ask(self, partitions: frozenset[int], brought: Sequence[Note]) -> Done:
        try:
            self._line.send((partitions, brought, self._house.start_links))
            answer: Done | Exception = self._line.recv()
        except (EOFError, OSError) as error:
            raise Gone from error
        if isinstance(answer, Exception):
            raise answer
        return answer


def serve(line: Connection, engine: Engine, house: House, database: Database, following: Following) -> None:
    """Work a batch for each request, in the city of the newest pack, until the other end hangs up."""
    looked = time.monotonic()
    with contextlib.suppress(EOFError, OSError):
        while True:
            partitions, brought, house.start_links = line.recv()
            try:
                if time.monotonic() - looked > SECONDS:
                    with database.reading() as session:
                        following.look(session)
                    looked = time.monotonic()
                answer: Done | Exception = engine.work(partitions, brought)
            except Exception as error:  # noqa: BLE001 -- whoever asked deals with it
                answer = error
            line.send(answer)
