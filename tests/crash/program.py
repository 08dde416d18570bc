"""The real program as a process of its own: started, killed without warning, and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[2]


class Process(Protocol):
    """What starting gives: the process's number, and its end."""

    pid: int

    async def wait(self) -> int:
        """Wait until it has ended and is gone; return the exit code, or minus the signal."""
        ...


Start = Callable[[Mapping[str, str], Path], Awaitable[Process]]
"""(settings, log file) → the process of one `pointkeeper run`."""


@dataclass
class Program:
    """The program under these settings; it may be killed and started again as often as one likes."""

    start_process: Start
    settings: Mapping[str, str]
    log: Path
    died: list[int] = field(default_factory=list)
    _process: Process | None = None
    _killed: bool = False

    async def start(self) -> None:
        """Start it; it is not ready yet."""
        self._killed = False
        self._process = await self.start_process(self.settings, self.log)

    async def kill(self) -> None:
        """Kill it with SIGKILL and wait until it is gone."""
        if self._process is None:
            return
        self._killed, process = True, self._process
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        self._process = None

    async def ends_by_itself(self) -> int:
        """Return its exit code if it ends though nobody killed it; else wait for ever."""
        while True:
            process = self._process
            if process is not None:
                code = await process.wait()
                if not self._killed:
                    return code
            await asyncio.sleep(0.05)


async def run_command(settings: Mapping[str, str], log: Path) -> Process:
    """Start it as an operator does."""
    command = (sys.executable, "-m", "bot", "run")
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=_environment(settings), stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PK_")}
    return {**kept, **settings}


# --- the nursery: the same program, but its imports (seconds of work) are done once for all starts ------------------


@dataclass
class _Child:
    pid: int
    ended: asyncio.Future[int]

    async def wait(self) -> int:
        return await asyncio.shield(self.ended)


@asynccontextmanager
async def nursery() -> AsyncIterator[Start]:
    """Return a way to start that forks a process which has imported the program and done nothing else yet."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.nursery",
        cwd=ROOT, env=_environment({}), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    writer, reader = process.stdin, process.stdout
    children: dict[int, _Child] = {}
    born: asyncio.Queue[_Child] = asyncio.Queue()

    async def listen() -> None:
        while line := await reader.readline():
            pid, code = json.loads(line)
            if code is None:
                children[pid] = _Child(pid, asyncio.get_running_loop().create_future())
                born.put_nowait(children[pid])
            else:
                children.pop(pid).ended.set_result(code)

    async def start(settings: Mapping[str, str], log: Path) -> Process:
        writer.write(json.dumps([dict(settings), str(log)]).encode() + b"\n")
        return await born.get()

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen())
        try:
            yield start
        finally:
            writer.close()
            await process.wait()
            await listening


def free_port() -> int:
    """Return a port of loopback that nobody uses at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
