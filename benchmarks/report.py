"""Measurements of several rounds as a Markdown table: medians, and ratios to aiogram within each round."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

BASE = "aiogram"


@dataclass
class Measurement:
    """One bot in one round under one load: `peak`, or a percentage of aiogram's peak."""

    bot: str
    round: int
    load: str
    replies: int
    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    memory: float

    @property
    def cost(self) -> float:
        """CPU milliseconds of the bot for one reply."""
        return self.cpu * 1000 / self.replies


Figure = Callable[[Measurement], float]


def median(measurements: Iterable[Measurement], figure: Figure) -> float:
    """Return the median of a figure."""
    return statistics.median(figure(each) for each in measurements)


def ratio(all_: list[Measurement], bot: str, load: str, figure: Figure) -> str:
    """Return the median over the rounds of a figure's ratio to aiogram's in the same round; a dash without one."""
    base = {each.round: figure(each) for each in all_ if (each.bot, each.load) == (BASE, load)}
    mine = [each for each in all_ if (each.bot, each.load) == (bot, load) and each.round in base]
    return f"{statistics.median(figure(each) / base[each.round] for each in mine):.2f}" if mine else "–"


def peak_table(all_: list[Measurement]) -> str:
    """Return the table of the closed loop."""
    lines = [
        "| bot | replies/s | × aiogram | lowest–highest | p50 ms | p99 ms | CPU ms a reply | memory MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for bot in dict.fromkeys(each.bot for each in all_):
        mine = [each for each in all_ if each.bot == bot and each.load == "peak"]
        times = ratio(all_, bot, "peak", lambda each: each.rate)
        low, high = min(each.rate for each in mine), max(each.rate for each in mine)
        p50, p99, cost, memory = (
            median(mine, figure) for figure in (lambda m: m.p50, lambda m: m.p99, lambda m: m.cost, lambda m: m.memory)
        )
        rate = median(mine, lambda m: m.rate)
        speed = f"{rate:.0f} | {times} | {low:.0f}–{high:.0f}"
        lines.append(f"| {bot} | {speed} | {p50:.1f} | {p99:.1f} | {cost:.2f} | {memory:.0f} |")
    return "\n".join(lines)


def latency_table(all_: list[Measurement]) -> str:
    """Return the table of the open loop."""
    lines = [
        "| load | bot | replies/s | p50 ms | p95 ms | p99 ms | p99 ÷ aiogram's |",
        "|---|---|---|---|---|---|---|",
    ]
    for load, bot in dict.fromkeys((each.load, each.bot) for each in all_ if each.load != "peak"):
        mine = [each for each in all_ if (each.load, each.bot) == (load, bot)]
        share = ratio(all_, bot, load, lambda each: each.p99)
        rate, p50, p95, p99 = (
            median(mine, figure) for figure in (lambda m: m.rate, lambda m: m.p50, lambda m: m.p95, lambda m: m.p99)
        )
        lines.append(f"| {load} | {bot} | {rate:.0f} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {share} |")
    return "\n".join(lines)


def report(all_: list[Measurement]) -> str:
    """Return both tables with what was measured on what."""
    rounds = len({each.round for each in all_})
    setting = (
        f"{rounds} rounds, bots taking turns within each; medians. {os.cpu_count()} cores, "
        f"CPython {platform.python_version()}, SQLite with synchronous=FULL, no limits on sending. Load and Bot API "
        "double run on the same cores. Only ratios within a run mean something."
    )
    parts = ["## Webhook to reply", setting, "Closed loop, 32 connections:", peak_table(all_)]
    if any(each.load != "peak" for each in all_):
        parts += ["Open loop, at a share of aiogram's peak:", latency_table(all_)]
    return "\n\n".join(parts) + "\n"
