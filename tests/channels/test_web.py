"""The chat page as a channel: the contract over HTTP, and what its API accepts, refuses and never does twice."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.channels.web import WebChannel
from bot.city.model import Settings as CitySettings
from bot.config import Settings
from bot.pipeline.inbox import Inbox
from bot.port import Chat, ChatKind, Command, Envelope, Opened, Outgoing, Photo, Press, Sender, Span
from bot.services.words import Words
from bot.web.chat import Room, chat_routes
from bot.web.chat.limits import Buckets, Limits
from bot.web.chat.seats import COOKIE, Personas, Seat, Visitors
from bot.web.server import Server
from storage.blobs import Blobs
from storage.database import Database
from storage.models import InboxRow, WebFile, WebMessage
from tests.channels.contract import CARD, ChannelContract, Rig, Seen, picture

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OURS = {"X-Pointkeeper": "1"}
CITY = SimpleNamespace(settings=CitySettings(name="云溪区", name_en="Yunxi", languages=("zh_CN", "en")), places={})


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


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


class House:
    """A page with an inbox that nobody empties."""

    def __init__(self, url, folder, seats, **settings):
        self.database = Database(url)
        self.blobs = Blobs(str(folder))
        self.clock = Clock()
        self.channel = WebChannel(self.database, self.blobs, self.clock)
        self.taken: list[Envelope] = []
        self.inbox = Inbox(self.database, self.clock)
        settings = Settings(**{"demo": False} | settings)
        self.room = Room(
            self.channel, self.intake, self.database, self.blobs, Words(), lambda: CITY, self.clock, settings, seats
        )
        self.app = Starlette(routes=chat_routes(self.room))

    async def intake(self, envelopes):
        await self.inbox.put(envelopes)
        self.taken.extend(envelopes)

    def client(self, **facts) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, **facts)
        return httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=OURS)

    async def count(self, table) -> int:
        return await self.database.read(lambda session: session.scalar(select(func.count()).select_from(table)))


@pytest.fixture
def database_kind() -> str:
    """Most of this is about HTTP; tests that are about rows ask for both databases."""
    return "sqlite"


on_both = pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])


@pytest.fixture
def make_house(migrated_url, tmp_path):
    made = []

    def make(seats=None, **settings) -> House:
        made.append(House(migrated_url, tmp_path / "blobs", seats or Visitors("secret", secure=False), **settings))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


# --- the contract ----------------------------------------------------------------------------------------------------


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


# --- a visitor -------------------------------------------------------------------------------------------------------


class Visitor:
    """Somebody with a browser."""

    def __init__(self, house: House, **facts):
        self.house = house
        self.client = house.client(**facts)

    async def opens(self, path="/"):
        answer = await self.client.get(path)
        assert answer.status_code == 200
        return answer

    async def posts(self, key="key-00000001", headers=None, **note):
        return await self.client.post("/chat/seats/me/messages", json={"id": key, **note}, headers=headers)

    async def messages(self):
        return (await self.client.get("/chat/messages")).json()["seats"]["me"]["messages"]


@pytest.fixture
async def visitor(make_house):
    visitor = Visitor(make_house())
    await visitor.opens()
    yield visitor
    await visitor.client.aclose()


@pytest.fixture
def chat(visitor) -> Chat:
    signed = visitor.client.cookies[COOKIE]
    return Chat(channel="web", account="page", id=signed.rsplit(".", 1)[0])


async def test_the_cookie_is_signed_and_out_of_reach_of_scripts(make_house):
    house = make_house(Visitors("secret", secure=True), public_url="https://city.example")
    async with house.client() as client:
        cookie = (await client.get("/")).headers["set-cookie"].casefold()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "secure", "max-age=31536000"))


async def test_a_stranger_reads_and_sends_nothing(make_house):
    house = make_house()
    async with house.client() as client:
        for answer in (
            await client.get("/chat/messages"),
            await client.get("/chat/events"),
            await client.post("/chat/seats/me/messages", json={"id": "12345678", "text": "x"}),
        ):
            assert (answer.status_code, answer.json()["error"]) == (401, "page.error.cookie")
    assert await house.count(InboxRow) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Pointkeeper": None},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_site_cannot_send_in_a_visitors_name(visitor, headers):
    for name, value in headers.items():
        if value is None:
            del visitor.client.headers[name]
        else:
            visitor.client.headers[name] = value
    answer = await visitor.posts(text="路灯不亮")
    assert (answer.status_code, answer.json()["error"]) == (403, "page.error.origin")
    assert visitor.house.taken == []


@pytest.mark.parametrize("origin", ["http://testserver", "https://city.example"])
async def test_the_pages_own_origin_may(make_house, origin):
    visitor = Visitor(make_house(public_url="https://city.example"))
    await visitor.opens()
    assert (await visitor.posts(text="路灯不亮", headers={"Origin": origin})).status_code == 200
    await visitor.client.aclose()


@on_both
async def test_a_message_sent_again_after_a_lost_answer_changes_nothing(visitor):
    first, again = await visitor.posts(text="路灯不亮"), await visitor.posts(text="路灯不亮")
    assert first.json() == again.json()
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage)] == [1, 1]


@on_both
async def test_an_album_sent_again_changes_nothing_and_keeps_its_order(visitor):
    files = [("photos", (f"{color}.jpg", picture(color), "image/jpeg")) for color in ("red", "green", "blue")]
    request = {"data": {"id": "album-0001", "text": "井盖松动"}, "files": files}
    for _ in range(2):
        answer = await visitor.client.post("/chat/seats/me/messages", **request)
        assert answer.status_code == 200
    payloads = [visitor.house.channel.parse(envelope.body).payload for envelope in visitor.house.taken[:3]]
    assert [isinstance(payload, Photo) for payload in payloads] == [True] * 3
    assert [payload.caption for payload in payloads] == ["井盖松动", "", ""]
    assert {payload.album for payload in payloads} == {"album-0001"}
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage, WebFile)] == [3, 1, 3]
    (message,) = await visitor.messages()
    assert [(await visitor.client.get(url)).content for url in message["photos"]] == [file[1][1] for file in files]


@on_both
async def test_the_same_message_twice_at_once_is_one(visitor):
    answers = await asyncio.gather(*(visitor.posts(text="路灯不亮") for _ in range(8)))
    assert {answer.json()["message"]["id"] for answer in answers} == {answers[0].json()["message"]["id"]}
    assert [await visitor.house.count(table) for table in (InboxRow, WebMessage)] == [1, 1]


async def test_two_visitors_with_the_same_key_are_both_heard(visitor):
    other = Visitor(visitor.house)
    await other.opens()
    await visitor.posts(text="路灯不亮")
    await other.posts(text="井盖松动")
    assert await visitor.house.count(InboxRow) == 2
    assert [message["text"] for message in await other.messages()] == [[{"text": "井盖松动"}]]
    await other.client.aclose()


async def test_nothing_is_answered_before_it_is_committed(visitor):
    async def fails(_envelopes):
        raise RuntimeError("no commit")

    visitor.house.room.intake = fails
    with pytest.raises(RuntimeError):
        await visitor.posts(text="路灯不亮")
    assert await visitor.messages() == []


async def test_a_file_of_20_mb_is_refused_with_the_limit(visitor):
    files = {"photos": ("big.jpg", b"\xff\xd8\xff" + bytes(20_000_000), "image/jpeg")}
    answer = await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    assert answer.status_code == 413
    assert "20 MB" in answer.json()["text"]
    assert visitor.house.taken == []


async def test_an_empty_photo_is_kept_for_the_bot_to_answer(visitor):
    files = {"photos": ("empty.jpg", b"", "image/jpeg")}
    answer = await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    assert answer.status_code == 200
    assert visitor.house.channel.parse(visitor.house.taken[0].body).payload.media.size == 0


async def test_an_upload_gives_way_to_the_cleaned_photo(visitor):
    files = {"photos": ("hole.jpg", picture(), "image/jpeg")}
    await visitor.client.post("/chat/seats/me/messages", data={"id": "key-00000001"}, files=files)
    media = visitor.house.channel.parse(visitor.house.taken[0].body).payload.media
    cleaned = visitor.house.blobs.put(b"\xff\xd8\xff cleaned")

    await visitor.house.channel.let_go(media, cleaned)

    (message,) = await visitor.messages()
    assert (await visitor.client.get(message["photos"][0])).content == b"\xff\xd8\xff cleaned"


@pytest.mark.parametrize(
    "note",
    [
        {"id": "key-00000001"},
        {"id": "key-00000001", "text": "  "},
        {"id": "short", "text": "x"},
        {"id": "key-00000001", "location": {"lat": 91, "lon": 0}},
        {"id": "key-00000001", "text": "x" * 20_001},
        {"text": "x"},
        [],
    ],
)
async def test_what_is_empty_or_no_message_is_refused(visitor, note):
    answer = await visitor.client.post("/chat/seats/me/messages", json=note)
    assert (answer.status_code, visitor.house.taken) == (400, [])
    assert answer.json()["text"]


@on_both
async def test_ten_thousand_characters_emoji_and_nul_come_through(visitor):
    words = "\u202e👩‍👩‍👧<b>&" + "长" * 10_000
    assert (await visitor.posts(text=words + "\0")).status_code == 200
    (message,) = await visitor.messages()
    assert message["text"][0]["text"] == words


async def test_who_sends_too_fast_is_told_how_long_to_wait(visitor):
    visitor.house.room.limits = Limits(visitors=Buckets(2, 30, tick=lambda: 0.0))
    answers = [await visitor.posts(key=f"key-{n:08}", text="x") for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "3"
    assert "3" in answers[2].json()["text"]


async def test_one_address_cannot_pass_as_many_and_a_forwarded_one_counts_for_nothing(make_house):
    house = make_house()
    house.room.limits = Limits(addresses=Buckets(3, 1, tick=lambda: 0.0))
    heard = []
    for n in range(4):
        visitor = Visitor(house, client=("203.0.113.7", 5000 + n))
        visitor.client.headers["X-Forwarded-For"] = f"198.51.100.{n}"
        await visitor.opens()
        heard.append((await visitor.posts(text="x")).status_code)
        await visitor.client.aclose()
    assert heard == [200, 200, 200, 429]


async def test_a_link_with_a_start_code_opens_the_chat_with_it(visitor):
    await visitor.posts(opened="ABCD-2345")
    assert visitor.house.channel.parse(visitor.house.taken[0].body).payload == Opened(start="ABCD-2345")
    assert await visitor.messages() == []


async def test_a_tap_is_taken_once_and_leaves_no_message(visitor, chat):
    receipt = await visitor.house.channel.send(chat, CARD)
    for _ in range(2):
        await visitor.posts(press="submit.1.a", message=receipt.id)
    payload = visitor.house.channel.parse(visitor.house.taken[0].body).payload
    assert isinstance(payload, Press)
    assert payload.receipt.id == receipt.id
    assert await visitor.house.count(InboxRow) == 1
    assert [message["by"] for message in await visitor.messages()] == ["bot"]


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


async def test_the_language_chosen_is_kept_and_told_to_the_bot(visitor):
    assert 'lang="zh-Hans"' in (await visitor.opens()).text
    await visitor.client.post("/chat/language?to=en")
    assert 'lang="en"' in (await visitor.opens()).text
    await visitor.posts(text="hello")
    assert visitor.house.channel.parse(visitor.house.taken[0].body).sender.language == "en"
    assert (await visitor.client.post("/chat/language?to=tlh")).status_code == 400


async def test_the_page_lets_nothing_foreign_run(visitor):
    answer = await visitor.opens()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text


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


# --- the demo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "client", "status"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 200),
        ("localhost:8080", "127.0.0.1", 200),
        ("[::1]:8080", "::1", 200),
        ("rebound.example:8080", "127.0.0.1", 403),
        ("127.0.0.1:8080", "192.0.2.9", 403),
    ],
)
async def test_the_demo_answers_this_machine_under_its_own_name_alone(make_house, host, client, status):
    house = make_house(Personas({}), demo=True)
    async with house.client(client=(client, 5000)) as browser:
        answer = await browser.get("/chat/messages", headers={"Host": host})
    assert answer.status_code == status


async def test_the_demo_plays_every_role_and_speaks_in_groups_as_somebody(make_house):
    house = make_house(Personas({"unit": "单位群"}), demo=True)
    async with house.client() as browser:
        browser.headers["Host"] = "localhost"
        for seat in ("citizen", "leader", "inspector", "unit", "dispatcher", "leaders"):
            note = {"id": f"key-{seat}-1", "text": "x"}
            assert (await browser.post(f"/chat/seats/{seat}/messages", json=note)).status_code == 200
    spoken = [house.channel.parse(envelope.body) for envelope in house.taken]
    assert {each.sender.realm for each in spoken} == {"demo"}
    assert [each.chat.kind for each in spoken].count(ChatKind.GROUP) == 2
    assert (spoken[3].chat.id, spoken[3].sender.id) == ("demo-unit", "demo-leader")
