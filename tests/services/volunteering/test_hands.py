"""Those who were not asked for longest are asked first."""

from __future__ import annotations

import pytest

from bot.services.volunteering import hands
from storage.models import Shift
from tests.dialogue import Stage
from tests.handlers.serving import open_shift, volunteer


def test_asking_goes_round(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hands, "_AT_MOST", 2)
    shift_id, names = open_shift(stage), {volunteer(stage, name).person.id: name for name in "abc"}

    def ask() -> str:
        stage.advance(minutes=1)
        with stage.desk() as desk:
            found = [each.person_id for each in hands.free(desk, desk.session.get_one(Shift, shift_id), "U-E")]
            hands.note_asked(desk, found)
        return "".join(names[each] for each in found)

    assert [ask(), ask(), ask(), ask()] == ["ab", "ca", "bc", "ab"]
