"""DingTalk's signatures: of what its robots are told by HTTP, of taps on cards, and of what custom robots say."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta

FRESH = timedelta(hours=1)
"""A timestamp further away than this is no signature of now (DingTalk's own rule for robots)."""


def sign(timestamp: str, secret: str) -> str:
    """Return the signature of a robot; `timestamp` counts milliseconds. It covers neither body nor address."""
    return _digest(secret, f"{timestamp}\n{secret}")


def sign_card(timestamp: str, secret: str) -> str:
    """Return the signature of a tap on a card."""
    return _digest(secret, timestamp)


def is_from_robot(timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Tell whether a robot's post is signed with the application's secret, and lately."""
    return is_fresh(timestamp, now) and _is_same(sign(timestamp, secret), signature)


def is_from_card(timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Tell whether a tap is signed with the secret that was registered for taps, and lately."""
    return is_fresh(timestamp, now) and _is_same(sign_card(timestamp, secret), signature)


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Tell whether something was signed lately: a signature alone is good for ever."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < len("1" + "0" * 15)):
        return False
    return abs(int(timestamp) - now.timestamp() * 1000) <= FRESH / timedelta(milliseconds=1)


def secret_of_cards(client_secret: str) -> str:
    """Return the secret that we register for taps: made from the application's, but not it."""
    return hmac.digest(client_secret.encode(), b"taps on cards", "sha256").hex()


def _digest(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(errors="replace"), "sha256")).decode()


def _is_same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))
