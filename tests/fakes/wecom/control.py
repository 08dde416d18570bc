"""The double as a process of its own, steered over HTTP: for whole-program tests and for trying things by hand."""

from __future__ import annotations

import base64
from typing import Any

from aiohttp import web

from tests.fakes.wecom.chats import Shown
from tests.fakes.wecom.server import FakeWeCom


class ControlledWeCom(FakeWeCom):
    """A FakeWeCom with routes under `/control/`.

    - POST `url` `{"url": …}`: where callbacks go
    - POST `do` `{"user": id, "does": "says", "with": [arguments]}`; a photo comes as base64
    - POST `trouble` as FakeWeCom.trouble; POST `invalidate`: no token is good any more
    - GET `chat?id=…` (a userid, `appchat:ID` or `robot`): what it shows; GET `calls`
    - GET `statuses`: the answers to callbacks
    """

    def add_controls(self, app: web.Application) -> None:
        """Add the controls."""
        app.router.add_post("/control/url", self._aim)
        app.router.add_post("/control/do", self._do)
        app.router.add_post("/control/trouble", self._order)
        app.router.add_post("/control/invalidate", self._invalidate)
        app.router.add_get("/control/chat", self._chat)
        app.router.add_get("/control/calls", self._calls)
        app.router.add_get("/control/statuses", self._statuses)

    async def _aim(self, request: web.Request) -> web.Response:
        self.pushing.url = (await request.json())["url"]
        return web.json_response({})

    async def _do(self, request: web.Request) -> web.Response:
        body = await request.json()
        given = body.get("with", [])
        if body["does"] == "sends_photo":
            given = [base64.b64decode(given[0])]
        return web.json_response({"xml": getattr(self.member(body["user"]), body["does"])(*given)})

    async def _order(self, request: web.Request) -> web.Response:
        self.trouble(**await request.json())
        return web.json_response({})

    async def _invalidate(self, _: web.Request) -> web.Response:
        self.invalidate_tokens()
        return web.json_response({})

    async def _chat(self, request: web.Request) -> web.Response:
        chat = self.chat(request.query["id"])
        return web.json_response({"messages": [_told(each) for each in chat.messages], "dropped": chat.dropped})

    async def _calls(self, _: web.Request) -> web.Response:
        return web.json_response(self.paths())

    async def _statuses(self, _: web.Request) -> web.Response:
        return web.json_response(self.pushing.statuses)


def _told(shown: Shown) -> dict[str, Any]:
    file = shown.file[0] if shown.file else ""
    return {"text": shown.text, "labels": shown.labels, "photo": bool(shown.photo), "file": file}
