"""Whether one's record may be passed on to volunteers' platforms: asked once, changed by a tap at any time."""

from __future__ import annotations

from bot.handlers import casework, router
from bot.port import Choice
from bot.services.desk import Turn
from bot.services.volunteering import records, release, volunteers
from storage.models import new_id


def ask_once(turn: Turn) -> None:
    """Ask whoever has served and was never asked."""
    found = volunteers.of(turn, turn.person.id)
    if found is not None and release.is_to_be_asked(found):
        _ask(turn)


def button(turn: Turn) -> Choice | None:
    """Return the choice that says how they have decided, and lets them think again; None for who may not decide."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or not release.may_decide(found):
        return None
    return turn.press(f"button.release.{'on' if found.release_at else 'off'}", "release")


@router.press("release")
def look(turn: Turn) -> None:
    """Say what it means, and how they have decided."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or not turn.is_private or not release.may_decide(found):
        turn.say("press.old")
    else:
        _ask(turn)


@router.press("release_is")
def decide(turn: Turn) -> None:
    """Take what they decided."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or turn.token is None or not turn.is_private or not release.may_decide(found):
        turn.say("press.old")
        return
    agrees = turn.token.extra == "1"
    release.decide(found, turn.now, agrees=agrees)
    casework.done_alone(turn, turn.token.subject, f"release.{'given' if agrees else 'refused'}")


def _ask(turn: Turn) -> None:
    found = volunteers.of(turn, turn.person.id)
    if found is None:
        return
    found.release_asked_at = turn.now
    question, is_given = new_id(), found.release_at is not None
    yes = turn.press(f"button.release.{'keep' if is_given else 'give'}", "release_is", question, 1)
    no = turn.press(f"button.release.{'take_back' if is_given else 'refuse'}", "release_is", question, 0)
    name = records.named_as(turn.person, found) or "—"
    city = turn.city.settings.label(turn.language)
    casework.put_alone(turn, question, "release.ask", (yes, no), name=name, city=city)
