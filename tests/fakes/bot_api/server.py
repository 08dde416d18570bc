"""A double of Telegram's Bot API: a real HTTP server on loopback, with people to play."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.bot_api.bell import Bell, wall_clock
from tests.fakes.bot_api.chats import Chat, Json, Message
from tests.fakes.bot_api.delivery import Updates
from tests.fakes.bot_api.errors import ApiError
from tests.fakes.bot_api.faults import Fault, Faults, after, before
from tests.fakes.bot_api.files import Files
from tests.fakes.bot_api.limits import Limits
from tests.fakes.bot_api.methods import METHODS, Method
from tests.fakes.bot_api.params import Params, read_params
from tests.fakes.bot_api.people import Group, Press, User
from tests.fakes.listening import Listening

TOKEN = "1000001:fictional-token-for-tests_0123456789"


@dataclass
class Call:
    """One call as it came: method as written, parameters, wall-clock time, and what it was answered with."""

    method: str
    params: Json
    at: float
    status: int = 0
    answer: Any = None

    @property
    def chat(self) -> int | None:
        """The chat_id, if there is one."""
        value = self.params.get("chat_id")
        return int(str(value)) if str(value).lstrip("-").isdigit() else None


class FakeBotApi(Listening):
    """The Bot API on a loopback port, while inside `async with`.

    `limits=False` takes messages at any speed; `clock` feeds the limits; failed webhook posts are repeated after
    `webhook_retry` seconds, doubling up to one second.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        limits: bool = True,
        clock: Callable[[], float] = time.monotonic,
        webhook_retry: float = 0.05,
    ) -> None:
        super().__init__(port)
        self.token, self.clock = token, clock
        self.bell = Bell()
        self.limits = Limits(clock) if limits else None
        self.updates = Updates(self.bell, webhook_retry, told=self._told)
        self.faults, self.files = Faults(), Files()
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Pointkeeper",
            "username": "pk_bot",
        }
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.photos: dict[str, list[Json]] = {}
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.calls: list[Call] = []
        self._numbers = itertools.count(1)
        self._update_ids = itertools.count(100_001)
        self._message_ids = itertools.count(11)

    # -- the server

    def add_platform(self, app: web.Application) -> None:
        """Add the routes that the platform has."""
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)

    async def close(self) -> None:
        """Stop posting."""
        await self.updates.close()

    async def _call(self, request: web.Request) -> web.Response:
        call = Call(request.match_info["method"], {}, wall_clock())
        fault: Fault | None = None
        try:
            function = self._function(request)
            params = await read_params(request)
            call.params = dict(params.values) | {name: upload.name for name, upload in params.uploads.items()}
            self.calls.append(call)
            fault = self.faults.next(call.method, call.chat)
            await before(fault, request)
            call.status, call.answer = 200, await self._carry_out(function, params)
            answer = web.Response(text=dumps({"ok": True, "result": call.answer}), content_type="application/json")
        except ApiError as refusal:
            call.status, call.answer = refusal.code, refusal.json()
            answer = web.Response(text=dumps(refusal.json()), content_type="application/json", status=refusal.code)
        self.bell.ring()
        return after(fault, request, answer)

    async def _told(self, said: Json) -> None:
        """Carry out what the answer to a webhook post asks for; nobody hears what came of it."""
        call = Call(
            said["method"], {name: value for name, value in said.items() if name != "method"}, wall_clock(), 200
        )
        self.calls.append(call)
        with contextlib.suppress(ApiError):
            call.answer = await self._carry_out(METHODS[call.method.lower()], Params(call.params, {}))

    def _function(self, request: web.Request) -> Method:
        self._check_token(request)
        try:
            return METHODS[request.match_info["method"].lower()]
        except KeyError:
            raise ApiError(404, "Not Found") from None

    async def _carry_out(self, function: Method, params: Params) -> Any:
        try:
            return await function(self, params)
        except ApiError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("The double itself failed")
            raise ApiError(500, "Internal Server Error: the double itself failed") from None

    async def _download(self, request: web.Request) -> web.Response:
        fault = self.faults.next("file", None)
        try:
            self._check_token(request)
            await before(fault, request)
        except ApiError as refusal:
            return web.json_response(refusal.json(), status=refusal.code)
        file = self.files.by_path.get(request.match_info["path"])
        if file is None:
            return web.json_response(ApiError(404, "Not Found").json(), status=404)
        return after(fault, request, web.Response(body=file.data, content_type="application/octet-stream"))

    def _check_token(self, request: web.Request) -> None:
        if request.match_info["token"] != self.token:
            raise ApiError(401, "Unauthorized")

    # -- what a test asks

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        """Return the calls of one method, perhaps to one chat."""
        return [call for call in self.calls if call.method == method and chat in (None, call.chat)]

    async def called(self, method: str, times: int = 1, *, chat: int | None = None, timeout: float = 5) -> Call:  # noqa: ASYNC109
        """Wait until a method was called and answered so many times, and return the last of these calls."""

        def look() -> Call | None:
            done = [call for call in self.calls_of(method, chat) if call.status]
            return done[times - 1] if len(done) >= times else None

        names = [call.method for call in self.calls]
        return await self.bell.until(look, timeout, lambda: f"{method} was not called {times} times, only: {names}")

    async def drained(self, *, timeout: float = 5) -> None:  # noqa: ASYNC109
        """Wait until every update was confirmed by an offset or accepted by the webhook."""
        await self.bell.until(
            lambda: True if self.updates.waiting == 0 else None,
            timeout,
            lambda: f"{self.updates.waiting} updates are still waiting; {self.updates.webhook.last_error}",
        )

    def trouble(self, kind: str, method: str = "*", times: int = 1, **details: Any) -> Fault:
        """Order a trouble (see Fault); method "file" means downloads."""
        fault = Fault(kind, method, times, **details)
        self.faults.ordered.append(fault)
        return fault

    # -- people

    def user(self, name: str = "Somebody", *, language_code: str | None = "zh-hans", id: int | None = None) -> User:  # noqa: A002
        """Return a new person; the bot may write to them once they wrote."""
        number = id or 1000 + next(self._numbers)
        person: Json = {"id": number, "is_bot": False, "first_name": name}
        if language_code:
            person["language_code"] = language_code
        chat = Chat(self.bell, {"id": number, "type": "private", "first_name": name})
        self.chats[number] = chat
        self.users[number] = User(self, person, chat)
        return self.users[number]

    def group(
        self,
        title: str,
        *,
        kind: str = "group",
        members: Iterable[User] = (),
        id: int | None = None,  # noqa: A002
    ) -> Group:
        """Return a new group (`group` or `supergroup`) that the bot is in."""
        number = id or -(next(self._numbers) + (2000 if kind == "group" else 1_000_000_002_000))
        group = Group(self.bell, {"id": number, "type": kind, "title": title}, api=self)
        group.members = {member.id: member for member in members}
        self.chats[number] = group
        return group

    def person_sends(self, chat: Chat, person: User, **fields: Any) -> Message:
        """Put a person's message into a chat and tell the bot."""
        message = self.new_message(chat, person.json, fields, None)
        self.deliver({"message": message.json})
        return message

    def membership_changed(self, chat: Chat, by: User, old: str, new: str) -> None:
        """Tell the bot that its own place in a chat changed."""
        until = {"until_date": 0}
        before_, after_ = ({"user": self.me, "status": s, **(until if s == "kicked" else {})} for s in (old, new))
        change = {"chat": chat.json, "from": by.json, "date": self.today()}
        self.deliver({"my_chat_member": {**change, "old_chat_member": before_, "new_chat_member": after_}})

    # -- updates

    def deliver(self, update: Json) -> Json:
        """Bring any update to the bot, of a kind known or not; an update_id is given if it has none.

        Who is in it becomes known: chat, person, message and press.
        """
        update = json.loads(dumps({"update_id": update.get("update_id", next(self._update_ids)), **update}))
        self._learn(update)
        self.updates.put(update)
        return update

    def redeliver(self, update: Json) -> None:
        """Bring an update once more although it was confirmed."""
        self.updates.repeat(update)

    def _learn(self, update: Json) -> None:
        query = update.get("callback_query") or {}
        message = update.get("message") or query.get("message") or {}
        chat, sender = message.get("chat") or {}, query.get("from") or message.get("from") or {}
        if sender and sender["id"] not in self.users and not sender.get("is_bot"):
            self.user(sender.get("first_name", ""), id=sender["id"]).json = sender
        if chat and chat["id"] not in self.chats:
            self.group(chat.get("title", ""), kind=chat.get("type", "group"), id=chat["id"])
        if chat.get("type") == "private" and sender and chat["id"] == sender["id"]:
            self.users[sender["id"]].started = True
        if chat and message.get("from"):
            place = self.chats[chat["id"]]
            place.sent.setdefault(message["message_id"], Message(place, message))
        if query:
            self.presses.setdefault(query["id"], Press(self, query["id"], query.get("data", "")))

    # -- small things

    def new_message(self, chat: Chat, sender: Json, fields: Json, keyboard: Json | None) -> Message:
        """Put a message into a chat."""
        head = {"message_id": next(self._message_ids), "from": sender, "chat": chat.json, "date": self.today()}
        body = {name: value for name, value in fields.items() if value not in ("", [], None)}
        message = Message(chat, {**head, **body}, keyboard)
        chat.sent[message.id] = message
        return message

    def new_id(self, kind: str) -> str:
        """Return an id nobody had yet."""
        return f"{kind}{next(self._numbers)}"

    def today(self) -> int:
        """Return the time of messages, in Unix seconds."""
        return int(wall_clock())


def dumps(value: Any) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
