"""Signatures: the published vector, an hour either way, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.dingtalk.signature import is_from_card, is_from_robot, secret_of_cards, sign, sign_card

TIMESTAMP, SECRET = "1577262236757", "this is secret"
SIGNATURE = "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
AT = datetime.fromtimestamp(1577262236.757, UTC)
HOUR = timedelta(hours=1)


def test_the_published_vector():
    assert sign(TIMESTAMP, SECRET) == SIGNATURE


@pytest.mark.parametrize("late", [-HOUR, timedelta(), HOUR])
def test_an_hour_either_way_is_now(late):
    assert is_from_robot(TIMESTAMP, SIGNATURE, SECRET, AT + late)


@pytest.mark.parametrize("late", [-HOUR - timedelta(seconds=1), HOUR + timedelta(seconds=1)])
def test_what_was_signed_earlier_or_later_is_refused(late):
    assert not is_from_robot(TIMESTAMP, SIGNATURE, SECRET, AT + late)


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        ("", ""),
        (TIMESTAMP, ""),
        (TIMESTAMP, SIGNATURE[:-1]),
        (TIMESTAMP, "é"),
        ("x", SIGNATURE),
        ("9" * 400, SIGNATURE),
    ],
)
def test_what_is_no_signature_is_refused(timestamp, signature):
    assert not is_from_robot(timestamp, signature, SECRET, AT)


def test_taps_are_signed_with_a_secret_of_their_own():
    secret = secret_of_cards(SECRET)
    assert secret != SECRET
    assert is_from_card(TIMESTAMP, sign_card(TIMESTAMP, secret), secret, AT)
    assert not is_from_card(TIMESTAMP, SIGNATURE, SECRET, AT)
