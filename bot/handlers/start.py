"""Coming in, being shown around, the language, and what is done with one's data."""

from __future__ import annotations

from bot.domain.roles import Role
from bot.handlers import link, router
from bot.services import menus, people
from bot.services.casework import cards
from bot.services.desk import Turn
from bot.services.drafting import draftcard, drafts
from bot.services.staffing import invites
from bot.services.words import joined

_LANGUAGE_NAMES = {"zh_CN": "中文", "en": "English"}


@router.command("start", groups=True, order=90)
def start(turn: Turn, argument: str) -> None:
    """Greet; with an invitation's code, take the function on."""
    if not turn.is_private:
        turn.say("start.group")
        return
    if argument:
        join(turn, argument)
        return
    if _is_staff(turn):  # everyone else has the menu that the platform shows to all
        _show_menu(turn)
    if people.roles_of(turn.session, turn.person, turn.now) == {Role.CITIZEN, Role.VOLUNTEER}:
        turn.say(
            "start.volunteer", (turn.press("button.shifts", "shifts"), turn.press("button.my_shifts", "my_shifts"))
        )
    else:
        turn.say("start.staff" if _is_staff(turn) else "start.citizen")


def join(turn: Turn, code: str) -> None:
    """Redeem a code and say what it brought."""
    came_as = turn.person.id
    invite = invites.redeem(turn, turn.person, code)
    turn = link.as_now(turn)
    _show_menu(turn)
    what = invites.describe(turn, turn.language, invite.role, invite.unit, invite.points)
    turn.say("start.joined", what=what)
    turn.say(f"start.how.{invite.role}")
    if turn.person.id != came_as:
        turn.say("start.rejoined")
        link.resume(turn)


@router.command("help", aliases=("帮助", "help", "?", "？"), order=91)
def show_help(turn: Turn, _argument: str) -> None:
    """Say what one can do here, by role."""
    roles = people.roles_of(turn.session, turn.person, turn.now)
    lines = [turn.words.say(turn.language, "help.report")]
    lines += [
        turn.words.say(turn.language, "help.command", name=entry.name, what=turn.words.say(turn.language, key))
        for entry, key in menus.entries(router.commands.values(), roles)
    ]
    turn.answer(joined(*lines))


@router.command("lang", aliases=("语言", "language"), order=92)
def ask_language(turn: Turn, _argument: str) -> None:
    """Offer the languages there are."""
    row = tuple(turn.press("lang.name", "lang", 0, name, name=_LANGUAGE_NAMES[name]) for name in turn.words.languages)
    turn.say("lang.ask", row)


@router.press("lang")
def switch_language(turn: Turn) -> None:
    """Speak another language from now on."""
    wanted = turn.token.extra if turn.token else ""
    if wanted not in turn.words.languages or not turn.is_private:
        turn.say("press.unknown")
        return
    turn.person.language = wanted
    _show_menu(turn)
    turn.say("lang.switched")
    cards.retell(turn, turn.person, turn.chat)
    for draft in drafts.lying(turn):
        draftcard.show(turn, draft, turn.chat, turn.person)


@router.command("privacy", aliases=("隐私",), order=93)
def privacy(turn: Turn, _argument: str) -> None:
    """Say what is kept, for what, how long, and who sees it."""
    keep = turn.city.settings.retention
    city = turn.city.settings.label(turn.language)
    turn.say("privacy.long", city=city, photos=keep.photo_days, link=keep.reporter_days)


def _is_staff(turn: Turn) -> bool:
    return people.roles_of(turn.session, turn.person, turn.now) != {Role.CITIZEN}


def _show_menu(turn: Turn) -> None:
    menus.announce(turn, turn.person, turn.chat, router.commands.values())
