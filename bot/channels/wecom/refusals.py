"""What WeCom's error codes mean to whoever delivers (path/90313). Only codes are kept: `errmsg` may quote anything."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from bot.port import DeliveryError

Json = dict[str, Any]

_CREDENTIALS_PAUSE = 60.0
"""Secrets, rights and trusted addresses may be put right by the operator: seconds until the next try."""
_TOO_OFTEN = 60.0
"""Whoever is over a minute's limit is turned away for so many seconds."""

_TOKEN = {40001, 40014, 41001, 42001}
_SETTINGS = {40013, 40056, 48002, 60011, 60020, 301002}
"""Corp id, agent id, rights, an address that is not trusted."""
_KEY, _KEY_PAUSE = 93000, 300.0
"""A robot's key is wrong: no other group suffers from that, and the operator may put it right."""
_OFTEN = {45009, 45033}
_BUSY = {-1}
_NOBODY = {40003, 40031, 60111, 81013, 82001, 86001, 86003, 86004, 86008}
"""No such member, or not within the app's sight; no such group, or not this app's."""
_MEDIA = {40007}


def understood(status: int, body: bytes) -> Json:
    """Return the answer. Raises `DeliveryError` when it is a refusal, or no answer at all."""
    answer = as_json(body)
    if answer is None or status >= HTTPStatus.BAD_REQUEST:
        raise broken(f"http {status}")
    code = answer.get("errcode", 0)
    if code != 0:
        raise refused(code)
    return answer


def as_json(body: bytes) -> Json | None:
    """Return an answer in JSON; None when it is something else: a file, say, or a proxy's page."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def refused(code: object) -> DeliveryError:
    """Return the error for a code."""
    if code in _BUSY:
        return broken(str(code))
    if code in _OFTEN:
        return DeliveryError("busy", permanent=False, retry_after=_TOO_OFTEN, detail=str(code))
    if code in _TOKEN or code in _SETTINGS:
        return DeliveryError("credentials", permanent=False, retry_after=_CREDENTIALS_PAUSE, detail=str(code))
    if code == _KEY:
        return DeliveryError("refused", permanent=False, retry_after=_KEY_PAUSE, detail=str(code))
    reason = "blocked" if code in _NOBODY else "refused"
    return DeliveryError(reason, permanent=True, detail=str(code))


def check_people(answer: Json) -> None:
    """Raise what befell the one recipient: the call itself may succeed all the same."""
    if answer.get("invaliduser") or answer.get("unlicenseduser"):
        raise DeliveryError("blocked", permanent=True, detail="user")


def is_token(error: DeliveryError) -> bool:
    """Tell whether the token was refused, so that a fresh one may help."""
    return _code(error) in _TOKEN


def is_media(error: DeliveryError) -> bool:
    """Tell whether WeCom has forgotten a media id."""
    return _code(error) in _MEDIA


def broken(detail: str) -> DeliveryError:
    """Return the error for trouble on the line or on the server."""
    return DeliveryError("network", permanent=False, detail=detail)


def gone(detail: str) -> DeliveryError:
    """Return the error for what is not there (any more)."""
    return DeliveryError("gone", permanent=True, detail=detail)


def _code(error: DeliveryError) -> int | None:
    word = str(error).rpartition(": ")[2]
    return int(word) if word.lstrip("-").isdecimal() else None
