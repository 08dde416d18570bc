"""Linking (绑定) in chat: a code here, the code there, a yes on both sides — and what is open is shown anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bot.handlers import casework, mine, router
from bot.port import Chat, Outgoing
from bot.services import menus, people, tokens
from bot.services.casework import lists
from bot.services.desk import Turn
from bot.services.post import View
from bot.services.staffing import colleagues, linking
from bot.services.volunteering import notices, shifts
from storage.models import Conversation, Link, Person


@router.command("link", aliases=("绑定",), order=89)
def link(turn: Turn, argument: str) -> None:
    """Give a code; or, with one, ask whether it is to be done."""
    if not argument:
        turn.say("link.code", code=linking.ask(turn), minutes=_minutes())
        return
    brought = linking.bring(turn, argument)
    them, _ = linking.first_side(turn, brought)
    _ask(turn, brought, "link.ask_other", (turn.person, turn.chat), them)


@router.press("link")
def agree(turn: Turn) -> None:
    """Take a yes: ask the other side, or be one person from now on."""
    if turn.token is None or not turn.is_private:
        turn.say("press.old")
        return
    link_id = turn.token.subject
    came_of_it = linking.agree(turn, link_id)
    found = turn.session.get_one(Link, link_id)
    if came_of_it == "asked":
        casework.done_alone(turn, link_id, "link.wait", minutes=_minutes())
        _ask(turn, found, "link.ask_first", linking.first_side(turn, found), turn.person)
        return
    turn = as_now(turn)
    casework.done_alone(turn, link_id, "link.done")
    _, elsewhere = linking.other_side(turn, found)
    turn.post.send(elsewhere, Outgoing(text=turn.words.say(turn.language, "link.done_elsewhere")))
    for chat in (elsewhere, turn.chat):
        menus.announce(turn, turn.person, chat, router.commands.values())
    resume(turn)


@router.press("link_no")
def refuse(turn: Turn) -> None:
    """Take a no."""
    if turn.token is not None:
        linking.refuse(turn, turn.token.subject)
        casework.done_alone(turn, turn.token.subject, "case.dropped")


def as_now(turn: Turn) -> Turn:
    """Return the turn of who somebody has just become."""
    person = people.merged(turn.session, turn.person.id)
    key = (turn.chat.key, person.id)
    conversation = turn.session.get(Conversation, key)
    if conversation is None:
        conversation = Conversation(chat=key[0], person_id=key[1], draft=None, recent={}, updated_at=turn.now)
        turn.session.add(conversation)
    return replace(turn, person=person, conversation=conversation)


def resume(turn: Turn) -> None:
    """Show here what is open: what somebody has to do, and what they have reported."""
    if tasks := lists.tasks(turn, turn.person):
        mine.show_list(turn, "tasks", tasks, "look")
    if reports := lists.open_of(turn, turn.person):
        mine.show_list(turn, "my", reports, "track")
    _show_doubled(turn)


def _show_doubled(turn: Turn) -> None:
    """Say in which shifts somebody has places at the same time, now that they are one: they may give one back."""
    for each in pairwise(shifts.coming(turn, turn.person.id)):
        if shifts.overlap(*each):
            one, other = (notices.slot(turn, shift, turn.language) for shift in each)
            turn.say("link.two_places", (turn.press("button.my_shifts", "my_shifts"),), one=one, other=other)


def _ask(turn: Turn, link: Link, key: str, side: tuple[Person, Chat], other: Person) -> None:
    """Ask one side in their chat whether they and the other are one; of the other only name and function are shown."""
    asked, chat = side
    language = turn.language_of(asked)
    who = other.name or turn.words.plain(language, "link.nameless")
    text = turn.words.say(language, key, name=who, what=colleagues.function_of(turn, other, language))
    yes = turn.button(language, "button.link", tokens.write("link", link.id), style="primary")
    no = turn.button(language, "button.cancel", tokens.write("link_no", link.id))
    turn.post.show(View(f"question:{link.id}", chat, "question", asked.id), Outgoing(text=text, choices=((yes, no),)))


def _minutes() -> int:
    return round(linking.LIVES.total_seconds() / 60)
