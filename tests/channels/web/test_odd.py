"""What the page's own script would never ask: answered with a sentence, never with an error, and nobody is harmed."""

from __future__ import annotations

import pytest

from bot.web.chat.seats import COOKIE, Personas
from storage.models import InboxRow
from tests.channels.web.conftest import Visitor, on_both

HUGE = "9" * 40


@pytest.mark.parametrize(
    "path",
    [
        *(f"/chat/seats/me/files/{message}/{at}" for message in ("0", str(2**63), HUGE) for at in ("0", HUGE)),
        f"/chat/seats/me/files/{'9' * 5000}/0",
        "/chat/seats/me/files/..%2f..%2f/0",
        "/chat/seats/..%2fme/earlier",
        f"/chat/seats/{HUGE}/earlier",
        "/chat/seats/💥/earlier",
        "/chat/static/..%2fpage.py",
        "/chat/static/../page.py",
        "/chat/samples/..%2froad",
        "/chat/samples/%00",
    ],
)
async def test_what_is_not_there_is_said_to_be_gone(visitor, path):
    answer = await visitor.client.get(path)
    assert answer.status_code == 404


@on_both
@pytest.mark.parametrize("number", [str(2**63 - 1), str(2**63), "9" * 19, "9" * 20, HUGE, "-1", "x", "１", "%00"])
async def test_odd_numbers_count_for_nothing(visitor, number):
    await visitor.posts(text="路灯不亮")
    for path in ("/chat/messages?since=", "/chat/seats/me/earlier?before="):
        answer = await visitor.client.get(path + number)
        assert answer.status_code == 200, (path, answer.text)


@on_both
@pytest.mark.parametrize(
    "text", ["\\u0000", "a\\u0000b", "\\", '"\\', "\0", "a\0b", "\u202e", "<script>alert(1)</script>", "&lt;b&gt;"]
)
async def test_whatever_is_written_can_be_read_again(visitor, text):
    notes = ({"text": f"x{text}"}, {"location": {"lat": 30, "lon": 110, "name": text}})
    for number, note in enumerate(notes):
        answer = await visitor.posts(key=f"key-0000000{number}", **note)
        assert answer.status_code == 200, answer.text
    *_, said, spot = (await visitor.client.get("/chat/messages")).json()["seats"]["me"]["messages"]

    assert "".join(span["text"] for span in said["text"]) == f"x{text}".replace("\0", "")
    assert spot["location"]["name"] == text.replace("\0", "")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"id": "12345678"}', b'{"id": 12345678, "text": "x"}',
        b'{"id": "1234567\\u0000", "text": "x"}', b'{"id": "12345678", "text": "\\ud800"}',
        b'{"id": "12345678", "text": 1}', b'{"id": "12345678", "text": null}',
        b'{"id": "12345678", "location": {"lat": NaN, "lon": 0}}',
        b'{"id": "12345678", "location": {"lat": 1e999, "lon": 0}}',
        b'{"id": "12345678", "location": {"lat": 91, "lon": 0}}', b'{"id": "12345678", "location": []}',
        b"[" * 10_000, b'{"a":' * 10_000,
    ],
)  # fmt: skip
async def test_what_is_no_note_is_refused_with_a_sentence(visitor, body):
    answer = await visitor.client.post("/chat/seats/me/messages", content=body)
    assert answer.status_code == 400
    assert answer.json()["text"]
    assert await visitor.house.count(InboxRow) == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=b", b"not a form"),
        (
            "multipart/form-data; boundary=b; charset=nonsense",
            b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n',
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: nothing\r\n\r\nx\r\n--b--\r\n"),
    ],
)
async def test_what_is_no_form_is_refused_with_a_sentence(visitor, kind, body):
    answer = await visitor.client.post("/chat/seats/me/messages", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["text"]


@on_both
@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b.jpg", "é" * 400, "a\r\nb", '"', "💥.exe", ""])
async def test_a_files_name_and_kind_are_only_words(visitor, name):
    parts = (
        f'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n12345678\r\n'
        f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name.replace(chr(13) + chr(10), " ")}"\r\n'
        f"Content-Type: text/{name[:3].strip() or 'x'}\r\n\r\nhello\r\n--b--\r\n"
    ).encode()
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await visitor.client.post("/chat/seats/me/messages", content=parts, headers=kind)
    assert answer.status_code in {200, 400}, answer.text
    page = (await visitor.client.get("/chat/messages")).json()["seats"]["me"]["messages"]
    for file in [file for message in page for file in message["files"]]:
        got = await visitor.client.get(file["url"])
        assert (got.status_code, got.content) == (200, b"hello")
        assert got.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("host", ["[", "[::1", "a]b", "evil.example", "", "127.0.0.1@evil.example", "127.0.0.1:x"])
async def test_an_odd_host_gets_nothing_in_the_demo(make_house, host):
    house = make_house(Personas({}), demo=True)
    async with house.client() as client:
        answer = await client.get("/chat/messages", headers={"Host": host})
    assert answer.status_code == (200 if host == "127.0.0.1:x" else 403)


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "x", ""])
async def test_an_odd_origin_is_foreign(visitor, origin):
    answer = await visitor.posts(text="路灯不亮", headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "demo-leader", "demo-leader.", "é", "\x01", "x" * 4000, HUGE])
async def test_a_forged_cookie_opens_no_seat(make_house, cookie):
    house = make_house()
    async with house.client() as client:
        answer = await client.get("/chat/messages", headers={"Cookie": f"{COOKIE}={cookie}".encode("latin-1")})
    assert answer.status_code == 401


async def test_nobody_reaches_into_another_chat(make_house):
    house = make_house()
    one, other = Visitor(house), Visitor(house)
    await one.opens()
    await other.opens()
    photo = ("photo.jpg", b"\xff\xd8\xff\xe0 a secret", "image/jpeg")
    files = {"photos": photo}
    sent = (await one.client.post("/chat/seats/me/messages", data={"id": "12345678"}, files=files)).json()["message"]
    address = sent["photos"][0]

    assert (await one.client.get(address)).status_code == 200
    assert (await other.client.get(address)).status_code == 404
    await one.client.aclose()
    await other.client.aclose()
