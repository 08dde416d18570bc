"""补录: which shift, from when to when, why — three taps —, and the organiser's tap that lets it count."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import datetime

from bot.domain.roles import Role
from bot.domain.service import Spell
from bot.handlers import casework, router
from bot.port import Choice, Text
from bot.services import people, tokens
from bot.services.desk import Row, Turn
from bot.services.volunteering import backfills, dutycards, posts
from storage.models import Shift

_KIND = "backfill"
_LISTED = 8
_REASONS = ("forgot", "battery", "position")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:[-–—~到至]|to)\s*(\d{1,2}):(\d{2})")


@router.command("backfill", aliases=("补录",), roles=posts.ORGANISERS | {Role.VOLUNTEER}, order=17)
def begin(turn: Turn, _argument: str) -> None:
    """Ask for which of the last shifts; the only one is meant. Organisers see what waits for them, and was refused."""
    is_shown = (
        backfills.show(turn, turn.person)
        if posts.ORGANISERS & people.roles_of(turn.session, turn.person, turn.now)
        else False
    )
    if Role.VOLUNTEER in people.roles_of(turn.session, turn.person, turn.now):
        _ask_which(turn, is_shown=is_shown)
    elif not is_shown:
        turn.say("backfill.nothing_waits")


def _ask_which(turn: Turn, *, is_shown: bool = False) -> None:
    found = backfills.open_shifts(turn, turn.person.id, _LISTED)
    if not found and not is_shown:
        turn.say("backfill.none", days=turn.city.settings.volunteers.backfill_days)
    elif len(found) == 1:
        _ask_when(turn, found[0])
    elif found:
        turn.say("backfill.which", *[(_shift(turn, each),) for each in found])


@router.press("backfill")
def begin_by_tap(turn: Turn) -> None:
    """Begin, or go on with the shift that was tapped."""
    shift = turn.session.get(Shift, turn.token.subject) if turn.token else None
    if not turn.is_private:
        turn.say("press.old")
    elif shift is None:
        _ask_which(turn)
    elif shift in backfills.open_shifts(turn, turn.person.id, _LISTED):
        _ask_when(turn, shift)
    else:
        turn.say("backfill.not_now")


@router.draft(_KIND)
def answered(turn: Turn) -> None:
    """Take the times, then the reason."""
    payload = turn.incoming.payload
    text = payload.text.strip() if isinstance(payload, Text) else ""
    if "spell" not in (turn.draft or {}):
        _take_times(turn, text)
    elif text:
        _settle(turn, text)
    else:
        _put_reasons(turn)


@router.press("backfill_all")
def whole_slot(turn: Turn) -> None:
    """They were there all the time."""
    shift = _asked(turn)
    if shift is not None:
        _keep_times(turn, Spell(shift.begins, shift.ends))


@router.press("backfill_why")
def reason_tapped(turn: Turn) -> None:
    """Take the reason that was tapped."""
    name = turn.token.extra if turn.token else ""
    if _asked(turn) is not None and "spell" in (turn.draft or {}) and name in _REASONS:
        _settle(turn, turn.words.plain(turn.language, f"backfill.why.{name}"))


@router.press("backfill_yes")
def grant(turn: Turn) -> None:
    """Let it count."""
    backfills.decide(turn, turn.token.subject if turn.token else 0, turn.person, grant=True)


@router.press("backfill_no")
def refuse(turn: Turn) -> None:
    """Do not let it count."""
    backfills.decide(turn, turn.token.subject if turn.token else 0, turn.person, grant=False)


def _ask_when(turn: Turn, shift: Shift) -> None:
    casework.ask(turn, _KIND, None, shift=shift.id)
    whole = turn.press("button.backfill_all", "backfill_all", shift.id)
    title = dutycards.title(turn, shift, turn.language)
    casework.put(turn, "backfill.when", (whole,), casework.drop(turn), title=title)


def _take_times(turn: Turn, text: str) -> None:
    shift, found = _asked(turn), _SPAN.fullmatch(unicodedata.normalize("NFKC", text))
    if shift is None:
        return
    if found is not None:
        came, left = f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"
        with suppress(ValueError):  # 25:70
            _keep_times(turn, Spell(backfills.at(turn, shift, came), backfills.at(turn, shift, left)))
            return
    casework.put(turn, "backfill.no_times", casework.drop(turn))


def _keep_times(turn: Turn, spell: Spell) -> None:
    turn.draft = (turn.draft or {}) | {"spell": [each.isoformat() for each in spell]}
    _put_reasons(turn)


def _put_reasons(turn: Turn) -> None:
    rows: list[Row] = [(turn.press(f"backfill.why.{name}", "backfill_why", 0, name),) for name in _REASONS]
    casework.put(turn, "backfill.why", *rows, casework.drop(turn))


def _settle(turn: Turn, reason: str) -> None:
    """Ask the organisers; what cannot be is said."""
    shift = _asked(turn)
    if shift is None:
        return
    came, left = (datetime.fromisoformat(each) for each in (turn.draft or {})["spell"])
    casework.done(turn)
    backfills.ask(turn, shift, turn.person, Spell(came, left), reason)
    turn.say("backfill.asked")


def _asked(turn: Turn) -> Shift | None:
    draft = turn.draft or {}
    shift = turn.session.get(Shift, draft.get("shift", 0)) if draft.get("kind") == _KIND else None
    if shift is None:
        turn.say("press.old")
    return shift


def _shift(turn: Turn, shift: Shift) -> Choice:
    label = "".join(span.text for span in dutycards.title(turn, shift, turn.language))
    return Choice(label=label, token=tokens.write("backfill", shift.id))
