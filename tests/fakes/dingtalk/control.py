"""The double as a process of its own, steered over HTTP: for whole-program tests and for trying things by hand."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.fakes.dingtalk.people import Group
from tests.fakes.dingtalk.server import FakeDingTalk


class ControlledDingTalk(FakeDingTalk):
    """A FakeDingTalk with routes under `/control/`.

    - POST `do` `{"person": name, "does": "says", "with": [arguments], "group": title or nothing}`
    - POST `trouble` as FakeDingTalk.trouble; POST `disconnect`; POST `end_sessions`
    - GET `chat?person=NAME` or `?group=TITLE`: what it shows; GET `calls`: paths and bodies; GET `events`
    """

    def add_controls(self, app: web.Application) -> None:
        """Add the controls."""
        app.router.add_post("/control/do", self._do)
        app.router.add_post("/control/trouble", self._order)
        app.router.add_post("/control/disconnect", self._disconnect)
        app.router.add_post("/control/end_sessions", self._end_sessions)
        app.router.add_get("/control/chat", self._chat)
        app.router.add_get("/control/calls", self._calls)
        app.router.add_get("/control/events", self._events)

    def _named(self, name: str) -> Any:
        return next((each for each in self.people.values() if each.name == name), None) or self.person(name)

    def _titled(self, title: str) -> Group:
        groups = [each for each in self.chats.values() if isinstance(each, Group)]
        return next((each for each in groups if each.title == title), None) or self.group(title)

    async def _do(self, request: web.Request) -> web.Response:
        body = await request.json()
        group = {"group": self._titled(body["group"])} if body.get("group") else {}
        push = getattr(self._named(body["person"]), body["does"])(*body.get("with", []), **group)
        return web.json_response({"id": push.id})

    async def _order(self, request: web.Request) -> web.Response:
        self.trouble(**await request.json())
        return web.json_response({})

    async def _disconnect(self, _: web.Request) -> web.Response:
        await self.gateway.disconnect()
        return web.json_response({})

    async def _end_sessions(self, _: web.Request) -> web.Response:
        self.end_sessions()
        return web.json_response({})

    async def _chat(self, request: web.Request) -> web.Response:
        query = request.query
        chat = self._titled(query["group"]) if "group" in query else self._named(query["person"]).chat
        return web.json_response([vars(each) for each in chat.messages])

    async def _calls(self, _: web.Request) -> web.Response:
        return web.json_response(self.calls)

    async def _events(self, _: web.Request) -> web.Response:
        return web.json_response(self.gateway.events)
