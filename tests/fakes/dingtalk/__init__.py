"""DingTalk on loopback, with people to play: `async with FakeDingTalk() as dingtalk`."""

from tests.fakes.dingtalk.chats import Card, Chat, Shown
from tests.fakes.dingtalk.people import Group, Person
from tests.fakes.dingtalk.server import FakeDingTalk
from tests.fakes.dingtalk.settings import CLIENT, CORP, EVENT_AES_KEY, EVENT_TOKEN, SECRET, TEMPLATE

__all__ = [
    "CLIENT", "CORP", "EVENT_AES_KEY", "EVENT_TOKEN", "SECRET", "TEMPLATE", "Card", "Chat", "FakeDingTalk", "Group",
    "Person", "Shown",
]  # fmt: skip
