"""Hours are understood as people write them."""

from __future__ import annotations

from datetime import time

import pytest

from bot.domain.hours import read_hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("7:00-8:30", (time(7), time(8, 30))),
        ("７：００—８：３０", (time(7), time(8, 30))),
        ("7点到8点半", (time(7), time(8, 30))),
        ("17 to 18:30", (time(17), time(18, 30))),
        ("22:00-1:00", (time(22), time(1))),
        ("21点到24点", (time(21), time())),
        ("20:00-8:00", (time(20), time(8))),
        ("20:00-8:01", None),
        ("8:30-7:00", None),
        ("8:00-8:00", None),
        ("24:00-2:00", None),
        ("24:00-25:00", None),
        ("7:75-8:00", None),
        ("下午", None),
    ],
)
def test_hours(text, hours):
    assert read_hours(text) == hours
