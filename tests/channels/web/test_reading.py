"""What is shown: photos and files in one's own chat, older messages, and whatever changes, live."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from bot.port import Command, Outgoing, Span
from bot.web.chat.seats import COOKIE
from bot.web.server import Server
from tests.channels.contract import CARD, picture
from tests.channels.web.conftest import Visitor, on_both


async def test_photos_are_seen_in_ones_own_chat_alone(visitor, chat):
    blob = visitor.house.blobs.put(picture())
    await visitor.house.channel.send(chat, Outgoing(photos=(blob,)))
    (message,) = await visitor.messages()
    mine = await visitor.client.get(message["photos"][0])
    assert (mine.status_code, mine.headers["content-type"]) == (200, "image/jpeg")
    other = Visitor(visitor.house)
    await other.opens()
    assert (await other.client.get(message["photos"][0])).status_code == 404
    assert (await visitor.client.get(message["photos"][0][:-1] + "7")).status_code == 404
    await other.client.aclose()


async def test_what_is_no_picture_is_saved_and_never_shown(visitor):
    files = {"photos": ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/jpeg")}
    await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    (message,) = await visitor.messages()
    answer = await visitor.client.get(message["photos"][0])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox"


async def test_older_messages_come_page_by_page(visitor, chat):
    for n in range(65):
        await visitor.house.channel.send(chat, Outgoing(text=(Span(text=str(n)),)))
    everything = (await visitor.client.get("/chat/messages")).json()["seats"]["me"]
    texts = [message["text"][0]["text"] for message in everything["messages"]]
    assert (texts, everything["more"]) == ([str(n) for n in range(5, 65)], True)
    first = everything["messages"][0]["id"]
    earlier = (await visitor.client.get(f"/chat/seats/me/earlier?before={first}")).json()
    assert [message["text"][0]["text"] for message in earlier["messages"]] == list("01234")
    assert not earlier["more"]


# --- live ------------------------------------------------------------------------------------------------------------


async def test_a_long_poll_answers_as_soon_as_something_changes(visitor, chat):
    receipt = await visitor.house.channel.send(chat, CARD)
    since = (await visitor.client.get("/chat/messages")).json()["revision"]

    async def edit():
        while not visitor.house.channel._listeners:  # noqa: ASYNC110 -- a poll that waits gives no other sign
            await asyncio.sleep(0)
        await visitor.house.channel.edit(chat, receipt, Outgoing(text=(Span(text="已签收。"),)))

    async with asyncio.timeout(5):
        answer, _ = await asyncio.gather(visitor.client.get(f"/chat/messages?since={since}&wait=1"), edit())
    (message,) = answer.json()["seats"]["me"]["messages"]
    assert (message["id"], message["text"], message["choices"]) == (receipt.id, [{"text": "已签收。"}], [])


class Stream:
    """An open event stream over real HTTP."""

    def __init__(self, answer: httpx.Response):
        self.lines = answer.aiter_lines()

    async def next(self) -> tuple[str, dict]:
        last = ""
        async with asyncio.timeout(5):
            async for line in self.lines:
                if line.startswith("id: "):
                    last = line[4:]
                if line.startswith("data: "):
                    return last, json.loads(line[6:])
        raise EOFError


@pytest.fixture
async def served(visitor):
    """Serve the visitor's house on a real port; gives the address."""
    async with asyncio.TaskGroup() as group:
        ready = asyncio.Event()
        server = Server(visitor.house.app, "127.0.0.1", 0, lambda _: ready.set())
        group.create_task(server.run_until_stopped())
        await ready.wait()
        yield server.url
        visitor.house.room.closing = True
        await visitor.house.channel.close()
        server.stop()


def texts(found: dict) -> list[str]:
    messages = found["seats"]["me"].get("messages", ())
    return ["".join(span["text"] for span in message["text"]) for message in messages]


@on_both
async def test_the_stream_tells_of_messages_edits_and_menus_and_goes_on_after_a_break(visitor, chat, served):
    channel, cookies = visitor.house.channel, {COOKIE: visitor.client.cookies[COOKIE]}
    say = lambda text: Outgoing(text=(Span(text=text),))  # noqa: E731
    async with httpx.AsyncClient(base_url=served, cookies=cookies) as client:
        async with client.stream("GET", "/chat/events?since=1") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            stream = Stream(answer)
            receipt = await channel.send(chat, say("一"))
            first, found = await stream.next()
            assert texts(found) == ["一"]
            await channel.edit(chat, receipt, say("一！"))
            last, found = await stream.next()
            assert (texts(found), int(last) > int(first)) == (["一！"], True)
            await channel.announce({"zh_CN": [Command(name="help", description="帮助")]}, chat)
            _, found = await stream.next()
            assert found["seats"]["me"] == {"menu": [{"name": "help", "description": "帮助"}]}
        await channel.send(chat, say("二"))
        async with client.stream("GET", "/chat/events", headers={"Last-Event-ID": last}) as answer:
            _, found = await Stream(answer).next()
            assert "二" in texts(found)


async def test_a_visitor_keeps_only_so_many_streams_open(visitor):
    owner = visitor.client.cookies[COOKIE].rsplit(".", 1)[0]
    visitor.house.room.streams[owner] = 8
    assert (await visitor.client.get("/chat/events")).status_code == 429
