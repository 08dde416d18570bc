"""`pointkeeper audit verify` says in plain words what is whole and what is broken."""

from __future__ import annotations

from typing import get_args

import pytest
from sqlalchemy import update

from bot.domain.history import Why
from bot.services import history
from bot.services.audit import audit_command
from storage.models import Event, Seal
from tests.dialogue import WORDS, Stage


def say(key, facts):
    return WORDS.plain("en", key, **facts)


@pytest.fixture
def told(stage: Stage) -> Stage:
    """A stage with the history of one case."""
    wang = stage.person("wang")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    return stage


def test_a_whole_past_and_its_last_seal(told: Stage, capsys: pytest.CaptureFixture):
    assert audit_command(told.database, say) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["Nothing has been sealed yet."]

    with told.desk() as desk:
        sealed = history.seal(desk.session, desk.now)
    assert audit_command(told.database, say) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Whole. Looked at: cases 1, records ")
    assert last == f"Last seal: no. 1 of 2026-03-02 01:00 UTC, {sealed.hash.hex()}"


def test_what_is_broken_is_named(told: Stage, capsys: pytest.CaptureFixture):
    with told.desk() as desk:
        history.seal(desk.session, desk.now)
    with told.database.begin() as session:
        session.execute(update(Event).where(Event.seq == 2).values(actor="somebody"))
        session.execute(update(Seal).values(hash=b"other"))

    assert audit_command(told.database, say) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "Seal no. 1: changed after it was made, or seals are missing before it." in lines
    assert f"{told.case.number}, record 2: changed after it was written." in lines
    assert any(line.startswith("Broken.") and line.endswith("Wrong: 2.") for line in lines)


def test_every_kind_of_break_has_its_words():
    assert all(WORDS.has(f"audit.why.{why}") for why in (*get_args(Why), "changed_seal"))
