"""Telegram's Bot API on loopback, with people to play: `async with FakeBotApi() as api`."""

from tests.fakes.bot_api.chats import Chat, Event, Message
from tests.fakes.bot_api.faults import Fault
from tests.fakes.bot_api.people import Group, Press, User
from tests.fakes.bot_api.server import TOKEN, Call, FakeBotApi

__all__ = ["TOKEN", "Call", "Chat", "Event", "FakeBotApi", "Fault", "Group", "Message", "Press", "User"]
