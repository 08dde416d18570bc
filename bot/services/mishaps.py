"""Mishaps: what fails for one case or one person is logged and noted, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.services.desk import Desk
from storage.models import Trouble

log = logging.getLogger(__name__)

KIND = "mishap"
_DAY = timedelta(days=1)


@contextmanager
def contained(desk: Desk, what: str, number: int) -> Iterator[None]:
    """Log and note an error of the program about one of many, so that it does not silence all others.

    What the database says is raised: the whole transaction is to be done again.
    """
    try:
        yield
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("%s=%d is left out, since it failed", what, number)
        _note(desk)


def lately(session: Session, now: datetime) -> Mapping[str, Any] | None:
    """Return how many mishaps there were (`n`), and when the last was (`at`); None when that is a day ago or more."""
    noted = session.get(Trouble, (KIND, ""))
    is_recent = noted is not None and now - datetime.fromisoformat(noted.facts["at"]) < _DAY
    return noted.facts if noted is not None and is_recent else None


def _note(desk: Desk) -> None:
    """Count it; which it was stands in the log alone, since it may speak of somebody."""
    before = lately(desk.session, desk.now) or {"n": 0}
    noted = desk.session.get(Trouble, (KIND, ""))
    if noted is None:
        noted = Trouble(kind=KIND, about="", since=desk.now)
        desk.session.add(noted)
    noted.facts, noted.gone_at = {"n": before["n"] + 1, "at": desk.now.isoformat()}, None
