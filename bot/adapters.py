"""Which channels the settings ask for: the only place that knows every adapter."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.dingtalk import DingTalkChannel, DingTalkRobots, Robot, Roots, Uses
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.wecom import WeComChannel, WeComGroups
from bot.clock import Clock
from bot.config import Settings
from bot.port import Channel
from storage.blobs import Blobs
from storage.database import Database


def make_channels(settings: Settings, database: Database, blobs: Blobs, clock: Clock) -> list[Channel]:
    """Return a channel for each account that is set up; nothing is connected yet."""
    return [
        *_telegram(settings, blobs, clock),
        *_dingtalk(settings, database, blobs, clock),
        *_wecom(settings, blobs, clock),
        *_page(settings, database, blobs, clock),
    ]


def _telegram(settings: Settings, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    if token := settings.telegram_token.get_secret_value():
        yield TelegramChannel(
            token, blobs, driver=settings.telegram_driver, api=settings.telegram_api, mode=settings.telegram_mode,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(), public_url=settings.public_url,
            clock=clock,
        )  # fmt: skip


def _dingtalk(settings: Settings, database: Database, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    roots = Roots(settings.dingtalk_api, settings.dingtalk_oapi)
    if client := settings.dingtalk_client_id:
        robot, allowed = settings.dingtalk_robot_code or client, settings.dingtalk_monthly_calls
        yield DingTalkChannel(
            client, settings.dingtalk_client_secret.get_secret_value(), blobs, robot=robot,
            corp=settings.dingtalk_corp_id, mode=settings.dingtalk_mode, template=settings.dingtalk_card_template,
            event_token=settings.dingtalk_event_token.get_secret_value(),
            event_aes_key=settings.dingtalk_event_aes_key.get_secret_value(),
            public_url=settings.public_url, roots=roots, uses=Uses(database, ("dingtalk", robot), allowed, clock),
            clock=clock,
        )  # fmt: skip
    if named := settings.dingtalk_robots.get_secret_value().split():
        parted = (each.partition("=") for each in named)
        robots = {name: Robot(*keys.split(":")) for name, _, keys in parted}
        yield DingTalkRobots(robots, corp=settings.dingtalk_corp_id, roots=roots, clock=clock)


def _wecom(settings: Settings, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    corp, secret, api = settings.wecom_corp_id, settings.wecom_secret.get_secret_value(), settings.wecom_api
    if corp:
        token, aes_key = settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value()
        yield WeComChannel(corp, settings.wecom_agent_id, secret, token, aes_key, blobs, api=api, clock=clock)
    named = settings.wecom_robots.get_secret_value().split()
    if corp or named:
        robots = dict(each.split("=", 1) for each in named)
        yield WeComGroups(robots, blobs, corp=corp, secret=secret, api=api, clock=clock)


def _page(settings: Settings, database: Database, blobs: Blobs, clock: Clock) -> Iterator[Channel]:
    if settings.web_chat:
        yield WebChannel(database, blobs, clock, public_url=settings.public_url)
