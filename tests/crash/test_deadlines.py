"""Killed while deadlines come due and its clock jumps, the program says everything that is due, and says it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.deadlines import Plan, crash
from tests.crash.program import Start

FAST = 30.0


@pytest.mark.asyncio(loop_scope="session")
async def test_everything_that_is_due_is_said_once(migrated_url: str, tmp_path: Path, start: Start):
    processes = 1 if migrated_url.startswith("sqlite") else 2
    plan = Plan(deadlines=300, seconds=60, kills=1, processes=processes, speed=FAST, killing_jumps=0.4)
    outcome = await crash(plan, migrated_url, tmp_path, start)

    assert outcome.is_good, outcome
    assert len(outcome.lateness) == plan.deadlines
    assert outcome.kills >= plan.kills
    assert outcome.cards >= 20
