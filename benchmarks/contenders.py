"""The bots that are measured: how each is started, found ready, watched and counted."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
TOKEN = "1000001:fictional-token-for-benchmarks"
SECRET = "bench-secret"
PORT, SINK, EVENTS = 9200, 9101, 9102
WEBHOOK = f"http://127.0.0.1:{PORT}/telegram/webhook"
STARTUP = 180.0


@dataclass
class Contender:
    """A bot: its command and settings, `{folder}` standing for a new folder; its script; the table of its cases."""

    name: str
    command: list[str]
    settings: dict[str, str]
    script: str
    table: str


def peer(name: str) -> Contender:
    arguments = ["--port", str(PORT), "--database", "{folder}/bench.db", "--api", f"http://127.0.0.1:{SINK}"]
    command = [sys.executable, "-m", f"benchmarks.peers.{name}_bot", "--token", TOKEN, "--secret", SECRET, *arguments]
    return Contender(name, command, {}, "peers", "cases")


POINTKEEPER = Contender(
    "pointkeeper",
    [str(ROOT / ".venv/bin/pointkeeper"), "run"],
    {
        "PK_DATABASE_URL": "sqlite:///{folder}/bench.db",
        "PK_BLOBS": "{folder}/blobs",
        "PK_WEB_PORT": str(PORT),
        "PK_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
        "PK_TELEGRAM_TOKEN": TOKEN,
        "PK_TELEGRAM_MODE": "webhook",
        "PK_TELEGRAM_API": f"http://127.0.0.1:{SINK}",
        "PK_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PK_PACING": "0",
        "PK_DEMO": "0",
        "PK_WEB_CHAT": "0",
        "PK_LOG_LEVEL": "WARNING",
    },
    "pointkeeper",
    '"case"',
)
CONTENDERS = {bot.name: bot for bot in (peer("aiogram"), peer("ptb"), POINTKEEPER)}


@dataclass
class Running:
    """A bot that runs, and its database."""

    process: psutil.Popen
    database: Path

    def cpu(self) -> float:
        """Return the CPU seconds used so far, children included."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(sum(member.cpu_times()[:2]) for member in family))

    def memory(self) -> float:
        """Return resident memory in MB."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(member.memory_info().rss for member in family) / 1e6)


@contextmanager
def sink() -> Iterator[None]:
    """Run the sink."""
    command = [sys.executable, "-m", "benchmarks.sink", "--port", str(SINK), "--events", str(EVENTS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            await_port(EVENTS, process)
            yield
        finally:
            process.terminate()


@contextmanager
def running(bot: Contender, folder: Path) -> Iterator[Running]:
    """Run a bot on a new database in a folder; its output goes to `<name>.log` there."""
    environment = {name: value.format(folder=folder) for name, value in bot.settings.items()}
    command = [part.format(folder=folder) for part in bot.command]
    with (folder / f"{bot.name}.log").open("w") as log:
        process = psutil.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log)
        try:
            await_port(PORT, process)
            yield Running(process, folder / "bench.db")
        finally:
            process.terminate()
            process.wait(30)


def await_port(port: int, process: subprocess.Popen[bytes] | psutil.Popen) -> None:
    """Wait until somebody listens on a port."""
    end = time.monotonic() + STARTUP
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port}")


def cases(bot: Contender, database: Path) -> int:
    """Return how many cases a bot has written."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {bot.table}").fetchone()[0])  # noqa: S608
