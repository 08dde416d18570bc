"""Three platforms in one process: a citizen on Telegram, the leader on WeCom, inspector and digest on DingTalk."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from bot.app import App
from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.roles import Role
from storage.models import OutboxRow
from tests.bodies import joining
from tests.bodies.hands import DingTalkHand, TelegramHand, WeComHand
from tests.bodies.joining import takes_up
from tests.channels.contract import picture
from tests.dialogue import MONDAY
from tests.fakes import bot_api, dingtalk, wecom
from tests.test_app import running, states, until

TUESDAYS_DIGEST = datetime.fromisoformat("2026-03-03T08:00:30+08:00")


class TownClock:
    """Goes as clocks do, from a Monday on, and can be set to another time; program and doubles look at the same one."""

    def __init__(self) -> None:
        self.set(MONDAY)

    def now(self) -> datetime:
        return SystemClock().now() + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def set(self, now: datetime) -> None:
        self._ahead = now - SystemClock().now()


@dataclass
class Town:
    """The program with an account on each platform."""

    app: App
    clock: TownClock
    telegram: bot_api.FakeBotApi
    wecom: wecom.FakeWeCom
    dingtalk: dingtalk.FakeDingTalk


@asynccontextmanager
async def town(settings: Settings) -> AsyncIterator[Town]:
    clock = TownClock()
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(bot_api.FakeBotApi(limits=False))
        office = await stack.enter_async_context(wecom.FakeWeCom(clock=clock.seconds))
        ding = await stack.enter_async_context(dingtalk.FakeDingTalk(clock=clock.seconds))
        told = joining.on_telegram(api) | joining.on_wecom(office) | joining.on_dingtalk(ding)
        app = App(settings.model_copy(update=told), clock)
        office.pushing.url = f"{await stack.enter_async_context(running(app))}/wecom/callback"
        await ding.gateway.until(lambda: ding.gateway.lines)
        yield Town(app, clock, api, office, ding)


async def test_a_citizen_here_a_leader_there_and_the_digest_in_a_group_of_a_third(settings: Settings):
    async with town(settings) as at:
        phone, group = at.telegram.user("citizen"), at.dingtalk.group("早会")
        citizen, leader = TelegramHand(phone), WeComHand(at.wecom.member("leader"))
        chief, citizens_desk = at.dingtalk.person("chief"), DingTalkHand(at.dingtalk.person("citizen at work"))
        inspector, meeting = DingTalkHand(at.dingtalk.person("inspector")), DingTalkHand(chief, group)
        await takes_up(leader, at.app, Role.LEADER, "点位长", points=("P-1",))
        await takes_up(inspector, at.app, Role.INSPECTOR, "督查员")
        await takes_up(DingTalkHand(chief), at.app, Role.DISPATCHER, "您现在是")
        await meeting.says("/bind")
        await meeting.chooses("点位长群")

        await citizen.sends_photo(picture("red"), "东街农贸市场 路面破损")
        await citizen.chooses("提交")
        track = await phone.sees("已交东街农贸市场点位长")
        await leader.sees("“路面破损”")
        [first, *_] = await until(lambda: shown_photos(at.wecom, "leader"))
        assert colour(first) == "red"
        await leader.chooses("签收")
        await citizen.sees("正在处理")
        await leader.finishes("已修补", picture("blue"))
        await citizen.sees("⏳ 待核查")
        await inspector.sees("“已修补”", "先是处置前，后是处置后")
        await inspector.chooses("核查通过")
        await citizen.sees("✅ 待核查", "✅ 已办结")
        assert "✅ 已办结" in track.text, "one message that was edited with each step"
        result = await phone.sees("办得怎么样")
        assert colour(at.telegram.files.find(result.photo).data) == "blue", "it went from WeCom to Telegram"
        await citizen.chooses("满意")
        await citizen.sees("★★★★★")

        await citizen.says("/link")
        code = re.search(r"\d{4}-\d{4}", (await citizen.sees("绑定码")).text)[0]
        await citizens_desk.says(f"/link {code}")
        await citizens_desk.chooses("确认，都是我")
        await citizen.chooses("确认，都是我")
        await citizens_desk.sees("绑定好了")
        await citizens_desk.says("/my")
        await citizens_desk.sees("道路破损", "已办结", "★★★★★")

        at.clock.set(TUESDAYS_DIGEST)
        await meeting.sees("小城区日报", "受理 1", "结案 1")
        await until(lambda: set(states(at.app, OutboxRow)) == {"sent"})
        assert sum("小城区日报" in each.text for each in await meeting.messages()) == 1
        assert sum(each.photos for each in await meeting.messages()) == 1
        assert not any("日报" in each.text for each in phone.messages), "it is for the group"


def shown_photos(platform: wecom.FakeWeCom, member: str) -> list[bytes]:
    return [each.photo for each in platform.chat(member).messages if each.photo]


def colour(data: bytes) -> str:
    """Which of the colours of these stories a photo has."""
    red, _, blue = Image.open(io.BytesIO(data)).convert("RGB").getpixel((9, 9))
    return "red" if red > blue else "blue"
