"""Histories are sealed by the hour."""

from __future__ import annotations

from bot.services import history
from tests.dialogue import Stage
from tests.jobs.conftest import tick


def seal(stage: Stage):
    with stage.reading() as session:
        return history.last_seal(session)


def test_each_hour_what_changed_is_sealed_and_a_quiet_hour_makes_no_seal(stage: Stage):
    tick(stage, "seal")
    assert seal(stage) is None

    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    reporter = stage.person("wang")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    stage.advance(hours=1)
    tick(stage, "seal")
    assert (seal(stage).seq, seal(stage).at, [*seal(stage).heads]) == (1, stage.now, [f"case:{stage.case.id}"])

    stage.advance(hours=1)
    tick(stage, "seal")
    assert seal(stage).seq == 1

    leader.presses("签收")
    stage.advance(hours=5)
    tick(stage, "seal")
    assert seal(stage).seq == 2
    with stage.reading() as session:
        assert history.verify_all(session) == []
