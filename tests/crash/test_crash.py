"""Killed at random moments while people go on talking to it, the program loses nothing and does nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.harness import Mode, Plan, crash
from tests.crash.program import Start

SMALL = Plan(updates=300, kills=3, rate=200)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_nothing_is_lost_and_nothing_done_twice(mode: Mode, migrated_url: str, tmp_path: Path, start: Start):
    outcome = await crash(SMALL, migrated_url, mode, tmp_path, start)

    assert outcome.updates >= SMALL.updates
    assert outcome.kills == SMALL.kills
    assert outcome.findings.lost == []
    assert outcome.findings.twice == []
    assert outcome.findings.order == []
    assert outcome.doubled <= len(outcome.in_flight)
