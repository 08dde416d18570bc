"""The lines of a certificate."""

from __future__ import annotations

from bot.reports.certificate import wrapped
from bot.reports.lettering import width


def test_lines_break_where_they_may_and_fit():
    english = "has volunteered on the streets of Smalltown\nfrom March 2"
    lines = wrapped(english, 36, 400)
    assert lines == ["has volunteered on the", "streets of Smalltown", "from March 2"]
    assert all(width(line, 36) <= 400 for line in lines)
    assert wrapped("在小城区参加服务，累计", 36, 290) == ["在小城区参加服", "务，累计"]
