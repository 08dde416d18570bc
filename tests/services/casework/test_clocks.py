"""The clocks of a case: what cannot be known yet is said."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from bot.domain import worktime
from bot.domain.worktime import Limit
from bot.services.casework import clocks
from tests.small_city import small_city


def test_a_year_whose_holidays_are_not_known_is_said_loudly_once_in_a_process(caplog: pytest.LogCaptureFixture):
    clocks._say_unknown.cache_clear()
    for city in (small_city(dispute_days=8), small_city(dispute_days=9)):  # as after another import
        for month in (3, 4):
            worktime.add(datetime(2099, month, 2, 1, tzinfo=UTC), Limit(2, "work_days"), clocks.calendar(city))

    said = [record for record in caplog.records if "2099" in record.getMessage()]
    assert [record.levelno for record in said] == [logging.ERROR]
