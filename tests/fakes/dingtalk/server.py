"""A double of DingTalk: both interfaces, the gateway and the sessions on one loopback port, with people to play."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.dingtalk.chats import Card, Chat, Json, Shown, of_robot, of_session
from tests.fakes.dingtalk.events import post_event
from tests.fakes.dingtalk.people import Group, Person
from tests.fakes.dingtalk.refusing import Refused, demand
from tests.fakes.dingtalk.settings import CLIENT, CORP, SECRET, TEMPLATE
from tests.fakes.dingtalk.stream import MESSAGES, TAPS, Gateway, Push
from tests.fakes.listening import Listening

MEGABYTE = 1024 * 1024
SESSION_SECONDS, TOKEN_SECONDS, FILE_SECONDS = 5400, 7200, 60


@dataclass
class Fault:
    """The next `times` calls to a path that contains `path` go wrong: an answer, a pause before it, or a cut."""

    path: str = ""
    status: int = 500
    body: str = "{}"
    seconds: float = 0.0
    cut: bool = False
    times: int = 1


class FakeDingTalk(Listening):
    """DingTalk on a loopback port, while inside `async with`; `clock` gives Unix seconds.

    What people do is pushed by the stream, or, after `posts_to(root)`, posted there with its signature. What becomes of
    the organisation is pushed by the stream, or, after `posts_events_to(url)`, posted there in an envelope.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, again: float = 30.0, port: int = 0) -> None:  # noqa: TID251
        super().__init__(port)
        self.client, self.secret, self.clock = CLIENT, SECRET, clock
        self.gateway = Gateway(clock, again)
        self.people: dict[str, Person] = {}
        self.chats: dict[str, Chat] = {}
        self.cards: dict[str, tuple[Chat, Card]] = {}
        self.sessions: dict[str, tuple[Chat, float]] = {}
        self.robots: dict[str, tuple[str, Chat, list[float]]] = {}
        self.tokens: dict[str, float] = {}
        self.files: dict[str, bytes] = {}
        self.passing: dict[str, tuple[bytes, float]] = {}
        self.routes: dict[str, tuple[str, str]] = {}
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, Json]] = []
        self.unreachable: dict[str, str] = {}
        self.posted: list[int] = []
        self._numbers = itertools.count(1)
        self._root = ""
        self._events_url = ""

    # -- the server

    def add_platform(self, app: web.Application) -> None:
        """Add the routes that the platform has."""
        new = {
            "/v1.0/oauth2/accessToken": self._token, "/v1.0/gateway/connections/open": self._open,
            "/v1.0/robot/oToMessages/batchSend": self._to_people, "/v1.0/robot/groupMessages/send": self._to_group,
            "/v1.0/robot/otoMessages/batchRecall": self._recall, "/v1.0/robot/groupMessages/recall": self._recall,
            "/v1.0/robot/messageFiles/download": self._downloading, "/v1.0/card/callbacks/register": self._register,
            "/v1.0/card/instances/createAndDeliver": self._create,
        }  # fmt: skip
        for path, method in new.items():
            app.router.add_post(path, self._new(method))
        app.router.add_put("/v1.0/card/instances", self._new(self._change))
        app.router.add_get("/gettoken", self._old(self._old_token))
        app.router.add_post("/media/upload", self._old(self._upload))
        app.router.add_post("/robot/sendBySession", self._old(self._by_session))
        app.router.add_post("/robot/send", self._old(self._by_robot))
        app.router.add_get("/files/{name}", self._file)
        app.router.add_get("/connect", self._connect)

    async def close(self) -> None:
        """Stop posting."""
        await self.gateway.close()

    def new_id(self, kind: str) -> str:
        """Return an id."""
        return f"{kind}{next(self._numbers)}"

    # -- people

    def person(self, name: str, *, staff: bool = True) -> Person:
        """Return a new person."""
        number = f"staff{next(self._numbers)}" if staff else ""
        chat = Chat(number or f"$:LWCP_v1:${name.encode().hex()}")
        self.chats[chat.id] = chat
        self.people[chat.id] = Person(self, name, number, chat)
        return self.people[chat.id]

    def group(self, title: str) -> Group:
        """Return a new group with the robot in it."""
        group = Group(f"cid{next(self._numbers)}/x+A==", title=title)
        self.chats[group.id] = group
        return group

    def custom_robot(self, group: Group, token: str, secret: str) -> None:
        """Put a custom robot into a group."""
        self.robots[token] = (secret, group, [])

    def session_for(self, chat: Chat) -> Json:
        """Open a session, as every message does."""
        name, until = f"fictional-session-{next(self._numbers)}", self.clock() + SESSION_SECONDS
        self.sessions[name] = (chat, until)
        url = f"{self.url}/robot/sendBySession?session={name}"
        return {"sessionWebhook": url, "sessionWebhookExpiredTime": round(until * 1000)}

    def end_sessions(self) -> None:
        """Let every session end before its time."""
        self.sessions.clear()

    def keep(self, data: bytes) -> str:
        """Keep a file and return its download code."""
        code = f"code{next(self._numbers)}+/="
        self.files[code] = data
        return code

    def picture(self, data: bytes) -> Json:
        """Keep a picture and return what a message says of it."""
        return {"downloadCode": self.keep(data), "pictureDownloadCode": self.keep(data)}

    def trouble(self, path: str = "", **what: Any) -> None:
        """Order a fault."""
        self.faults.append(Fault(path, **what))

    def posts_to(self, root: str) -> None:
        """Post from now on."""
        self._root = root

    def posts_events_to(self, url: str) -> None:
        """Post events from now on."""
        self._events_url = url

    def push_message(self, said: Json) -> Push:
        """Bring a message to the robot."""
        return self._push(MESSAGES, "/dingtalk/callback", said, self.sign("\n"))

    def push_tap(self, tap: Json) -> Push:
        """Bring a tap on a card."""
        _, card = self.cards[tap["outTrackId"]]
        url, secret = self.routes.get(card.route, ("", ""))
        at = str(round(self.clock() * 1000))
        mark = {"x-ddpaas-signature-timestamp": at, "x-ddpaas-signature": digest(secret, at)}
        return self._push(TAPS, url.removeprefix(self._root), tap, mark)

    def push_event(self, kind: str, event_id: str = "", **what: Any) -> Push:
        """Tell of something in the organisation."""
        event_id, at = event_id or self.new_id("event"), round(self.clock() * 1000)
        if not self._events_url:
            data = json.dumps({"timeStamp": str(at), **what})
            return self.gateway.push("EVENT", "*", data, eventType=kind, eventId=event_id, eventCorpId=CORP)
        event = {"EventType": kind, "EventTime": at, "CorpId": CORP, "BizId": "1", "eventId": event_id, **what}
        push = Push(event_id, event, asyncio.get_running_loop().time())
        self.gateway._start(post_event(push, self._events_url, str(at), self.client))
        return push

    def sign(self, between: str) -> dict[str, str]:
        """Return the headers by which the robot's posts are signed."""
        at = str(round(self.clock() * 1000))
        return {"timestamp": at, "sign": digest(self.secret, at + between + self.secret)}

    def _push(self, topic: str, path: str, what: Json, headers: dict[str, str]) -> Push:
        data = json.dumps(what, ensure_ascii=False)
        if not self._root:
            return self.gateway.push("CALLBACK", topic, data)
        push = Push(self.new_id("post"), what, asyncio.get_running_loop().time())
        self.gateway._start(self._post(push, path, data, headers))
        return push

    async def _post(self, push: Push, path: str, data: str, headers: dict[str, str]) -> None:
        where = self._root + path
        async with (
            aiohttp.ClientSession() as client,
            client.post(where, data=data.encode(), headers=headers) as answer,
        ):
            self.posted.append(answer.status)
            push.answered_at = asyncio.get_running_loop().time()
            push.answer.set_result({"code": answer.status})

    # -- calls

    def _new(self, method: Callable[[Json, web.Request], Json]) -> Any:
        async def answer(request: web.Request) -> web.Response:
            try:
                body = await request.json()
                if fault := await self._fault(request):
                    return fault
                self.calls.append((request.path, body))
                if "oauth2" not in request.path and "gateway" not in request.path:
                    told = request.headers.get("x-acs-dingtalk-access-token", "")
                    demand(self.tokens.get(told, 0) > self.clock(), "InvalidAuthentication", 401)
                return web.json_response(method(body, request))
            except Refused as refused:
                return refused.response(old=False)

        return answer

    def _old(self, method: Callable[[web.Request, Any], Json]) -> Any:
        async def answer(request: web.Request) -> web.Response:
            try:
                form = request.content_type.startswith("multipart/")
                body = (await request.post() if form else await request.json()) if request.method == "POST" else {}
                if fault := await self._fault(request):
                    return fault
                self.calls.append((request.path, {} if form else body))
                return web.json_response({"errcode": 0, "errmsg": "ok", **method(request, body)})
            except Refused as refused:
                return refused.response(old=True)

        return answer

    async def _fault(self, request: web.Request) -> web.Response | None:
        for fault in self.faults:
            if fault.times > 0 and fault.path in request.path:
                fault.times -= 1
                await asyncio.sleep(fault.seconds)
                if fault.cut and request.transport is not None:
                    request.transport.abort()
                if not fault.seconds or fault.cut:
                    return web.Response(text=fault.body, status=fault.status, content_type="application/json")
        return None

    def _grant(self) -> str:
        token = f"fictional-token-{next(self._numbers)}"
        self.tokens[token] = self.clock() + TOKEN_SECONDS
        return token

    def _token(self, body: Json, _: web.Request) -> Json:
        demand(body == {"appKey": self.client, "appSecret": self.secret}, "InvalidAuthentication", 401)
        return {"accessToken": self._grant(), "expireIn": TOKEN_SECONDS}

    def _old_token(self, request: web.Request, _: Any) -> Json:
        demand(dict(request.query) == {"appkey": self.client, "appsecret": self.secret}, 40089)
        return {"access_token": self._grant(), "expires_in": TOKEN_SECONDS}

    def _open(self, body: Json, request: web.Request) -> Json:
        demand(request.headers.get("Accept") == "application/json", "accept", 406)
        demand((body["clientId"], body["clientSecret"]) == (self.client, self.secret), "authFailed", 401)
        self.gateway.subscriptions = body["subscriptions"]
        return {"endpoint": f"ws://127.0.0.1:{self.port}/connect", "ticket": self.gateway.ticket()}

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self.gateway.serve(request)
        except Refused as refused:
            return refused.response(old=False)

    # -- messages of the robot

    def _to_people(self, body: Json, _: web.Request) -> Json:
        demand(body["robotCode"] == self.client, "invalidParameter.robotCode", 400)
        demand(1 <= len(body["userIds"]) <= 20, "invalidParameter.userIds.tooLong")
        key = self.new_id("query")
        lists: dict[str, list[str]] = {"invalid": [], "flowControlled": [], "filtered": []}
        for staff in body["userIds"]:
            why = self.unreachable.get(staff, "" if staff in self.people else "invalid")
            if why:
                lists[why].append(staff)
            else:
                self._put(self.chats[staff], of_robot(key, body["msgKey"], body["msgParam"]))
        return {"processQueryKey": key} | {f"{why}StaffIdList": found for why, found in lists.items()}

    def _to_group(self, body: Json, _: web.Request) -> Json:
        demand(body["robotCode"] == self.client, "invalidParameter.robotCode", 400)
        chat = self.chats.get(body["openConversationId"])
        demand(isinstance(chat, Group), "invalidParameter.openConversationId")
        assert chat is not None
        return {"processQueryKey": self._put(chat, of_robot(self.new_id("query"), body["msgKey"], body["msgParam"]))}

    def _put(self, chat: Chat, shown: Shown) -> str:
        for media in [*shown.photos, *([shown.file[1]] if shown.file else [])]:
            demand(media in self.files, "invalidParameter.mediaId")
        chat.messages.append(shown)
        return shown.key

    def _recall(self, body: Json, _: web.Request) -> Json:
        for chat in self.chats.values():
            chat.messages = [each for each in chat.messages if each.key not in body["processQueryKeys"]]
        return {"successResult": body["processQueryKeys"], "failedResult": {}}

    def _by_session(self, request: web.Request, body: Json) -> Json:
        chat, until = self.sessions.get(request.query.get("session", ""), (None, 0.0))
        demand(chat is not None and until > self.clock(), 300001)
        assert chat is not None
        self._put(chat, of_session(self.new_id("said"), body))
        return {}

    def _by_robot(self, request: web.Request, body: Json) -> Json:
        secret, chat, times = self.robots.get(request.query.get("access_token", ""), ("", None, []))
        demand(chat is not None, 300001)
        assert chat is not None
        at = request.query.get("timestamp", "0")
        demand(abs(float(at) / 1000 - self.clock()) <= 3600, 310000)
        demand(request.query.get("sign") == digest(secret, f"{at}\n{secret}"), 310000)
        times[:] = [each for each in times if each > self.clock() - 60]
        demand(len(times) < 20, 130101)
        times.append(self.clock())
        self._put(chat, of_session(self.new_id("said"), body))
        return {}

    # -- cards

    def _register(self, body: Json, _: web.Request) -> Json:
        self.routes[body["callbackRouteKey"]] = (body["callbackUrl"], body["apiSecret"])
        return {"success": True}

    def _create(self, body: Json, _: web.Request) -> Json:
        demand(body["cardTemplateId"] == TEMPLATE, "param.templateNotExist")
        demand(body["outTrackId"] not in self.cards, "param.outTrackIdRepeated")
        space, _sep, name = body["openSpaceId"].removeprefix("dtv1.card//").partition(".")
        is_group = space == "IM_GROUP"
        deliver = body["imGroupOpenDeliverModel" if is_group else "imRobotOpenDeliverModel"]
        demand(not is_group or deliver["robotCode"] == self.client, "param.robotCode")
        demand(is_group or deliver == {"spaceType": "IM_ROBOT"}, "param.spaceType")
        is_http = body["callbackType"] == "HTTP"
        demand(not is_http or body.get("callbackRouteKey") in self.routes, "param.callbackRouteKey")
        chat = self.chats.get(name)
        failed = chat is None or isinstance(chat, Group) is not is_group or name in self.unreachable
        if chat is not None and not failed:
            card = Card(body["outTrackId"], way="card", group=is_group, route=body.get("callbackRouteKey", ""))
            card.show(body["cardData"]["cardParamMap"])
            self.cards[card.key] = (chat, card)
            self._put(chat, card)
        result = {"spaceId": name, "spaceType": space, "success": not failed, "errorMsg": "no" if failed else ""}
        return {"success": True, "result": {"outTrackId": body["outTrackId"], "deliverResults": [result]}}

    def _change(self, body: Json, _: web.Request) -> Json:
        chat, card = self.cards.get(body["outTrackId"], (None, None))
        demand(chat and card in chat.messages, "param.cardNotExist")
        assert card is not None
        if not body.get("cardUpdateOptions", {}).get("updateCardDataByKey"):
            card.values = {}  # what is not said again is lost
        card.show(body["cardData"]["cardParamMap"])
        return {"success": True, "result": True}

    # -- files

    def _upload(self, request: web.Request, form: Any) -> Json:
        demand(self.tokens.get(request.query.get("access_token", ""), 0) > self.clock(), 40014)
        demand(request.query["type"] in {"image", "file"}, 40004)
        data = form["media"].file.read()
        demand(0 < len(data) <= 20 * MEGABYTE and form["media"].filename, 40006)
        media = f"@lAD{next(self._numbers)}"
        self.files[media] = data
        return {"media_id": media, "created_at": 0, "type": request.query["type"]}

    def _downloading(self, body: Json, _: web.Request) -> Json:
        demand(body["robotCode"] == self.client, "invalidParameter.robotCode", 400)
        demand(body["downloadCode"] in self.files, "invalidParameter.downloadCode")
        name = self.new_id("file")
        self.passing[name] = (self.files[body["downloadCode"]], self.clock() + FILE_SECONDS)
        return {"downloadUrl": f"{self.url}/files/{name}"}

    async def _file(self, request: web.Request) -> web.Response:
        data, until = self.passing.get(request.match_info["name"], (b"", 0.0))
        if fault := await self._fault(request):
            return fault
        return web.Response(body=data) if until > self.clock() else web.Response(status=403)


def digest(secret: str, text: str) -> str:
    """Return a signature."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
