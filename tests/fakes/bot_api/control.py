"""The double as a process of its own, steered over HTTP: for crash tests and for trying things by hand."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.fakes.bot_api.bell import wall_clock
from tests.fakes.bot_api.server import FakeBotApi, dumps


class ControlledBotApi(FakeBotApi):
    """A FakeBotApi with routes under `/control/`.

    - POST `inject` `{"updates": [...], "rate": a second or 0 for at once}`: bring updates; answers when all are queued
    - POST `redeliver` `{"update": {...}}`; POST `trouble` as FakeBotApi.trouble; POST `do`, see `do`
    - GET `calls?since=INDEX`, GET `deliveries?since=INDEX`: what was received and posted, with Unix times
    - GET `state`; GET `drained?timeout=SECONDS` waits until nothing waits (408 if it does not come to that)
    - GET `chat?id=CHAT`: what a chat shows
    """

    def add_controls(self, app: web.Application) -> None:
        """Add the controls."""
        app.router.add_post("/control/inject", self._inject)
        app.router.add_post("/control/redeliver", self._redeliver)
        app.router.add_post("/control/trouble", self._trouble)
        app.router.add_post("/control/do", self._do)
        app.router.add_get("/control/calls", self._calls)
        app.router.add_get("/control/deliveries", self._deliveries)
        app.router.add_get("/control/state", self._state)
        app.router.add_get("/control/drained", self._drained)
        app.router.add_get("/control/chat", self._chat)

    async def _inject(self, request: web.Request) -> web.Response:
        body = await request.json()
        pause = 1 / body["rate"] if body.get("rate") else 0
        loop = asyncio.get_running_loop()
        began, given = loop.time(), []
        for number, update in enumerate(body["updates"]):
            if pause and (late := began + number * pause - loop.time()) > 0:
                await asyncio.sleep(late)
            given.append({"update_id": self.deliver(update)["update_id"], "at": wall_clock()})
        return answer(given)

    async def _redeliver(self, request: web.Request) -> web.Response:
        self.redeliver((await request.json())["update"])
        return answer({})

    async def _trouble(self, request: web.Request) -> web.Response:
        self.trouble(**await request.json())
        return answer({})

    async def _do(self, request: web.Request) -> web.Response:
        """Let a person do something: `{"user": id, "name": …, "does": "sends", "with": [arguments]}`."""
        body = await request.json()
        user = self.users.get(body["user"]) or self.user(body.get("name", "Somebody"), id=body["user"])
        done = getattr(user, body["does"])(*body.get("with", []))
        return answer(getattr(done, "json", None))

    async def _calls(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", 0))
        return answer([vars(call) for call in self.calls[since:]])

    async def _deliveries(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", 0))
        return answer([vars(delivery) for delivery in self.updates.deliveries[since:]])

    async def _state(self, _: web.Request) -> web.Response:
        hook = self.updates.webhook
        return answer({"waiting": self.updates.waiting, "calls": len(self.calls), "webhook": hook.url})

    async def _drained(self, request: web.Request) -> web.Response:
        try:
            await self.drained(timeout=float(request.query.get("timeout", 30)))
        except AssertionError as late:
            return answer({"error": str(late)}, status=408)
        return answer({})

    async def _chat(self, request: web.Request) -> web.Response:
        chat = self.chats[int(request.query["id"])]
        return answer([message.json for message in chat.messages])


def answer(value: Any, status: int = 200) -> web.Response:
    """Return a value as JSON."""
    return web.Response(text=dumps(value), content_type="application/json", status=status)
