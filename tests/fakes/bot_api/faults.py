"""Troubles to order: errors, slow answers, cut connections, half answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.bot_api.errors import ApiError

KINDS = ("error", "slow", "drop", "drop_accepted", "truncate")


@dataclass
class Fault:
    """The next `times` calls of `method` (`*` for all) go wrong; set `times` to 0 to end it.

    Kinds: `error` (code and description, retry_after for 429), `slow` (seconds, then as usual), `drop` (cut before
    it is accepted), `drop_accepted` (carried out, then cut without an answer), `truncate` (carried out, half a JSON).
    """

    kind: str
    method: str = "*"
    times: int = 1
    code: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    seconds: float = 1.0
    chat: int | None = None


@dataclass
class Faults:
    """The troubles that were ordered."""

    ordered: list[Fault] = field(default_factory=list)

    def next(self, method: str, chat: int | None) -> Fault | None:
        """Return the trouble of this call, counting it."""
        for fault in self.ordered:
            wanted = fault.method in ("*", method) and fault.chat in (None, chat)
            if wanted and fault.times > 0:
                fault.times -= 1
                return fault
        return None


async def before(fault: Fault | None, request: web.Request) -> None:
    """Do what goes wrong before a call is carried out."""
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop":
        cut(request)
    if fault.kind == "error":
        more = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
        raise ApiError(fault.code, fault.description, **more)


def after(fault: Fault | None, request: web.Request, answer: web.Response) -> web.Response:
    """Do what goes wrong after a call was carried out."""
    if fault and fault.kind == "drop_accepted":
        cut(request)
    if fault and fault.kind == "truncate":
        body: Any = answer.body
        return web.Response(body=body[: len(body) // 2], content_type="application/json", status=answer.status)
    return answer


def cut(request: web.Request) -> None:
    """Close the connection under the client's feet."""
    if request.transport is not None:
        request.transport.abort()
