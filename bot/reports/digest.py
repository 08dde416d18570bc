"""A digest as data: the sections that have something to say about a period, the most important first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.city.model import City
from bot.reports import sections
from bot.reports.facts import DISTRICT, Facts, Scope, read
from bot.reports.period import Kind, Period
from bot.reports.tally import Tally
from storage.models import Seal

__all__ = ["DISTRICT", "Block", "Digest", "Kind", "Period", "Scope", "collect"]

_SEAL_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Block:
    """What one section has to say: its name, its place (the smaller the more important), and its own frozen data."""

    name: str
    order: int
    data: Any


@dataclass(frozen=True, slots=True)
class Digest:
    """A finished digest, to be said, drawn or put in a table.

    `is_quiet`: nothing happened in the period, no section has news, and nothing is overdue or due today, so one line
    is enough. `seal` is the beginning of the newest seal of the history (hexadecimal): a printed digest vouches for all
    that came before it.
    """

    kind: Kind
    period: Period
    scope: Scope
    made_at: datetime
    blocks: tuple[Block, ...]
    is_quiet: bool
    seal: str
    city: City = field(repr=False, compare=False)
    facts: Facts = field(repr=False, compare=False)

    def block(self, name: str) -> Any:
        """Return the data of a section, or None where it has nothing to say."""
        return next((each.data for each in self.blocks if each.name == name), None)


def collect(session: Session, city: City, period: Period, scope: Scope, *, now: datetime, kind: Kind) -> Digest:
    """Make the digest of a period for a scope, as things are known now; a period that is not over counts up to now."""
    facts = read(session, city, period.so_far(now), scope, now=now, kind=kind)
    collected = ((each, each.collect(facts)) for each in sections.of_kind(kind))
    found = [(each, data) for each, data in collected if data is not None]
    blocks = tuple(Block(each.name, each.order, data) for each, data in found)
    is_quiet = _is_quiet(facts) and not any(each.is_news for each, _ in found)
    return Digest(kind, facts.period, scope, now, blocks, is_quiet, newest_seal(session), city, facts)


def newest_seal(session: Session) -> str:
    """Return the beginning of the newest seal, or nothing where there is none yet."""
    found = session.scalar(select(Seal.hash).order_by(Seal.seq.desc()).limit(1))
    return found.hex()[:_SEAL_LETTERS] if found else ""


def _is_quiet(facts: Facts) -> bool:
    now = facts.standing
    return facts.ledger.tally(facts.period) == Tally() and not now.overdue and not now.due_today
