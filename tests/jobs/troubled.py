"""What may be wrong, and what is found when one looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services import health
from bot.services.health import Finding
from storage.models import OutboxRow
from tests.dialogue import Stage
from tests.jobs.conftest import tick


def looks(stage: Stage, *, minutes: float = 5) -> None:
    """Time goes by in steps of five minutes, and each time it is looked whether all is well."""
    for _ in range(round(minutes / 5)):
        stage.clock.move(timedelta(minutes=5))
        tick(stage, "health")


def waiting(stage: Stage, *, chat: str = "c", channel: str = "gone", age: timedelta = timedelta(), **facts) -> None:
    """Let a message wait, for so long already."""
    at = stage.now - age
    values = {
        "account": "x",
        "chat_body": "{}",
        "body": "{}",
        "state": "pending",
        "not_before": at,
        "expires_at": at + timedelta(days=2),
    }
    with stage.database.begin() as session:
        session.add(OutboxRow(channel=channel, chat=chat, created_at=at, **(values | facts)))


def found(stage: Stage, expected: dict[str, datetime] | None = None) -> list[Finding]:
    """Return what is wrong now."""
    with stage.reading() as session:
        return list(health.look(session, stage.now, expected or {}).findings)
