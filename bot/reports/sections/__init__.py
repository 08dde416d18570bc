"""The sections of a digest, one file each. A section registers itself here; `load` finds all files of this folder.

A section is a function from the facts to its data (a frozen dataclass; None when there is nothing to say), and a
template of the same name in `bot/templates/digest/` that says the data in words.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from bot.reports.facts import Facts
from bot.reports.period import Kind

Collect = Callable[[Facts], Any]
EVERY = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a digest; the smaller its order, the more it matters and the earlier it stands.

    `is_news`: what it has to say makes a day one on which something happened, whatever the cases are.
    """

    name: str
    order: int
    kinds: frozenset[Kind]
    collect: Collect
    is_news: bool = False


registered: dict[str, Section] = {}


def section(
    name: str, *, order: int, kinds: Collection[Kind] = EVERY, is_news: bool = False
) -> Callable[[Collect], Collect]:
    """Make a function a section of digests of these kinds, said by `bot/templates/digest/<name>.txt.j2`."""

    def register(collect: Collect) -> Collect:
        registered[name] = Section(name, order, frozenset(kinds), collect, is_news)
        return collect

    return register


def load() -> None:
    """Import every section, so that it registers itself."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)


def of_kind(kind: Kind) -> tuple[Section, ...]:
    """Return the sections of a digest of this kind, the most important first."""
    load()
    fitting = (each for each in registered.values() if kind in each.kinds)
    return tuple(sorted(fitting, key=lambda each: (each.order, each.name)))
