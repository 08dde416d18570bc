"""The whole program in this process: it opens, takes a post in, answers, follows another pack, and stops in order."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.config import Settings
from bot.jobs import timetable
from bot.pipeline import following
from bot.pipeline.inbox import Inbox, store
from bot.services.words import Words
from storage.database import Database
from storage.models import Chore, Identity, InboxRow, JobRun, Lease, OutboxRow, PackRow
from tests.channels.contract import picture
from tests.dialogue import MONDAY
from tests.fakes import wecom
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.dingtalk import CLIENT, EVENT_AES_KEY, EVENT_TOKEN, SECRET, TEMPLATE, FakeDingTalk
from tests.small_city import small_city


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    database = Database(migrated_url)
    with database.begin() as session:
        for (kind, code), record in small_city()._all.items():
            session.add(PackRow(kind=kind, code=code, body=record.model_dump(mode="json"), changed_at=MONDAY))
    database.close()
    return Settings(database_url=migrated_url, blobs=str(tmp_path / "blobs"), web_port=0)


@asynccontextmanager
async def running(app: App) -> AsyncIterator[str]:
    """Run the program; give its address."""
    opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run(opened.set_result))
        yield await opened
        app.stop()


async def until(look: Callable[[], Any]) -> Any:
    """Wait for something that the program does by itself."""
    async with asyncio.timeout(20):
        while not (found := look()):  # noqa: ASYNC110 -- the program does not tell a test what it does
            await asyncio.sleep(0.02)
    return found


def states(app: App, model: Any) -> list[str]:
    with app.database.reading() as session:
        return list(session.scalars(select(model.state)))


async def test_it_opens_works_and_stops(settings: Settings):
    app = App(settings)
    async with running(app) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).json()["status"] == "ok"
        assert "小城区" in (await client.get("/")).text

        envelope = MemoryChannel(name="web", account="page").says("demo-citizen", "帮助")
        await app.inbox.put([envelope])
        await until(lambda: states(app, OutboxRow) and set(states(app, OutboxRow)) == {"sent"})
        await until(lambda: set(states(app, InboxRow)) == {"done"})
        with app.database.reading() as session:
            now, jobs = app.clock.now(), timetable.jobs.values()
            due = {job.name for job in jobs if job.rhythm.slot(now, app.house.city) is not None}
            assert {run.job for run in session.scalars(select(JobRun))} == due

    database = Database(settings.database_url)
    with database.reading() as session:
        assert session.scalars(select(Lease)).all() == [], "every lease is given back"
    database.close()


async def test_it_takes_over_another_pack_without_a_restart(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(following, "SECONDS", 0.01)
    app = App(settings)
    async with running(app):
        assert app.house.words.zone.key == "Asia/Shanghai"
        with app.database.begin() as session:
            row = session.get_one(PackRow, ("settings", "settings"))
            row.body = {**row.body, "name": "新城区", "time_zone": "Asia/Urumqi"}
            row.changed_at = row.changed_at.replace(year=2027)
        await until(lambda: app.house.city.settings.name == "新城区")
        assert app.house.words.zone.key == "Asia/Urumqi"


async def test_what_waited_while_it_was_down_is_worked_at_start(settings: Settings):
    app = App(settings)
    with app.database.begin() as session:
        store(session, [MemoryChannel(name="web", account="page").says("demo-citizen", "/privacy")], MONDAY)
    async with running(app):
        await until(lambda: set(states(app, InboxRow)) == {"done"})


async def test_a_busy_port_is_told_at_once(settings: Settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        app = App(settings.model_copy(update={"web_port": taken.getsockname()[1]}))
        with pytest.raises(OSError, match="in use"):
            await app.run()
        app.database.close()


@pytest.mark.parametrize("driver", ["aiogram", "ptb"])
async def test_on_telegram_a_photo_with_words_becomes_a_draft(settings: Settings, driver: str, caplog):
    caplog.set_level(logging.DEBUG)
    async with FakeBotApi(limits=False) as api:
        asked = {"telegram_token": SecretStr(TOKEN), "telegram_driver": driver, "telegram_api": api.url}
        app = App(settings.model_copy(update=asked))
        async with running(app):
            alice = api.user("alice")
            alice.sends_photo(picture(), "解放路 路面破损")
            await until(lambda: any("提交" in message.labels for message in alice.messages))
            await api.called("getFile")
            await until(lambda: set(states(app, Chore)) == {"done"})
    assert TOKEN.partition(":")[2] not in caplog.text


@pytest.mark.parametrize("template", ["", TEMPLATE], ids=["buttons that speak", "cards"])
async def test_on_dingtalk_a_report_is_made_by_words_and_taps(settings: Settings, template: str, caplog):
    caplog.set_level(logging.DEBUG)
    async with FakeDingTalk() as dingtalk:
        asked = {
            "dingtalk_client_id": CLIENT, "dingtalk_client_secret": SecretStr(SECRET), "web_chat": False,
            "dingtalk_card_template": template, "dingtalk_api": dingtalk.url, "dingtalk_oapi": dingtalk.url,
        }  # fmt: skip
        app = App(settings.model_copy(update=asked))
        async with running(app):
            await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
            alice = dingtalk.person("alice")
            alice.sends_rich("解放路 路面破损", picture())
            await until(lambda: any("提交" in message.buttons for message in alice.chat.messages))
            await until(lambda: states(app, Chore) and set(states(app, Chore)) == {"done"})
            alice.presses("提交")
            await until(lambda: any("✅ 已受理" in message.text for message in alice.chat.messages))
            alice.sends("unknownMsgType", content={"unknownMsgType": "?"})
            count = len(alice.chat.messages)
            await until(lambda: len(alice.chat.messages) > count)
    assert not [word for word in (SECRET, "fictional-token", "fictional-session") if word in caplog.text]


async def test_on_dingtalk_a_message_is_answered_once_however_often_it_comes_and_who_left_is_written_to_no_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    failing, put = [OSError("no disk"), OSError("no disk")], Inbox.put

    async def put_in_the_end(inbox, envelopes):
        if failing:
            raise failing.pop()
        await put(inbox, envelopes)

    monkeypatch.setattr(Inbox, "put", put_in_the_end)
    async with FakeDingTalk(again=0.1) as dingtalk:
        asked = {
            "dingtalk_client_id": CLIENT, "dingtalk_client_secret": SecretStr(SECRET), "dingtalk_api": dingtalk.url,
            "dingtalk_event_token": SecretStr(EVENT_TOKEN), "dingtalk_event_aes_key": SecretStr(EVENT_AES_KEY),
            "dingtalk_oapi": dingtalk.url, "web_chat": False,
        }  # fmt: skip
        app = App(settings.model_copy(update=asked))
        async with running(app) as url:
            await dingtalk.gateway.until(lambda: dingtalk.gateway.lines)
            alice = dingtalk.person("alice")
            push = alice.says("/privacy")
            await push.answer
            assert push.times > 1
            alice.says("/help")
            await until(lambda: any("/privacy" in message.text for message in alice.chat.messages[1:]))
            assert len([each for each in alice.chat.messages if "保留" in each.text]) == 1

            dingtalk.posts_events_to(f"{url}/dingtalk/event")
            assert await alice.leaves().answer == {"code": 200, "said": "success"}
            await until(lambda: set(states(app, InboxRow)) == {"done"})
            with app.database.reading() as session:
                assert session.scalars(select(Identity.reachable)).all() == [False]
    told = {EVENT_TOKEN, EVENT_AES_KEY, "signature=", "encrypt"}
    assert not [word for word in told if word in caplog.text]


async def test_on_wecom_a_tapped_card_is_changed_in_place_and_the_answer_comes_below(settings: Settings, caplog):
    caplog.set_level(logging.DEBUG)
    async with wecom.FakeWeCom() as platform:
        asked = {
            "wecom_corp_id": wecom.CORP, "wecom_agent_id": wecom.AGENT, "wecom_secret": SecretStr(wecom.SECRET),
            "wecom_token": SecretStr(wecom.TOKEN), "wecom_aes_key": SecretStr(wecom.AES_KEY),
            "wecom_api": platform.url, "wecom_robots": SecretStr(f"station={wecom.ROBOT_KEY}"), "pacing": False,
        }  # fmt: skip
        app = App(settings.model_copy(update=asked))
        async with running(app) as url:
            platform.pushing.url = f"{url}/wecom/callback"
            alice, shown = platform.member("alice"), platform.chat("alice").messages
            alice.sends_photo(picture())
            await until(lambda: any(each.labels for each in shown))
            alice.says("解放路 路面破损")
            card = await until(lambda: next((each for each in shown if "提交" in each.labels), None))
            await until(lambda: states(app, Chore) and set(states(app, Chore)) == {"done"})
            alice.presses("提交")
            await until(lambda: any("✅ 已受理" in each.text for each in shown))
            await until(lambda: not card.labels)
    told = {
        wecom.SECRET,
        wecom.TOKEN,
        wecom.AES_KEY,
        wecom.ROBOT_KEY,
        *platform.tokens,
        "msg_signature",
        "access_token",
    }
    assert not [word for word in told if word in caplog.text]


def test_words_know_the_zone_of_the_city(settings: Settings):
    app = App(settings)
    assert isinstance(app.house.words, Words)
    assert app.house.words.zone == app.house.zone
    app.database.close()
