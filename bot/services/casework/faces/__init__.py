"""The faces of a case: what each of those who have to do with it sees, in their language, and what they may tap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from bot.port import Outgoing
from bot.services.casework.faces import reporter, working
from bot.services.casework.faces.parts import Reader
from bot.services.desk import Desk
from storage.models import Case

Name = Literal["reporter", "feedback", "owner", "group", "desk", "verifier", "overview"]
_FACES: dict[str, Callable[[Desk, Case, Reader], Outgoing]] = {
    "reporter": reporter.reporter,
    "feedback": reporter.feedback,
    "owner": working.owner,
    "group": working.group,
    "desk": working.headquarters,
    "verifier": working.verifier,
    "overview": working.overview,
}


def face(desk: Desk, case: Case, view: str, reader: Reader) -> Outgoing:
    """Return what a view of the case shows now. Raises `KeyError` for a view that is none."""
    return _FACES[view](desk, case, reader)
