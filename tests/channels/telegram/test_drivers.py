"""Either driver: calls arrive as they are meant, failures have their neutral names, and the token is told to nobody."""

from __future__ import annotations

import logging
import traceback

import pytest
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.calls import Call, Driver, Upload
from bot.channels.telegram.drivers import connect
from bot.port import DeliveryError
from tests.channels.surroundings import served
from tests.channels.telegram.conftest import SECRET, told
from tests.fakes.bot_api import TOKEN

WHO = Call("getMe", {})


@pytest.fixture
async def calls(api, driver):
    calls = connect(driver, TOKEN, api.url + "/")
    yield calls
    await calls.close()


async def failure(calls: Driver, call: Call = WHO) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await calls.call(call)
    return caught.value


def test_the_account_is_no_secret(calls):
    assert calls.account == TOKEN.partition(":")[0]


async def test_an_answer_is_plain_json(calls):
    assert (await calls.call(WHO))["username"] == "pk_bot"


async def test_only_what_was_set_is_sent(api, calls):
    alice = api.user("alice")
    alice.starts()
    await calls.call(Call("sendMessage", {"chat_id": alice.id, "text": "你好"}))
    assert told(api.calls_of("sendMessage")[0]) == {"chat_id": alice.id, "text": "你好"}


async def test_files_go_along_with_their_names(api, calls):
    alice = api.user("alice")
    alice.starts()
    params = {"chat_id": alice.id, "document": "attach://x", "reply_markup": {"inline_keyboard": []}}
    await calls.call(Call("sendDocument", params, {"x": Upload('晨"报.xlsx', b"PK\r\n--\x00")}))
    sent = alice.last.json["document"]
    assert sent["file_name"].endswith("报.xlsx")
    assert api.files.by_id[sent["file_id"]].data == b"PK\r\n--\x00"


@pytest.mark.parametrize(
    ("code", "description", "meaning"),
    [
        (403, "Forbidden: bot was blocked by the user", ("blocked", True)),
        (403, "Forbidden: bot was kicked from the supergroup chat", ("blocked", True)),
        (400, "Bad Request: chat not found", ("blocked", True)),
        (400, "Bad Request: not enough rights to send text messages to the chat", ("blocked", True)),
        (400, "Bad Request: message to edit not found", ("gone", True)),
        (400, "Bad Request: message can't be edited", ("gone", True)),
        (400, "Bad Request: MESSAGE_TOO_LONG", ("refused", True)),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", ("refused", True)),
        (413, "Request Entity Too Large", ("refused", True)),
        (418, "I'm a teapot", ("refused", True)),
        (401, "Unauthorized", ("credentials", False)),
        (404, "Not Found", ("credentials", False)),
        (500, "Internal Server Error", ("network", False)),
        (502, "Bad Gateway", ("network", False)),
        (409, "Conflict: terminated by other getUpdates request", ("network", False)),
        (429, "Too Many Requests", ("network", False)),
    ],
)
async def test_refusals_by_name(api, calls, code, description, meaning):
    api.trouble("error", code=code, description=description)
    error = await failure(calls)
    assert (error.reason, error.permanent) == meaning
    assert error.retry_after == (60 if meaning[0] == "credentials" else None)


async def test_too_fast_says_when_to_try_again(api, calls):
    api.trouble("error", code=429, description="Too Many Requests: retry after 3", retry_after=3)
    error = await failure(calls)
    assert (error.reason, error.permanent, error.retry_after) == ("busy", False, 3)


async def test_a_group_that_moved_says_where(api, calls):
    group = api.group("路灯组")
    new = group.becomes_supergroup(api.user("alice"))
    error = await failure(calls, Call("sendMessage", {"chat_id": group.id, "text": "?"}))
    assert (error.reason, error.permanent, error.moved_to) == ("moved", True, str(new.id))


@pytest.mark.parametrize("kind", ["drop", "drop_accepted", "truncate"])
async def test_a_broken_line_is_a_reason_to_try_again(api, calls, kind):
    api.trouble(kind)
    error = await failure(calls)
    assert (error.reason, error.permanent) == ("network", False)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "[]"),
        (200, "{}"),
        (200, '{"ok": true}'),
        (403, "<html>"),
        (403, "{}"),
        (502, '{"ok": false}'),
        (200, "\udcff"),
    ],
)
async def test_what_stands_in_between_and_answers_for_telegram_is_a_reason_to_try_again(driver, status, body):
    async def answer(_request):
        return Response(body.encode(errors="surrogateescape"), status)

    async with served([Route("/{path:path}", answer, methods=["POST"])]) as root:
        calls = connect(driver, TOKEN, root)
        error = await failure(calls)
        await calls.close()
    assert (error.reason, error.permanent) == ("network", False)


async def test_nobody_there_is_a_reason_to_try_again(driver):
    calls = connect(driver, TOKEN, "http://127.0.0.1:1")
    assert (await failure(calls)).reason == "network"
    await calls.close()


async def test_a_slow_answer_is_not_waited_for_without_end(api, calls):
    api.trouble("slow", seconds=5)
    with pytest.raises(DeliveryError, match="network"):
        await calls.call(WHO, seconds=0.05)


async def test_the_token_is_told_to_nobody(api, driver, caplog):
    hook = Call("setWebhook", {"url": "http://127.0.0.1:1/", "secret_token": SECRET})
    with caplog.at_level(logging.DEBUG):
        told = []
        for root, path in (
            (api.url, "a/b"),
            ("http://127.0.0.1:1", "a/b"),
            ("http://127.0.0.1:x", "a/b"),
            ("nonsense", "a b"),
        ):
            calls = connect(driver, TOKEN, root)
            for kind in ("error", "drop", "truncate") if root == api.url else ("none",):
                if kind != "none":
                    api.trouble(kind, times=2)
                for attempt in (calls.call(hook), calls.download(path)):
                    with pytest.raises(DeliveryError) as caught:
                        await attempt
                    told.append("".join(traceback.format_exception(caught.value)) + repr(caught.value))
            told.append(repr(calls) + str(calls) + repr(vars(calls)))
            await calls.close()
    secrets = (TOKEN.partition(":")[2], SECRET)
    assert not [each for each in (*told, caplog.text) if any(secret in each for secret in secrets)]
    assert len(told) > 8


async def test_python_telegram_bot_takes_the_way_that_the_environment_names(api, monkeypatch):
    monkeypatch.setenv("http_proxy", api.url)
    calls = connect("ptb", TOKEN, "http://telegram.example")
    assert (await calls.call(WHO))["username"] == "pk_bot"
    await calls.close()
