"""Report, close, dispute, verify, digest: the same script on every channel, through the whole program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.app import App
from bot.config import Settings
from bot.domain.roles import Role
from tests.bodies import joining
from tests.bodies.hands import DingTalkHand, Hand, PageHand, TelegramHand, WeComHand
from tests.bodies.joining import takes_up
from tests.channels.contract import picture
from tests.fakes import bot_api, dingtalk, wecom
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
            app = App(settings.model_copy(update=joining.on_telegram(api, driver)))
            async with running(app):
                yield app, lambda name: TelegramHand(api.user(name))

    return opened


def on_dingtalk(template: str):
    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
        async with dingtalk.FakeDingTalk() as platform:
            app = App(settings.model_copy(update=joining.on_dingtalk(platform, template)))
            async with running(app):
                await platform.gateway.until(lambda: platform.gateway.lines)
                yield app, lambda name: DingTalkHand(platform.person(name))

    return opened


@asynccontextmanager
async def on_wecom(settings: Settings) -> AsyncIterator[tuple[App, Hands]]:
    async with wecom.FakeWeCom() as platform:
        app = App(settings.model_copy(update=joining.on_wecom(platform)))
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


@pytest.mark.parametrize("body", BODIES)
async def test_from_report_to_digest(settings: Settings, body: str):
    async with BODIES[body](settings) as (app, hand):
        citizen, leader, inspector, office = (hand(name) for name in ("citizen", "leader", "inspector", "office"))
        await takes_up(leader, app, Role.LEADER, "点位长", points=("P-1",))
        await takes_up(inspector, app, Role.INSPECTOR, "督查员")
        await takes_up(office, app, Role.DISPATCHER, "您现在是")

        await citizen.sends_photo(picture(), "东街农贸市场 路面破损")
        await citizen.chooses("提交")
        await citizen.sees("已交东街农贸市场点位长")

        await leader.chooses("签收")
        await leader.finishes("已修补", picture("blue"))
        await inspector.sees("已修补")
        await inspector.chooses("核查通过")
        await citizen.sees("已办结")

        await citizen.chooses("不满意")
        await citizen.chooses("没有处理")
        await leader.sees("返工", "没有处理")
        await leader.finishes("重新修补", picture("white"))
        await inspector.sees("重新修补")
        await inspector.chooses("核查通过")
        await citizen.sees("已办结", "重新修补")
        await citizen.chooses("满意")
        await citizen.sees("★★★★★")

        await office.says("/digest 今天")
        digest = await office.sees("小城区通报", "受理 1", "结案 1")
        assert any(each.photos for each in await office.messages()), digest
