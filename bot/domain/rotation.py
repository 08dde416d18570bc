"""The code that changes every half-minute, by which a shift leader lets colleagues sign in where no position is sent.

A one-time password by time (the idea of RFC 6238): a keyed digest of the half-minute, cut to six digits.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

STEP = timedelta(seconds=30)
GRACE = timedelta(seconds=10)
"""So long after a code has changed it is still taken: somebody was typing."""
DIGITS = 6
_REMEMBERED = 20
"""So many earlier codes are known as such: those of the last ten minutes."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """What a code that somebody typed is worth."""

    GOOD = "good"
    CHANGED = "changed"
    WRONG = "wrong"


class Code(NamedTuple):
    """What is shown, and until when."""

    digits: str
    until: datetime


def showing(secret: str, at: datetime) -> Code:
    """Return the code of this moment."""
    step = _step(at)
    return Code(_digits(secret, step), _EPOCH + (step + 1) * STEP)


def judge(secret: str, digits: str, at: datetime) -> Verdict:
    """Say what the digits that somebody typed are worth at this moment."""
    step = _step(at)
    if digits in {_digits(secret, step), _digits(secret, _step(at - GRACE))}:
        return Verdict.GOOD
    earlier = {_digits(secret, step - back) for back in range(1, _REMEMBERED + 1)}
    return Verdict.CHANGED if digits in earlier else Verdict.WRONG


def _step(at: datetime) -> int:
    return (at - _EPOCH) // STEP


def _digits(secret: str, step: int) -> str:
    digest = hmac.digest(secret.encode(), step.to_bytes(8, "big"), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"
