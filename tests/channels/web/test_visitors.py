"""Who may read and send: cookies, origins, addresses."""

from __future__ import annotations

import pytest

from bot.web.chat.limits import Buckets, Limits
from bot.web.chat.seats import Visitors
from storage.models import InboxRow
from tests.channels.web.conftest import Visitor


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
