"""What digests somebody gets in private by themselves: turned on and off by taps on one card."""

from __future__ import annotations

from bot.handlers import router
from bot.port import Choice, Outgoing
from bot.reports.period import Kind
from bot.services import people
from bot.services.desk import Row, Turn
from bot.services.digesting import readership
from bot.services.digesting.readership import SUBSCRIBED, SUBSCRIBERS

_VIEW = "subscriptions"


@router.press("subscriptions")
def show(turn: Turn) -> None:
    """Show what they get."""
    if _may(turn):
        _show(turn, anew=True)


@router.press("subscribe")
def switch(turn: Turn) -> None:
    """Turn one kind on (daily1) or off (daily0)."""
    extra = turn.token.extra if turn.token else ""
    kind = next((kind for kind in SUBSCRIBED if kind.value == extra[:-1]), None)
    if kind is None or not _may(turn):
        turn.say("press.old")
        return
    readership.subscribe(turn, turn.person, kind, wanted=extra.endswith("1"))
    _show(turn)


def _may(turn: Turn) -> bool:
    if turn.is_private and SUBSCRIBERS & people.roles_of(turn.session, turn.person, turn.now):
        return True
    turn.say("command.not_for_you")
    return False


def _show(turn: Turn, *, anew: bool = False) -> None:
    wanted = readership.subscribed(turn, turn.person)
    scopes = readership.scopes_of(turn, turn.person, SUBSCRIBERS)
    whose = [turn.city.unit(each.unit) if each.unit else turn.city.settings for each in scopes]
    names = turn.words.plain(turn.language, "digest.comma").join(each.label(turn.language) for each in whose)
    text = turn.words.say(turn.language, "digest.send.subscriptions", whose=names)
    rows: list[Row] = [(_choice(turn, kind, is_on=kind in wanted),) for kind in SUBSCRIBED]
    turn.show(f"subscriptions:{turn.person.id}", _VIEW, Outgoing(text=text, choices=tuple(rows)), anew=anew)


def _choice(turn: Turn, kind: Kind, *, is_on: bool) -> Choice:
    state = "on" if is_on else "off"
    wanted = f"{kind.value}{0 if is_on else 1}"
    return turn.press(f"digest.send.{kind.value}.{state}", "subscribe", turn.person.id, wanted)
