"""What is asked for, and granted or not: 申请延期, 申请挂账, 批准, 不批准, 恢复办理."""

from __future__ import annotations

from bot.domain.case import Action
from bot.handlers import casework, reasons
from bot.services.casework import cases
from bot.services.desk import Turn
from storage.models import Case


@casework.tap("ask_extension")
def ask_extension(turn: Turn, case: Case, _rest: str) -> None:
    """申请延期: ask why."""
    reasons.ask(turn, case, Action.ASK_EXTENSION)


@casework.tap("ask_suspension")
def ask_suspension(turn: Turn, case: Case, _rest: str) -> None:
    """申请挂账: ask why."""
    reasons.ask(turn, case, Action.ASK_SUSPENSION)


@casework.tap("grant_extension")
def grant_extension(turn: Turn, case: Case, _rest: str) -> None:
    """One more limit; the reporter is told until when, and why."""
    cases.act(turn, case, Action.GRANT_EXTENSION, turn.person)


@casework.tap("deny_extension")
def deny_extension(turn: Turn, case: Case, _rest: str) -> None:
    """Ask why not."""
    reasons.ask(turn, case, Action.DENY_EXTENSION)


@casework.tap("grant_suspension")
def grant_suspension(turn: Turn, case: Case, _rest: str) -> None:
    """挂账: the clock pauses, and the reporter is told."""
    cases.act(turn, case, Action.GRANT_SUSPENSION, turn.person)


@casework.tap("deny_suspension")
def deny_suspension(turn: Turn, case: Case, _rest: str) -> None:
    """Ask why not."""
    reasons.ask(turn, case, Action.DENY_SUSPENSION)


@casework.tap("resume")
def resume(turn: Turn, case: Case, _rest: str) -> None:
    """挂账恢复: the clock goes on with what was left."""
    cases.act(turn, case, Action.RESUME, turn.person)
