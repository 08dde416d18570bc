"""What whoever works on a case asks for — 延期, 挂账 —, and what the reporter hears of why."""

from __future__ import annotations

from bot.domain.case import Action
from bot.services.desk import Desk
from bot.services.history import last_text
from storage.models import Case

REASONS = {
    Action.ASK_EXTENSION: ("reason.needs_material", "reason.needs_others", "reason.weather"),
    Action.ASK_SUSPENSION: ("reason.needs_works", "reason.season", "reason.whose"),
    Action.DENY_EXTENSION: ("reason.can_be_done", "reason.not_enough"),
    Action.DENY_SUSPENSION: ("reason.can_be_done", "reason.not_enough"),
}
"""The common reasons, to be tapped."""


def public_reason(desk: Desk, case: Case, language: str) -> str:
    """Return why the newest request was made, in the reader's language: a common reason, or that there was one.

    Words that somebody wrote for their colleagues may name persons, so a citizen never reads them.
    """
    said = last_text(desk.session, case.id, "request")
    keys = (*REASONS[Action.ASK_EXTENSION], *REASONS[Action.ASK_SUSPENSION])
    common = {desk.words.plain(each, key): key for key in keys for each in desk.words.languages}
    return desk.words.plain(language, common.get(said, "reason.given"))
