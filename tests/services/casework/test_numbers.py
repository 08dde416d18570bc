"""Case numbers: short, unique, and understood however they are said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.services.casework import numbers
from storage.models import NumberBlock
from tests.dialogue import Stage


def test_a_number_is_the_day_and_a_running_number(stage: Stage):
    with stage.desk() as desk:
        assert [numbers.take(desk) for _ in range(3)] == ["A0302-001", "A0302-002", "A0302-003"]


def test_the_day_is_the_citys_and_the_letter_the_years(stage: Stage):
    with stage.desk() as desk:
        desk.now = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
        assert numbers.take(desk) == "B0101-001"
        desk.now = datetime(2050, 1, 1, tzinfo=UTC)
        assert numbers.take(desk) == "A0101-001"


def test_more_than_a_thousand_a_day_are_possible(stage: Stage):
    with stage.desk() as desk:
        desk.session.add(NumberBlock(day="A0302", next=1000))
    with stage.desk() as desk:
        assert numbers.take(desk) == "A0302-1000"


def test_several_at_once_never_take_the_same(stage: Stage):
    def take(_: int) -> list[str]:
        with stage.database.begin() as session:
            desk = stage.house.desk(session, stage.house.post(session, stage.now), stage.now)
            return [numbers.take(desk) for _ in range(7)]

    with ThreadPoolExecutor(3) as pool:
        taken = [number for found in pool.map(take, range(6)) for number in found]
    assert len(set(taken)) == 42


def test_a_number_of_a_case_that_was_rolled_back_is_not_given_to_two(stage: Stage):
    with pytest.raises(ZeroDivisionError), stage.desk() as desk:
        assert numbers.take(desk) == f"A0302-{1 // 0}"
    with stage.desk() as desk:
        taken = [numbers.take(desk) for _ in range(15)]
    assert len(set(taken)) == 15


def test_it_is_understood_however_it_is_said(stage: Stage):
    reporter = stage.person("wang")
    reporter.sends_photo(caption="东街农贸市场 路面破损")
    reporter.presses("提交")
    said = ["A0302-001", "001", "a0302001", "0302001", "0302-001", "#A0302 001", "Ａ０３０２－００１", "0302－001号"]
    with stage.desk() as desk:
        found = [numbers.find(desk, each) for each in said]
    assert [[case.number for case in each] for each in found] == [["A0302-001"]] * len(said)


def test_what_is_no_number_finds_nothing(stage: Stage):
    said = ["", "12", "A0302-002", "你好", "x" * 500, "0302001; drop table", "9" * 9000]
    with stage.desk() as desk:
        assert [numbers.find(desk, each) for each in said] == [[]] * len(said)
