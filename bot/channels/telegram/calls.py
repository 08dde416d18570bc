"""A call of the Bot API as plain data, and what a driver makes of it: all in which one SDK differs from another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

Json = dict[str, Any]

SECONDS = 30.0
"""How long a call may take, unless it is one that waits."""
MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bots can fetch files up to 20 MB (Bot API, getFile)."""


class Upload(NamedTuple):
    """A file that goes along with a call."""

    name: str
    data: bytes


class Call(NamedTuple):
    """A method by its name with its parameters as JSON; one that says `attach://x` means the file in field x."""

    method: str
    params: Mapping[str, Any]
    files: Mapping[str, Upload] = MappingProxyType({})


class Driver(Protocol):
    """One bot's way to the Bot API."""

    account: str
    """The bot's own id, the part of its token that is no secret."""

    async def call(self, call: Call, seconds: float = SECONDS) -> Any:
        """Call a method and return its result as JSON. Raises `DeliveryError`, also when `seconds` are over."""
        ...

    async def download(self, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `DeliveryError`, also beyond `MAX_DOWNLOAD`."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def read_answer(status: int, content: bytes) -> Json | None:
    """Return the Bot API's answer; None when it is something else, as of a proxy that stands in between."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    if not isinstance(answer, dict) or answer.get("ok") is not (status == HTTPStatus.OK):
        return None
    is_whole = "result" in answer if answer["ok"] else isinstance(answer.get("description"), str)
    return answer if is_whole else None
