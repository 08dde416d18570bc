"""Measure the bots side by side: `python -m benchmarks.run --rounds 5 --out docs/figures.md`.

Each round starts every bot anew on an empty database, in turning order. First come the peaks; then latencies at 50, 80
and 100 % of the median of aiogram's peaks, or the first bot's where aiogram has no turn.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.contenders import (
    CONTENDERS,
    EVENTS,
    POINTKEEPER,
    ROOT,
    WEBHOOK,
    Contender,
    Running,
    cases,
    running,
    sink,
)
from benchmarks.report import BASE, Measurement, report

WARM_UP = 2.0
LEVELS = (50, 80, 100)
first_ids = itertools.count(2_000_001, 1_001_200)  # people of one run stand in other places than those of the last


def put_load(bot: Contender, seconds: float, *more: str) -> dict[str, Any]:
    """Run the load in a process of its own and return its summary."""
    command = [sys.executable, "-m", "benchmarks.load", "--webhook", WEBHOOK, "--events", str(EVENTS)]
    command += ["--script", bot.script, "--first", str(next(first_ids)), "--seconds", str(seconds), *more]
    summary: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return summary


def measure(
    bot: Contender, alive: Running, turn: int, load: str, seconds: float, *more: str
) -> tuple[Measurement, int]:
    """Measure one load; return the figures and how many conversations were finished."""
    before = alive.cpu()
    summary = put_load(bot, seconds, *more)
    done = summary.pop("conversations")
    figures = Measurement(bot.name, turn, load, **summary, cpu=alive.cpu() - before, memory=alive.memory())
    print(
        f"  round {turn} {bot.name:12} {load:>5}: {figures.rate:7.1f}/s p50 {figures.p50} p99 {figures.p99}", flush=True
    )
    return figures, done


def visit(bot: Contender, turn: int, seconds: float, loads: dict[str, list[str]]) -> list[Measurement]:
    """Start a bot, put each load on it, and see that no case is missing."""
    found = []
    with tempfile.TemporaryDirectory() as folder, running(bot, Path(folder)) as alive:
        done = put_load(bot, WARM_UP)["conversations"]
        for name, arguments in loads.items():
            figures, finished = measure(bot, alive, turn, name, seconds, *arguments)
            found.append(figures)
            done += finished
        written = cases(bot, alive.database)
        assert written >= done, f"{bot.name} answered {done} reports and wrote {written}"
    return found


def take_turns(bots: list[Contender], rounds: int, seconds: float, loads: dict[str, list[str]]) -> list[Measurement]:
    """Measure all bots round by round, another one first each time."""
    found = []
    for turn in range(rounds):
        shift = turn % len(bots)
        for bot in bots[shift:] + bots[:shift]:
            found += visit(bot, turn, seconds, loads)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    there = [name for name in CONTENDERS if name != POINTKEEPER.name or Path(POINTKEEPER.command[0]).exists()]
    parser.add_argument("--bots", nargs="+", choices=CONTENDERS, default=there, help="with aiogram, ratios are told")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--peak-only", action="store_true")
    parser.add_argument("--out", type=Path, help="write the tables to this file")
    given = parser.parse_args()
    bots = [CONTENDERS[name] for name in given.bots]
    base = BASE if BASE in given.bots else given.bots[0]
    with sink():
        found = take_turns(bots, given.rounds, given.seconds, {"peak": ["--closed", "32"]})
        if not given.peak_only:
            peak = statistics.median(each.rate for each in found if each.bot == base)
            loads = {f"{level} %": ["--rate", str(round(peak * level / 100))] for level in LEVELS}
            found += take_turns(bots, given.rounds, given.seconds, loads)
    tables = report(sorted(found, key=lambda each: (given.bots.index(each.bot), each.round)))
    print(tables)
    if given.out:
        given.out.write_text(tables, encoding="utf-8")


if __name__ == "__main__":
    main()
