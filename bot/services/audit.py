"""`pointkeeper audit verify`: whether the recorded past is whole, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.services import history
from storage.database import Database
from storage.models import Case, Event, Seal

Say = Callable[[str, Mapping[str, str]], str]


def audit_command(database: Database, say: Say) -> int:
    """Print every break, what was looked at, and the last seal; return 1 if there is a break."""
    with database.reading() as session:
        breaks = history.verify_all(session)
        for line in (*(_break(session, each, say) for each in breaks), *_summary(session, len(breaks), say)):
            print(line)  # noqa: T201 -- the command line talks to people
    return 1 if breaks else 0


def _break(session: Session, found: history.Break, say: Say) -> str:
    why = say(f"audit.why.{found.why}", {})
    if found.subject == history.SEALS:
        return say("audit.at_seal", {"seq": str(found.seq), "why": why})
    area, _, number = found.subject.partition(":")
    case = session.get(Case, int(number)) if area == "case" and number.isdecimal() else None
    return say("audit.at_event", {"name": case.number if case else found.subject, "seq": str(found.seq), "why": why})


def _summary(session: Session, breaks: int, say: Say) -> Iterator[str]:
    counts = {
        "histories": select(func.count(Event.subject.distinct())),
        "events": select(func.count(Event.id)),
        "seals": select(func.count(Seal.id)),
    }
    facts = {name: str(session.scalar(query)) for name, query in counts.items()} | {"breaks": str(breaks)}
    yield say("audit.broken" if breaks else "audit.whole", facts)
    last = history.last_seal(session)
    if last is None:
        yield say("audit.no_seal", {})
    else:
        at = f"{last.at:%Y-%m-%d %H:%M} UTC"
        yield say("audit.last_seal", {"seq": str(last.seq), "at": at, "hash": last.hash.hex()})
