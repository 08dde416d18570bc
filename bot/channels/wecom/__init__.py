"""WeCom (企业微信): a self-built app for people, and for groups the chats it made and group robots."""

from bot.channels.wecom.channel import WeComChannel
from bot.channels.wecom.groups import WeComGroups

__all__ = ["WeComChannel", "WeComGroups"]
