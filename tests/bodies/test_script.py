"""Report, close, dispute, verify, digest: the same script on every channel, through the whole program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.app import App
from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.roles import Role
from bot.services import invites
from storage.database import Database
from storage.models import PackRow
from tests.bodies.hands import DingTalkHand, Hand, PageHand, TelegramHand, WeComHand
from tests.channels.contract import picture
from tests.dialogue import MONDAY
from tests.fakes import bot_api, dingtalk, wecom
from tests.small_city import small_city
from tests.test_app import running

Hands = Callable[[str], Hand]
"""Gives somebody of this name."""


@asynccontextmanager
async def on_the_page(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
    app = App(settings)
    async with running(app) as url:
        hands: list[PageHand] = []

        def hand(_name: str) -> Hand:
            hands.append(PageHand(url))
            return hands[-1]

        yield app, hand
        for each in hands:
            await each.close()


def on_telegram(driver: str):
    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
        async with bot_api.FakeBotApi(limits=False) as api:
            told = {"telegram_token": SecretStr(bot_api.TOKEN), "telegram_driver": driver, "telegram_api": api.url}
            app = App(settings.model_copy(update=told))
            async with running(app):
                yield app, lambda name: TelegramHand(api.user(name))

    return opened


def on_dingtalk(template: str):
    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
        async with dingtalk.FakeDingTalk() as platform:
            told = {
                "dingtalk_client_id": dingtalk.CLIENT, "dingtalk_client_secret": SecretStr(dingtalk.SECRET),
                "dingtalk_corp_id": dingtalk.CORP, "dingtalk_card_template": template,
                "dingtalk_api": platform.url, "dingtalk_oapi": platform.url,
            }  # fmt: skip
            app = App(settings.model_copy(update=told))
            async with running(app):
                await platform.gateway.until(lambda: platform.gateway.lines)
                yield app, lambda name: DingTalkHand(platform.person(name))

    return opened


@asynccontextmanager
async def on_wecom(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
    async with wecom.FakeWeCom() as platform:
        told = {
            "wecom_corp_id": wecom.CORP, "wecom_agent_id": wecom.AGENT, "wecom_secret": SecretStr(wecom.SECRET),
            "wecom_token": SecretStr(wecom.TOKEN), "wecom_aes_key": SecretStr(wecom.AES_KEY), "wecom_api": platform.url,
        }  # fmt: skip
        app = App(settings.model_copy(update=told))
        async with running(app) as url:
            platform.pushing.url = f"{url}/wecom/callback"
            yield app, lambda name: WeComHand(platform.member(name))


BODIES = {
    "page": on_the_page,
    "telegram-aiogram": on_telegram("aiogram"),
    "telegram-ptb": on_telegram("ptb"),
    "wecom": on_wecom,
    "dingtalk": on_dingtalk(""),
    "dingtalk-cards": on_dingtalk(dingtalk.TEMPLATE),
}


@pytest.fixture
def database_kind() -> str:
    """What is stored is the same on every channel; that both databases bear it is shown by the dialogues."""
    return "sqlite"


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    today = SystemClock().now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    city = small_city(working_hours=((time.min, time(23, 59)),), quiet_hours=(time.min, time.min), days_worked=(today,))
    database = Database(migrated_url)
    with database.begin() as session:
        for (kind, code), record in city._all.items():
            session.add(PackRow(kind=kind, code=code, body=record.model_dump(mode="json"), changed_at=MONDAY))
    database.close()
    return Settings(
        database_url=migrated_url,
        blobs=str(tmp_path / "blobs"),
        web_port=0,
        demo=False,
        web_secret="fictional",
        pacing=False,
    )


def invitation(app: App, role: Role, **place) -> str:
    with app.database.begin() as session:
        return invites.make(session, app.house.city, role, app.clock.now(), **place)


async def finish(leader: Hand, words: str, colour: str) -> None:
    before = len(await leader.messages())
    await leader.chooses("办结")
    await leader.sees("请发办好后的照片", after=before)
    await leader.sends_photo(picture(colour), words)
    await leader.sees(words)
    await leader.chooses("办结")


@pytest.mark.parametrize("body", BODIES)
async def test_from_report_to_digest(settings: Settings, body: str):
    async with BODIES[body](settings) as (app, hand):
        citizen, leader, inspector, office = (hand(name) for name in ("citizen", "leader", "inspector", "office"))
        await leader.says(invitation(app, Role.LEADER, points=("P-1",)))
        await leader.sees("点位长")
        await inspector.says(invitation(app, Role.INSPECTOR))
        await inspector.sees("督查员")
        await office.says(invitation(app, Role.DISPATCHER))
        await office.sees("您现在是")

        await citizen.sends_photo(picture(), "东街农贸市场 路面破损")
        await citizen.chooses("提交")
        await citizen.sees("已交东街农贸市场点位长")

        await leader.chooses("签收")
        await finish(leader, "已修补", "blue")
        await inspector.sees("已修补")
        await inspector.chooses("核查通过")
        await citizen.sees("已办结")

        await citizen.chooses("不满意")
        await citizen.chooses("没有处理")
        await leader.sees("返工", "没有处理")
        await finish(leader, "重新修补", "white")
        await inspector.sees("重新修补")
        await inspector.chooses("核查通过")
        await citizen.sees("已办结", "重新修补")
        await citizen.chooses("满意")
        await citizen.sees("★★★★★")

        await office.says("/digest 今天")
        digest = await office.sees("小城区通报", "受理 1", "结案 1")
        assert any(each.photos for each in await office.messages()), digest
