"""The chat page passes the contract, by its own API."""

from __future__ import annotations

import base64
import json

import pytest

from bot.port import Chat, ChatKind, Envelope, Sender
from bot.web.chat.seats import COOKIE, Seat
from storage.models import WebMessage
from tests.channels.contract import ChannelContract, Rig, Seen
from tests.channels.web.conftest import House


class Guests:
    """Seats for whoever says a name, as a test needs them."""

    def of(self, request):
        name = base64.b64decode(request.headers.get("who", "")).decode()
        if not name:
            return {}
        sender = Sender(realm="page", id="1" if name == "alice" else "2", name=name)
        private = Chat(channel="web", account="page", id=sender.id)
        group = Chat(channel="web", account="page", id="g1", kind=ChatKind.GROUP, title="路灯组")
        return {"me": Seat("me", private, sender), "group": Seat("group", group, sender)}

    def welcome(self, request, response):
        """Everybody is known."""


class WebRig(Rig):
    """People at the page, over its own API."""

    def __init__(self, house: House, make_house):
        self.house, self.make_house, self.channel = house, make_house, house.channel
        self.number = 0

    async def post(self, *, who="alice", group=False, **request) -> Envelope:
        async with self.house.client() as client:
            seat = "group" if group else "me"
            headers = {"who": base64.b64encode(who.encode()).decode()}
            answer = await client.post(f"/chat/seats/{seat}/messages", headers=headers, **request)
        assert answer.status_code == 200, answer.text
        return self.house.taken[-1]

    def key(self) -> str:
        self.number += 1
        return f"key-{self.number:08}"

    async def says(self, words, *, who="alice", group=False):
        self.last = {"json": {"id": self.key(), "text": words}, "who": who, "group": group}
        return await self.post(**self.last)

    async def again(self):
        return await self.post(**self.last)

    async def edits(self, words):
        return None

    async def sends_photo(self, data, caption=""):
        files = {"photos": ("photo.jpg", data, "image/jpeg")}
        return await self.post(data={"id": self.key(), "text": caption}, files=files)

    async def sends_file(self, data, name):
        return await self.post(data={"id": self.key()}, files={"files": (name, data, "image/jpeg")})

    async def sends_location(self, lat, lon):
        return await self.post(json={"id": self.key(), "location": {"lat": lat, "lon": lon}})

    async def presses(self, label, *, group=False):
        for message in reversed(await self.messages("group" if group else "me")):
            for choice in (choice for row in message["choices"] for choice in row if choice["label"] == label):
                tap = {"id": self.key(), "press": choice["token"], "message": message["id"]}
                return await self.post(json=tap, group=group)
        raise LookupError(label)

    async def unknown(self):
        envelope = await self.says("x")
        body = json.loads(envelope.body) | {"payload": {"kind": "hologram"}}
        return envelope.model_copy(update={"body": json.dumps(body)})

    async def wrong_secret(self):
        house = self.make_house()
        async with house.client() as client:
            client.cookies.set(COOKIE, "v123.forged")
            return (await client.post("/chat/seats/me/messages", json={"id": "12345678", "text": "x"})).status_code

    async def group_moves(self):
        return None

    async def messages(self, seat):
        async with self.house.client() as client:
            answer = await client.get("/chat/messages", headers={"who": base64.b64encode(b"alice").decode()})
        return answer.json()["seats"][seat]["messages"]

    async def shown(self, chat):
        return [
            Seen(
                "".join(span["text"] for span in message["text"]),
                [choice["label"] for row in message["choices"] for choice in row],
                len(message["photos"]),
                [span["text"] for span in message["text"] if span.get("bold")],
                [span["url"] for span in message["text"] if span.get("url")],
                [(file["name"], await self.file(file["url"])) for file in message["files"]],
            )
            for message in await self.messages("group" if chat.kind is ChatKind.GROUP else "me")
            if message["by"] == "bot" and (message["text"] or message["photos"])
        ]

    async def file(self, url):
        async with self.house.client() as client:
            answer = await client.get(url, headers={"who": base64.b64encode(b"alice").decode()})
        assert answer.headers["content-disposition"].startswith("attachment")
        return answer.content

    async def deletes(self, chat, receipt):
        def delete(session):
            session.delete(session.get(WebMessage, int(receipt.id)))

        await self.house.database.write(delete)

    def trouble(self, reason):
        return False

    def blob(self, data):
        return self.house.blobs.put(data)

    def acknowledged(self, press_id):
        return bool(press_id)


class TestWeb(ChannelContract):
    @pytest.fixture
    def rig(self, make_house) -> Rig:
        return WebRig(make_house(Guests()), make_house)
