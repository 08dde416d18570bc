"""Posts by HTTP: each signed in its own way, bounded, answered when they are kept."""

from __future__ import annotations

import json
import time

import pytest

from bot.channels.dingtalk import arriving
from bot.channels.dingtalk.signature import secret_of_cards, sign_card
from tests.channels.dingtalk.conftest import DingTalkRig, by_http
from tests.channels.surroundings import served
from tests.fakes.dingtalk import SECRET, TEMPLATE

TAP = {"outTrackId": "pk-p-1", "userId": "u", "content": '{"cardPrivateData": {"params": {"token": "a.1."}}}'}


@pytest.fixture
async def http(dingtalk, make):
    async with by_http(dingtalk, make, TEMPLATE) as rig:
        yield rig


def signed(secret: str = secret_of_cards(SECRET), *, late: float = 0) -> dict[str, str]:
    at = str(round((time.time() - late) * 1000))  # noqa: TID251 -- the channel goes by the machine's clock here
    return {"x-ddpaas-signature-timestamp": at, "x-ddpaas-signature": sign_card(at, secret)}


async def test_a_tap_is_taken_with_its_own_signature_only(http: DingTalkRig):
    body = json.dumps(TAP).encode()
    assert await http.post("/dingtalk/card", signed(), body) == 200
    assert (await http.hears(await http.next())).payload.token == "a.1."
    for headers in ({}, signed(SECRET), signed(late=3700), http.dingtalk.sign("\n")):
        assert await http.post("/dingtalk/card", headers, body) == 403
    assert http.taken.empty()


async def test_a_tap_that_is_posted_again_has_the_same_key_and_another_one_has_not(http: DingTalkRig):
    keys = []
    for headers in (first := signed(), first, signed(late=1)):
        await http.post("/dingtalk/card", headers, json.dumps(TAP).encode())
        keys.append((await http.next()).key)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("path", ["/dingtalk/callback", "/dingtalk/card"])
async def test_what_is_too_large_is_refused(http: DingTalkRig, path):
    headers = {**http.dingtalk.sign("\n"), **signed()}
    assert await http.post(path, headers, b"x" * 1_000_001) == 413


async def test_what_cannot_be_kept_in_time_is_to_come_again(dingtalk, make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(arriving, "_MESSAGE_SECONDS", 0.0)

    async def fail(_envelopes):
        raise OSError

    channel = make(mode="http")
    async with served(channel.routes(fail)) as root:
        dingtalk.posts_to(root)
        push = dingtalk.person("alice").says("路灯不亮")
        assert (await push.answer)["code"] == 503


async def test_what_is_no_json_is_kept_and_looked_at(http: DingTalkRig):
    assert await http.post("/dingtalk/callback", http.dingtalk.sign("\n"), b"\xff not json") == 200
    assert (await http.next()).key.startswith("sha256:")


def test_by_stream_nothing_is_posted(make):
    assert make().routes(None) == []
