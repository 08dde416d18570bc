"""Kill the running program again and again: `python -m benchmarks.crash --kills 20 --updates 3000 --out docs/crash.md`.

Each of polling and webhook, SQLite and PostgreSQL: people talk by a Bot API double while the program is killed with
SIGKILL at random moments (the same ones for the same seed) and started again. Nothing may be lost, done twice or come
out of order; of messages only those in flight at a kill may come twice. Then a hundred thousand deadlines come due
while it is killed and its clock jumps: each must be said once. The exit code is 1 if anything is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import get_args

from sqlalchemy import make_url

from tests.crash import deadlines
from tests.crash.backlog import LEADERS
from tests.crash.harness import Mode, Outcome, Plan, crash
from tests.crash.program import nursery, run_command
from tests.postgresql import PostgreSQL, careless_server, migrate

DATABASES = ("sqlite", "postgresql")
PAGE = """# Killed at random moments

`make crash` lets people talk to the real program by a double of Telegram's Bot API, kills it with SIGKILL at random
moments (also while it starts) and starts it again; meanwhile people go on, and some updates are delivered once more.
Afterwards the database and the chats are compared with what must have come of it: every update handled, every report
one case with its words, photos, acts and followers, every chat's messages in order. A message that had arrived when the
kill came, but was not yet written down as sent, is sent again: that many are doubled at most.

"""
HEAD = (
    "| | updates | repeated | kills | lost | twice | order broken | doubled messages | in flight at kills | seconds |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)
DEADLINES = """
## Deadlines

`make crash` then lays out {deadlines:,} cases that come due within {minutes:g} minutes, each at a moment of its own,
and {leaders} leaders who hear of them by the same double. Meanwhile the program is killed and started again. Then its
clock jumps ahead to where the next rung of the ladder is reached, back by half an hour, and ahead to the next morning,
with a kill after each. In the end each case must have been said due, have climbed its rung and been said again in the
morning, each once. Nobody may get more new cards than two a day, apart from one in flight at each kill. Due work is
looked for once a minute, so it is half a minute late by itself. On PostgreSQL two programs share the work; a takeover
lasts from the kill of the one that kept the clock until the other keeps it.

"""
DEADLINES_HEAD = (
    "| | deadlines | processes | kills | lost | twice | new cards | too many | late, median s | late, p99 s |"
    " takeovers, s | seconds |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |\n"
)
PROCESSES = {"sqlite": 1, "postgresql": 2}
SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=60, help="updates a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modes", nargs="+", choices=get_args(Mode), default=get_args(Mode))
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--deadlines", type=int, default=100_000, help="0 leaves that part out")
    parser.add_argument("--minutes", type=float, default=4, help="within which the deadlines come due")
    parser.add_argument("--forked", action="store_true", help="start faster: fork a process that has imported it all")
    parser.add_argument("--out", type=Path, help="write a page with the table to this file")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left running
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # an upload that a kill cuts off is no error here
    plan = Plan(given.updates, given.kills, given.rate, given.seed)
    table, good = HEAD, True
    for database, mode in product(given.databases, given.modes if given.updates else ()):
        outcome = play(plan, database, mode, forked=given.forked)
        table += row(f"{mode}, {database}", outcome)
        good &= outcome.is_good
        print(row(f"{mode}, {database}", outcome), end="", flush=True)
        tell(outcome)
    page = PAGE + table
    if given.deadlines:
        lines, all_said = play_deadlines(given.databases, given.deadlines, given.minutes, given.seed)
        page += DEADLINES.format(deadlines=given.deadlines, minutes=given.minutes, leaders=LEADERS) + lines
        good &= all_said
    print(f"\n{page}")
    if given.out:
        given.out.write_text(page, encoding="utf-8")
    return 0 if good else 1


def play(plan: Plan, database: str, mode: Mode, *, forked: bool) -> Outcome:
    """Play the plan on a new database."""
    with tempfile.TemporaryDirectory(prefix="pk-crash-") as name, MAKERS[database](Path(name)) as url:
        return asyncio.run(_play(plan, url, mode, Path(name), forked=forked))


async def _play(plan: Plan, url: str, mode: Mode, folder: Path, *, forked: bool) -> Outcome:
    async with AsyncExitStack() as stack:
        start = await stack.enter_async_context(nursery()) if forked else run_command
        return await crash(plan, url, mode, folder, start)


def play_deadlines(databases: list[str], count: int, minutes: float, seed: int) -> tuple[str, bool]:
    """Let deadlines come due on a new database of each kind; return the table, and whether all was said once."""
    table, good = DEADLINES_HEAD, True
    for database in databases:
        plan = deadlines.Plan(count, minutes * 60, round(2 * minutes), PROCESSES[database], seed=seed)
        with tempfile.TemporaryDirectory(prefix="pk-crash-") as name, MAKERS[database](Path(name)) as url:
            outcome = asyncio.run(_play_deadlines(plan, url, Path(name)))
        line = deadlines_row(database, plan, outcome)
        table += line
        good &= outcome.is_good
        print(line, end="", flush=True)
    return table, good


async def _play_deadlines(plan: deadlines.Plan, url: str, folder: Path) -> deadlines.Outcome:
    async with nursery() as start:
        return await deadlines.crash(plan, url, folder, start)


def deadlines_row(name: str, plan: deadlines.Plan, outcome: deadlines.Outcome) -> str:
    """Return a line of the table."""
    takeovers = ", ".join(f"{each:.1f}" for each in sorted(outcome.takeovers)) or "—"
    figures = (
        outcome.deadlines, plan.processes, outcome.kills, outcome.lost, outcome.twice, outcome.cards, outcome.too_many,
        round(statistics.median(outcome.lateness)), round(outcome.p99), takeovers, round(outcome.seconds),
    )  # fmt: skip
    return f"| {name} | " + " | ".join(map(str, figures)) + " |\n"


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Make an SQLite file that is migrated."""
    url = f"sqlite:///{folder / 'crash.db'}"
    migrate(make_url(url))
    yield url


@contextmanager
def postgresql(_folder: Path) -> Iterator[str]:
    """Start the PostgreSQL that comes as a wheel, and make a migrated database."""
    with careless_server() as server:
        postgres = PostgreSQL(server)
        yield postgres.create(postgres.migrated()).render_as_string(hide_password=False)
        postgres.close()


MAKERS = {"sqlite": sqlite, "postgresql": postgresql}


def row(name: str, outcome: Outcome) -> str:
    """Return a line of the table."""
    found = outcome.findings
    figures = (
        outcome.updates, outcome.repeated, outcome.kills, len(found.lost), len(found.twice), len(found.order),
        outcome.doubled, len(outcome.in_flight), round(outcome.seconds),
    )  # fmt: skip
    return f"| {name} | " + " | ".join(map(str, figures)) + " |\n"


def tell(outcome: Outcome) -> None:
    """Say what is wrong."""
    found = outcome.findings
    for kind, sentences in (("lost", found.lost), ("twice", found.twice), ("order", found.order)):
        for sentence in sentences[:SHOWN]:
            print(f"  {kind}: {sentence}")
        if len(sentences) > SHOWN:
            print(f"  {kind}: … and {len(sentences) - SHOWN} more")


if __name__ == "__main__":
    sys.exit(main())
