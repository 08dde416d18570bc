"""The rotating code: good while it is shown and a moment longer, known when it has changed, else wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import rotation
from bot.domain.rotation import Verdict

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (0, Verdict.GOOD), (29, Verdict.GOOD), (39, Verdict.GOOD), (40, Verdict.CHANGED), (600, Verdict.CHANGED),
        (660, Verdict.WRONG), (-1, Verdict.WRONG),
    ],
)  # fmt: skip
def test_a_code_is_good_while_shown_and_ten_seconds_more(seconds, verdict):
    digits = rotation.showing("a secret", NOW).digits
    assert rotation.judge("a secret", digits, NOW + timedelta(seconds=seconds)) is verdict


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.text(min_size=1))  # noqa: DTZ001 -- in UTC by `timezones`
def test_whatever_is_shown_is_good_until_it_changes(at, secret):
    code = rotation.showing(secret, at)
    assert len(code.digits) == rotation.DIGITS
    assert code.digits.isdecimal()
    assert at < code.until <= at + rotation.STEP
    assert rotation.judge(secret, code.digits, code.until - timedelta(microseconds=1)) is Verdict.GOOD


def test_another_shift_has_another_code():
    assert rotation.judge("another", rotation.showing("a secret", NOW).digits, NOW) is Verdict.WRONG
