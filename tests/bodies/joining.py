"""How the program, the platforms' doubles and the people of the small city come together."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.domain.roles import Role
from bot.services.staffing import invites
from tests.bodies.hands import Hand
from tests.fakes import bot_api, dingtalk, wecom

Told = dict[str, Any]
"""Settings that give the program an account on a double."""


def on_telegram(api: bot_api.FakeBotApi, driver: str = "aiogram") -> Told:
    return {"telegram_token": SecretStr(bot_api.TOKEN), "telegram_driver": driver, "telegram_api": api.url}


def on_dingtalk(platform: dingtalk.FakeDingTalk, template: str = "") -> Told:
    return {
        "dingtalk_client_id": dingtalk.CLIENT, "dingtalk_client_secret": SecretStr(dingtalk.SECRET),
        "dingtalk_corp_id": dingtalk.CORP, "dingtalk_card_template": template,
        "dingtalk_api": platform.url, "dingtalk_oapi": platform.url,
    }  # fmt: skip


def on_wecom(platform: wecom.FakeWeCom) -> Told:
    return {
        "wecom_corp_id": wecom.CORP, "wecom_agent_id": wecom.AGENT, "wecom_secret": SecretStr(wecom.SECRET),
        "wecom_token": SecretStr(wecom.TOKEN), "wecom_aes_key": SecretStr(wecom.AES_KEY), "wecom_api": platform.url,
    }  # fmt: skip


async def takes_up(hand: Hand, app: App, role: Role, function: str, **place: Any) -> None:
    """Invite somebody, who sends the code and reads what they are now."""
    with app.database.begin() as session:
        code = invites.make(session, app.house.city, role, app.clock.now(), **place)
    await hand.says(code)
    await hand.sees(function)
