"""What DingTalk's refusals mean to whoever delivers. Only codes are kept: an answer may quote what was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.port import DeliveryError

Json = dict[str, Any]

_CREDENTIALS_PAUSE = 60.0
"""Credentials or permissions may be put right by the operator: seconds until the next try."""
_SECOND = 1.0
"""How long one waits after too many calls a second."""
_HOUR = 3600.0
"""The month's calls are used up: a session that somebody opens by writing may help before the next month does."""
_THROTTLED = 600.0
"""A custom robot that said more than 20 things in a minute is silenced for ten (open.dingtalk.com)."""
_ONE_BY_ONE = 60.0
"""Somebody who has got too much lately takes more after about so many seconds."""

# Parts of codes, in lower case; the numbers are those of the older interface (oapi).
_TOKEN = ("invalidauthentication", "40014", "42001", "40001", "88")
_QPS = ("qpslimit", "90018", "90002", "toofast", "too.fast", "throttling")
_MONTH = ("apicountlimit", "90020")
_SCOPE = ("permissiondenied", "accessdenied", "60011")
_NOBODY = ("staffid.notexisted", "staffidnotexist", "user.notexist")


def is_token(error: DeliveryError) -> bool:
    """Tell whether the token was refused, so that a fresh one may help."""
    return error.reason == "credentials" and str(error).endswith("token")


def understood(status: int, body: bytes) -> Json:
    """Return an answer of either interface. Raises `DeliveryError` when it is a refusal, or no answer at all."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise broken(f"http {status}")
    if answer.get("punish"):  # the address has called far too often, and is answered by what stands before
        raise busy(float(answer.get("wait") or _ONE_BY_ONE), "punished")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise broken(f"http {status}")
    code = str(answer.get("code", "")) if status >= HTTPStatus.BAD_REQUEST else str(answer.get("errcode", 0))
    if status >= HTTPStatus.BAD_REQUEST or code != "0":
        raise refused(status, code)
    return answer


def refused(status: int, code: str) -> DeliveryError:  # noqa: PLR0911 -- a table of codes
    """Return the error for a code; 403 may be anything from too many calls a second to a permission that lacks."""
    word = code.casefold()
    if _says(word, _MONTH):
        return busy(_HOUR, code)
    if _says(word, _QPS) or status == HTTPStatus.TOO_MANY_REQUESTS:
        return busy(_SECOND, code)
    if word == "130101":
        return busy(_THROTTLED, code)
    if _says(word, _TOKEN) or status == HTTPStatus.UNAUTHORIZED:
        return _credentials("token")
    if _says(word, _SCOPE):
        return _credentials(code)
    if word == "-1":
        return broken(code)
    reason = "blocked" if _says(word, _NOBODY) else "refused"
    return DeliveryError(reason, permanent=True, detail=code)


def check_people(answer: Mapping[str, Any]) -> None:
    """Raise what befell the one recipient of a batch: the call itself succeeds all the same."""
    if answer.get("flowControlledStaffIdList"):
        raise busy(_ONE_BY_ONE, "flowControlled")
    if answer.get("invalidStaffIdList") or answer.get("filteredStaffIdList"):
        raise DeliveryError("blocked", permanent=True, detail="staff id")


def check_cards(answer: Mapping[str, Any]) -> None:
    """Raise `DeliveryError` when a card was made, but not put into its chat."""
    result = answer.get("result")
    spaces = result.get("deliverResults") if isinstance(result, Mapping) else None
    if isinstance(spaces, list) and any(isinstance(each, Mapping) and each.get("success") is False for each in spaces):
        raise DeliveryError("blocked", permanent=True, detail="card not delivered")


def busy(seconds: float, code: str) -> DeliveryError:
    """Return the error for too many calls."""
    return DeliveryError("busy", permanent=False, retry_after=seconds, detail=code)


def broken(detail: str) -> DeliveryError:
    """Return the error for trouble on the line or on the server."""
    return DeliveryError("network", permanent=False, detail=detail)


def _credentials(detail: str) -> DeliveryError:
    return DeliveryError("credentials", permanent=False, retry_after=_CREDENTIALS_PAUSE, detail=detail)


def _says(word: str, parts: tuple[str, ...]) -> bool:
    return any(word == part if part.isdecimal() else part in word for part in parts)
