"""A week of volunteers by the moved clock: hours, coverage and counts are what plain counting of minutes foretells.

The model reads the script of what people do and the rules in words; it shares no code with the program. By default some
of the posts are played; `make week` plays all sixty, on both databases.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from pathlib import Path
from time import process_time

import pytest

from tests.dialogue import Stage
from tests.month.days import MINUTE, local
from tests.week.acts import Script
from tests.week.ledger import Ledger
from tests.week.program import MONDAY, Program, city_of
from tests.week.script import Scribe

ALL = "PK_TEST_WEEK"
POSTS = int(os.environ.get(ALL, "4"))
SEED = int(os.environ.get("PK_TEST_WEEK_SEED", "1"))
GRAIN = int(os.environ.get("PK_TEST_WEEK_GRAIN", "7"))
"""People come, go and count every so many minutes."""
DATABASES = ["sqlite", *([pytest.param("postgresql", marks=pytest.mark.postgres)] if ALL in os.environ else [])]
KINDS = ("duty", "training")
MODEL = ("acts", "script", "ledger")


@pytest.mark.parametrize("database_kind", DATABASES)
def test_a_week_comes_to_what_plain_counting_foretells(migrated_url: str, tmp_path: Path):
    script = Scribe(POSTS, SEED, GRAIN).write()
    ledger = Ledger(script)
    assert_everything_occurs(ledger)
    began = process_time()
    stage = Stage(migrated_url, tmp_path, city=city_of(script))
    stage.clock.move(local(MONDAY) + (script.acts[0].at - 20) * MINUTE - stage.now)
    program = Program(stage, script)
    program.play()
    tell(script, ledger, f"{process_time() - began:.0f} s of CPU")

    assert_same(program.minutes(), {key: len(minutes) for key, minutes in ledger.served.items() if minutes})
    people = range(script.volunteers)
    assert_same(
        program.totals(), {who: (ledger.minutes(who, "duty"), ledger.minutes(who, "training")) for who in people}
    )
    assert_same(program.covers(), ledger.covers())
    assert_same(+program.tallies(), +ledger.tallies)
    assert_same(program.reminders(), Counter(ledger.reminders))
    assert program.states() == ledger.states()
    stage.close()


def test_the_model_shares_no_code_with_the_program():
    folder = Path(__file__).parent
    imports = re.compile(r"^[ \t]*(?:from|import) (?:bot|storage)\b", re.MULTILINE)
    assert [name for name in MODEL if imports.search((folder / f"{name}.py").read_text())] == []


def assert_same(program: dict, model: dict) -> None:
    """Compare one by one; show the first that differ, as (the program's, the model's)."""
    keys = sorted(program.keys() | model.keys(), key=str)
    differ = {key: (program.get(key), model.get(key)) for key in keys if program.get(key) != model.get(key)}
    assert not differ, dict(list(differ.items())[:10])


def assert_everything_occurs(ledger: Ledger) -> None:
    """A week in which nothing went wrong would be easy to agree with."""
    wanted = {
        "signed up", "no place", "withdrawn", "withdrawn too late", "swapped", "pin", "live", "code", "far",
        "too often", "relieved", "forgotten", "put away", "undone", "asked", "not asked", "granted", "refused",
    }  # fmt: skip
    assert wanted <= (+ledger.happened).keys(), wanted - (+ledger.happened).keys()


def tell(script: Script, ledger: Ledger, took: str) -> None:
    """Say what was played and compared."""
    minutes = sum(map(len, ledger.served.values()))
    planned, held, wanted, came, *_ = map(sum, zip(*ledger.covers().values(), strict=True))
    sys.stdout.write(
        f"\n{script.posts} posts, {script.volunteers} volunteers, {len(script.slots)} shifts, {len(script.acts)} acts: "
        f"{minutes / 60:.1f} hours, {planned} shifts planned, {held} held, {wanted} hands wanted, {came} there, "
        f"{sum(ledger.tallies.values())} counted, {len(ledger.reminders)} reminders; "
        f"{dict(sorted(ledger.happened.items()))}; {took}\n"
    )
