"""A fictional district at full size, for trying the program out: Yunxi (云溪区), which is on no map."""

from __future__ import annotations

from bot.city.demo.pack import write_demo

__all__ = ["write_demo"]
