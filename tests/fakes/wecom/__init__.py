"""WeCom on loopback, with members to play: `async with FakeWeCom() as wecom`."""

from tests.fakes.wecom.chats import Card, Chat, Shown
from tests.fakes.wecom.people import Member
from tests.fakes.wecom.server import FakeWeCom
from tests.fakes.wecom.settings import AES_KEY, AGENT, CORP, ROBOT_KEY, SECRET, TOKEN

__all__ = [
    "AES_KEY", "AGENT", "CORP", "ROBOT_KEY", "SECRET", "TOKEN", "Card", "Chat", "FakeWeCom", "Member", "Shown",
]  # fmt: skip
