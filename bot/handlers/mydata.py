"""What is kept of oneself: to read, to take along, and to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain.roles import Role
from bot.handlers import casework, router
from bot.port import Chat, Outgoing, Span
from bot.services import people
from bot.services.desk import Desk, Turn
from bot.services.leaving import mydata, oblivion, resignation
from bot.services.leaving.mydata import Overview
from bot.services.staffing import invites
from bot.services.words import joined
from storage.models import Identity, Person, new_id

CHORE = "mydata"
_FILE = "my-data.json"
_NAMED = 3


@router.command("mydata", aliases=("我的数据",), order=94)
def show(turn: Turn, _argument: str) -> None:
    """Say what is kept, for how long, and offer it as a file."""
    export = turn.press("button.mydata_export", "mydata_export")
    forget = turn.press("button.forget", "forget")
    turn.answer(joined(*_lines(turn, mydata.overview(turn.session, turn.person))), (export,), (forget,))


@router.press("mydata_export")
def export(turn: Turn) -> None:
    """Order the file; it comes as soon as it is written."""
    if turn.is_private:
        chat, at = turn.chat.model_dump(mode="json"), turn.now.isoformat()
        args = {"request": new_id(), "at": at, "person": turn.person.id, "chat": chat}
        turn.post.chore(CHORE, turn.chat.key, args)


@router.settled(CHORE)
def hand_over(desk: Desk, facts: dict[str, Any]) -> None:
    """Send the file, or say that it could not be written."""
    language = desk.language_of(desk.session.get(Person, facts["person"]))
    blob = facts["blob"]
    text = desk.words.say(language, "mydata.file" if blob else "mydata.failed")
    message = Outgoing(text=text, document=blob, document_name=_FILE if blob else "")
    desk.post.send(Chat.model_validate(facts["chat"]), message)


@router.command("forget", aliases=("忘记我", "注销"), order=95)
def ask(turn: Turn, _argument: str) -> None:
    """Say what would be erased and what not, and ask once; whoever holds a function is asked to give it back first."""
    if what := resignation.describe(turn, turn.person, turn.language):
        _ask_to_resign(turn, what)
        return
    found = mydata.linked(turn.session, people.selves(turn.session, turn.person))
    question, keep = new_id(), turn.city.settings.retention
    sure = turn.press("button.forget_sure", "forget_sure", question, style="danger")
    key = "forget.ask_open" if found.going_on else "forget.ask"
    counts = {"ended": len(found.ended), "joined": len(found.joined), "n": len(found.going_on)}
    row = (sure, *casework.drop(turn, question))
    casework.put_alone(turn, question, key, row, days=keep.reporter_days, photos=keep.photo_days, **counts)


@router.press("forget")
def ask_by_tap(turn: Turn) -> None:
    """Ask, from the overview."""
    ask(turn, "")


@router.press("forget_sure")
def forget(turn: Turn) -> None:
    """Erase what may go, and say what remains until when."""
    if not turn.is_private or resignation.describe(turn, turn.person, turn.language):
        turn.say("press.old")
        return
    question = turn.token.subject if turn.token else 0
    going_on = oblivion.forget(turn, turn.person, question=question)
    key = "forget.done_open" if going_on else "forget.done"
    numbers, days = ", ".join(case.number for case in going_on), turn.city.settings.retention.reporter_days
    casework.done_alone(turn, question, key, numbers=numbers, days=days)


@router.press("resign")
def resign(turn: Turn) -> None:
    """Take the functions back, and go on to what they asked for."""
    is_last = resignation.is_indispensable(turn, turn.person)
    if not turn.is_private or is_last or not resignation.describe(turn, turn.person, turn.language):
        turn.say("press.old")
        return
    n = resignation.resign(turn, turn.person)
    casework.done_alone(turn, turn.token.subject if turn.token else 0, "resign.done", n=n)
    ask(turn, "")


def _ask_to_resign(turn: Turn, what: str) -> None:
    """Whoever works here is part of the record of that work, as long as they do."""
    if resignation.is_indispensable(turn, turn.person):
        turn.say("forget.staff", what=what)
        return
    question = new_id()
    sure = turn.press("button.resign", "resign", question, style="danger")
    row = (sure, *casework.drop(turn, question))
    casework.put_alone(turn, question, "resign.ask", row, what=what, n=len(resignation.in_hand(turn, turn.person)))


def _lines(turn: Turn, found: Overview) -> Iterator[tuple[Span, ...]]:
    keep, cases = turn.city.settings.retention, found.cases
    counts = {
        "mydata.open": len(cases.going_on), "mydata.ended": len(cases.ended), "mydata.joined": len(cases.joined),
        "mydata.texts": found.texts, "mydata.photos": found.photos, "mydata.drafts": found.drafts,
        "mydata.places": found.places, "mydata.messages": found.messages,
        "mydata.rounds": found.rounds,
        "mydata.attendances": found.attendances, "mydata.counted": found.counted,
    }  # fmt: skip
    yield turn.words.say(turn.language, "mydata.head")
    for account in found.accounts:
        seen = turn.words.moment(turn.language, account.seen_at, turn.now)
        yield turn.words.say(turn.language, "mydata.account", channel=_channel(turn, account), seen=seen)
    yield from (turn.words.say(turn.language, key, n=n) for key, n in counts.items() if n)
    yield from _held(turn)
    yield turn.words.say(
        turn.language, "mydata.kept", photos=keep.photo_days, link=keep.reporter_days, raw=keep.raw_days
    )


def _channel(turn: Turn, account: Identity) -> str:
    """Return how people call a channel; one of somebody else's making goes by its own name."""
    key = f"channel.{account.channel}"
    return turn.words.plain(turn.language, key) if turn.words.has(key) else account.channel


def _held(turn: Turn) -> Iterator[tuple[Span, ...]]:
    """Say which functions somebody holds; where one is held in many units, not each of them."""
    units: dict[Role, dict[str, None]] = {}
    for each in _functions(turn):
        units.setdefault(each.role, {})[each.unit] = None
    for role, held in units.items():
        for unit in list(held)[:_NAMED]:
            what = invites.describe(turn, turn.language, role.value, unit, ())
            yield turn.words.say(turn.language, "mydata.function", what=what)
        if len(held) > _NAMED:
            yield turn.words.say(turn.language, "mydata.function_elsewhere", n=len(held) - _NAMED)


def _functions(turn: Turn) -> list[people.Function]:
    return people.functions(turn.session, turn.person.id, turn.now)
