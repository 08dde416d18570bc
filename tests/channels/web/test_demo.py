"""The demo: on this machine alone, with a seat for every role."""

from __future__ import annotations

import pytest

from bot.port import ChatKind
from bot.web.chat.seats import Personas


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
