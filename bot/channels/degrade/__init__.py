"""What a platform lacks, made up for: choices as a numbered menu, long text in several messages."""

from bot.channels.degrade.menu import degrade, numbered, understand
from bot.channels.degrade.text import pages, size, split

__all__ = ["degrade", "numbered", "pages", "size", "split", "understand"]
