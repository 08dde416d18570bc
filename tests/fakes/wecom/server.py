"""A double of WeCom: a real HTTP server on loopback, with members to play."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.bot_api.bell import wall_clock
from tests.fakes.bot_api.errors import ApiError
from tests.fakes.bot_api.faults import Fault, Faults, after, before
from tests.fakes.listening import Listening
from tests.fakes.wecom import rules, settings
from tests.fakes.wecom.chats import Card, Chat, Json, Shown
from tests.fakes.wecom.people import Member
from tests.fakes.wecom.pushing import Pushing
from tests.fakes.wecom.rules import Refused

TOKEN_LIVES = 7200.0


@dataclass
class Media:
    """An uploaded or received file."""

    data: bytes
    name: str
    until: float


class FakeWeCom(Listening):
    """The interface on a loopback port, while inside `async with`; `clock` gives Unix seconds."""

    corp, agent = settings.CORP, settings.AGENT

    def __init__(self, *, port: int = 0, clock: Callable[[], float] = wall_clock) -> None:
        super().__init__(port)
        self.clock = clock
        self.pushing = Pushing(self.corp, self.agent, settings.TOKEN, settings.AES_KEY)
        self.chats: dict[str, Chat] = {}
        self.cards: dict[str, Card] = {}
        self.media: dict[str, Media] = {}
        self.tokens: dict[str, float] = {}
        self.calls: list[tuple[str, Json]] = []
        self.codes: list[tuple[str, int]] = []
        self.faults = Faults()
        self.invisible: set[str] = set()
        self.unlicensed: set[str] = set()
        self.appchats: set[str] = set()
        self.granted = 0
        self._numbers = itertools.count(1)

    # -- the server

    def add_platform(self, app: web.Application) -> None:
        """Add the routes that the platform has."""
        app.router.add_route("*", "/cgi-bin/{path:.+}", self._call)

    async def close(self) -> None:
        """Stop posting."""
        await self.pushing.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        fault: Fault | None = self.faults.next(path, None)
        try:
            await before(fault, request)
            answer = await self._carry_out(path, request, fault)
        except ApiError as broken:
            return web.Response(text=broken.description, status=broken.code)
        except Refused as refusal:
            answer = refusal.answer
        if isinstance(answer, Media):
            head = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
            return web.Response(body=answer.data, headers=head)
        self.codes.append((path, answer.get("errcode", 0)))
        return after(fault, request, web.json_response({"errcode": 0, "errmsg": "ok", **answer}))

    async def _carry_out(self, path: str, request: web.Request, fault: Fault | None) -> Json | Media:
        """Do what is asked; who asks is known by a token, or a robot by its key."""
        body = await self._body(request)
        if fault is not None and fault.kind == "refuse":
            raise Refused(fault.code)
        if path == "gettoken":
            return self._grant(request.query)
        self.calls.append((path, body))
        if path.startswith("webhook/"):
            if request.query.get("key") != settings.ROBOT_KEY:
                raise Refused(93000)
        else:
            self._check_token(request.query.get("access_token", ""))
        return self._answer(path, body | dict(request.query))

    def _answer(self, path: str, asked: Json) -> Json | Media:
        known: dict[str, Callable[[Json], Json | Media]] = {
            "message/send": self._send,
            "message/update_template_card": self._update,
            "appchat/send": self._say_in_appchat,
            "webhook/send": self._say_by_robot,
            "media/upload": self._upload,
            "webhook/upload_media": self._upload,
            "media/get": lambda asked: self._stored(asked.get("media_id", "")),
            "agent/get": lambda _: {"agentid": int(self.agent), "name": "点位长助手"},
        }
        if path not in known:
            raise Refused(40058)
        return known[path](asked)

    async def _body(self, request: web.Request) -> Json:
        if request.content_type == "multipart/form-data":
            part = await (await request.multipart()).next()
            assert part is not None, "no part"
            head = part.headers["Content-Disposition"].encode("utf-8", "surrogateescape").decode()
            name = re.search(r'; ?filename="([^"]*)"', head)
            assert 'name="media"' in head, head
            assert name is not None, head
            return {"name": name[1], "data": bytes(await part.read())}
        text = await request.text()
        return json.loads(text) if text else {}

    # -- tokens

    def _grant(self, asked: Any) -> Json:
        if (asked.get("corpid"), asked.get("corpsecret")) != (self.corp, settings.SECRET):
            raise Refused(40001)
        self.granted += 1
        token = secrets.token_urlsafe(200)
        self.tokens = {token: self.clock() + TOKEN_LIVES}
        return {"access_token": token, "expires_in": int(TOKEN_LIVES)}

    def _check_token(self, token: str) -> None:
        if not token:
            raise Refused(41001)
        if token not in self.tokens:
            raise Refused(40014)
        if self.tokens[token] <= self.clock():
            raise Refused(42001)

    def invalidate_tokens(self) -> None:
        """Let no token be good any more, before its time."""
        self.tokens.clear()

    # -- messages

    def _send(self, body: Json) -> Json:
        user = body["touser"]
        if body["agentid"] != int(self.agent):
            raise Refused(40056)
        if user in self.invisible:
            raise Refused(81013, invaliduser=user)
        if user in self.unlicensed:
            return {"invaliduser": "", "unlicenseduser": user, "msgid": ""}
        shown, more = self._shown(body), {}
        if shown.card:
            shown.card.user = user
            more = {"response_code": shown.card.code}
        chat = self.chat(user)
        if not chat.is_full(self.clock(), rules.MEMBER):  # the surplus is no error
            chat.messages.append(shown)
        return {"invaliduser": "", "msgid": f"m{next(self._numbers)}", **more}

    def _shown(self, body: Json, markdown: int = rules.TEXT) -> Shown:
        kind = body["msgtype"]
        if kind in {"text", "markdown"}:
            return Shown(rules.words(body, markdown=markdown))
        if kind == "image":
            return Shown(body, photo=self._stored(body["image"]["media_id"]).data)
        if kind == "file":
            file = self._stored(body["file"]["media_id"])
            return Shown(body, file=(file.name, file.data))
        if kind == "template_card":
            return Shown(body, card=self._new_card(body["template_card"]))
        raise Refused(40008)

    def _new_card(self, card: Json) -> Card:
        rules.check_card(card, is_new=True)
        if card["task_id"] in self.cards:
            raise Refused(42014)
        made = self.cards[card["task_id"]] = Card(card, "", "", 0)
        self.renew(made)
        return made

    def _update(self, body: Json) -> Json:
        card = next((each for each in self.cards.values() if each.code == body["response_code"]), None)
        if card is None or not card.code or card.code_until <= self.clock():
            raise Refused(42034)
        if body["userids"] != [card.user] or body["agentid"] != int(self.agent):
            raise Refused(40058)
        rules.check_card(body["template_card"], is_new=False)
        card.history.append(card.body)
        card.body, card.code = body["template_card"], ""
        return {}

    def renew(self, card: Card) -> None:
        """Give a card a fresh code: it was just sent, or tapped."""
        card.code, card.code_until = secrets.token_urlsafe(32), self.clock() + rules.CODE_LIVES

    def _say_in_appchat(self, body: Json) -> Json:
        if body["chatid"] not in self.appchats:
            raise Refused(86008)
        if body["msgtype"] == "template_card":
            raise Refused(40008)
        self.chat(f"appchat:{body['chatid']}").messages.append(self._shown(body))
        return {}

    def _say_by_robot(self, body: Json) -> Json:
        chat = self.chat("robot")
        if chat.is_full(self.clock(), rules.ROBOT):
            raise Refused(45009)
        if body["msgtype"] != "image":
            chat.messages.append(self._shown(body, rules.ROBOT_MARKDOWN))
            return {}
        data = base64.b64decode(body["image"]["base64"], validate=True)
        if len(data) > rules.ROBOT_IMAGE or hashlib.md5(data).hexdigest() != body["image"]["md5"]:  # noqa: S324
            raise Refused(40009)
        chat.messages.append(Shown({}, photo=data))
        return {}

    # -- media

    def keep(self, data: bytes, name: str = "") -> str:
        """Keep a file and return its media id."""
        media_id = f"media-{secrets.token_urlsafe(24)}"
        self.media[media_id] = Media(data, name, self.clock() + rules.MEDIA_LIVES)
        return media_id

    def _upload(self, body: Json) -> Json:
        kind, data = body.get("type", ""), body["data"]
        if kind not in rules.MEDIA:
            raise Refused(40004)
        if not 5 < len(data) <= rules.MEDIA[kind]:
            raise Refused(45001)
        if kind == "image" and not data.startswith((b"\xff\xd8", b"\x89PNG")):
            raise Refused(40005)
        return {"type": kind, "media_id": self.keep(data, body["name"]), "created_at": str(int(self.clock()))}

    def _stored(self, media_id: str) -> Media:
        found = self.media.get(media_id)
        if found is None or found.until <= self.clock():
            raise Refused(40007)
        return found

    # -- what a test asks and does

    def chat(self, chat_id: str) -> Chat:
        """Return what a member (by userid), `appchat:<id>` or `robot` sees."""
        return self.chats.setdefault(chat_id, Chat())

    def member(self, user: str) -> Member:
        """Return a member."""
        return Member(self, user)

    def push(self, xml: str) -> None:
        """Post to the app what happened."""
        self.pushing.push(xml, int(self.clock()))

    def trouble(self, kind: str, path: str = "*", times: int = 1, **details: Any) -> Fault:
        """Order a trouble (see Fault of the Bot API's double); a path is such as message/send."""
        fault = Fault(kind, path, times, **details)
        self.faults.ordered.append(fault)
        return fault

    def refuse(self, code: int, path: str = "message/send", times: int = 1) -> None:
        """Let calls be answered by this error code."""
        self.trouble("refuse", path, times, code=code)

    def paths(self) -> list[str]:
        """Return what was called, tokens aside."""
        return [path for path, _ in self.calls]

    def new_number(self) -> int:
        """Return a message's id."""
        return 7_000_000_000_000_000_000 + next(self._numbers)
