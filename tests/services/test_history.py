"""The history: nothing in it can be changed unseen, and words can be erased."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from bot.services import history
from storage.models import CaseText, Event, Seal
from tests.dialogue import Stage


@pytest.fixture
def told(stage: Stage) -> Stage:
    """A stage with a sealed history of a case that was taken."""
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    reporter = stage.person("wang")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    with stage.desk() as desk:
        assert history.seal(desk.session, desk.now) is not None
    leader.presses("签收")
    return stage


def breaks(stage: Stage) -> set[str]:
    with stage.reading() as session:
        return {found.why for found in history.verify_all(session)}


def test_an_untouched_past_is_whole(told: Stage):
    assert breaks(told) == set()


def test_words_and_salt_can_be_erased(told: Stage):
    with told.desk() as desk:
        desk.session.execute(delete(CaseText))
    assert breaks(told) == set()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["actor", "action", "after", "at"])
def test_a_changed_event_shows(told: Stage, column: str):
    value = told.now.replace(year=2025) if column == "at" else "other"
    with told.desk() as desk:
        desk.session.execute(update(Event).where(Event.seq == 2).values({column: value}))
    assert breaks(told) == {"changed_facts"}


def test_changed_words_show(told: Stage):
    with told.desk() as desk:
        desk.session.execute(update(CaseText).values(text="别的"))
    assert breaks(told) == {"changed_text"}


def test_a_dropped_event_shows(told: Stage):
    with told.desk() as desk:
        desk.session.execute(delete(Event).where(Event.seq == 2))
    assert breaks(told) == {"missing_event"}


def test_a_history_cut_off_below_its_seal_shows(told: Stage):
    with told.desk() as desk:
        desk.session.execute(delete(Event).where(Event.seq >= 3))
    assert breaks(told) == {"missing_head"}


def test_a_whole_history_that_is_gone_shows(told: Stage):
    with told.desk() as desk:
        desk.session.execute(delete(Event))
    assert breaks(told) == {"missing_head"}


def test_a_changed_seal_shows(told: Stage):
    with told.desk() as desk:
        desk.session.execute(update(Seal).values(hash=b"other"))
    assert "changed_seal" in breaks(told)


def test_a_seal_covers_only_what_changed(told: Stage):
    with told.desk() as desk:
        second = history.seal(desk.session, desk.now)
        assert second is not None
        assert (second.seq, len(second.heads)) == (2, 1)
        assert history.seal(desk.session, desk.now) is None
