"""/digest: figures of any days and unit at any time, as they go out by themselves too, and their full table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.handlers import router
from bot.port import Chat, ChatKind, Choice, Outgoing, Span
from bot.reports.facts import Scope
from bot.reports.period import Kind, period_of
from bot.services import tokens
from bot.services.desk import Desk, Row, Turn
from bot.services.digesting import asking, digests, readership
from bot.services.digesting.asking import Unclear
from bot.services.digesting.digests import Order, What
from bot.services.digesting.readership import READERS
from bot.services.post import EXPIRES
from bot.services.staffing import groups

_OFFERED = 6
_PATIENCE = timedelta(minutes=10)
"""So long somebody who asked waits; then they are told that it did not work."""


@router.command("digest", aliases=("日报", "简报", "通报"), roles=READERS, groups=True, order=13)
def show(turn: Turn, argument: str) -> None:
    """Show the figures that are asked for; without days those of today, without a unit one's own."""
    try:
        asked = asking.understand(argument, turn.city, turn.now)
    except Unclear as unclear:
        turn.say(unclear.key, example=_example(turn), **unclear.facts)
        return
    period = asked.period or period_of(Kind.ASKED, turn.now, ZoneInfo(turn.city.settings.time_zone))
    scopes = [Scope(unit) for unit in asked.units] or _own(turn)
    seen = [What(Kind.ASKED, period, scope) for scope in scopes if _may(turn, scope)]
    if len(seen) == 1:
        _order(turn, seen[0])
    elif seen:
        turn.say("digest.ask.which", *((_choice(turn, what),) for what in seen[:_OFFERED]))
    else:
        turn.say("digest.ask.not_yours" if turn.is_private else "digest.ask.not_here")


@router.press("digest")
def choose(turn: Turn) -> None:
    """Show the figures of the unit that was tapped."""
    if what := _tapped(turn):
        _order(turn, what)


@router.press("table")
def ask_table(turn: Turn) -> None:
    """Have the full table made of the digest under which it was tapped."""
    if what := _tapped(turn):
        digests.order_table(turn, _for(turn, what))


# --- what was made ---------------------------------------------------------------------------------------------------


@router.settled("digest")
def deliver(desk: Desk, facts: dict[str, Any]) -> None:
    """Send a digest to all for whom it was made, unless it comes too late."""
    text, photos = tuple(map(Span.model_validate, facts["text"])), tuple(filter(None, [facts["photo"]]))
    for chat in _chats(facts):
        _send(desk, chat, facts, Outgoing(text=text, photos=photos, whole=True, choices=_choices(desk, chat, facts)))
        if (heat := facts.get("heat")) and desk.post.capabilities(chat).photos_out:
            title = desk.words.say(facts["language"], "digest.picture.heat")
            _send(desk, chat, facts, Outgoing(text=title, photos=(heat,), whole=True))


@router.settled("digest_table")
def deliver_table(desk: Desk, facts: dict[str, Any]) -> None:
    """Send a table."""
    for chat in _chats(facts):
        _send(desk, chat, facts, Outgoing(document=facts["document"], document_name=facts["name"]))


@router.settled("digest_lost")
def tell_lost(desk: Desk, facts: dict[str, Any]) -> None:
    """Say that it could not be made; the log tells the operator why."""
    for chat in _chats(facts):
        _send(desk, chat, facts, Outgoing(text=desk.words.say(facts["language"], "digest.send.lost")))


def _send(desk: Desk, chat: Chat, facts: dict[str, Any], message: Outgoing) -> None:
    left = datetime.fromisoformat(facts["until"]) - desk.now
    if left > timedelta():
        desk.post.send(chat, message, context=facts["context"], expires=min(left, EXPIRES))


def _chats(facts: dict[str, Any]) -> list[Chat]:
    return [Chat.model_validate(chat) for chat in facts["chats"]]


def _choices(desk: Desk, chat: Chat, facts: dict[str, Any]) -> tuple[Row, ...]:
    language = facts["language"]
    table = desk.button(language, "digest.send.table", tokens.write("table", 0, facts["what"]))
    if chat.kind is not ChatKind.PRIVATE:
        return ((table,),)
    return ((table, desk.button(language, "digest.send.subscribe", tokens.write("subscriptions"))),)


# --- who asks --------------------------------------------------------------------------------------------------------


def _order(turn: Turn, what: What) -> None:
    digests.order(turn, _for(turn, what), digests.room(turn.post.capabilities(turn.chat)))


def _for(turn: Turn, what: What) -> Order:
    """Return the order of whoever's turn it is, made once however often their message comes."""
    incoming = turn.incoming
    key = f"{incoming.channel}:{incoming.account}:{incoming.key}"
    return Order(
        what, turn.language, (turn.chat,), key, turn.now + _PATIENCE, context=incoming.context or None,
    )  # fmt: skip


def _tapped(turn: Turn) -> What | None:
    """Return what a tap means, if they may see it here; else say that it is no more."""
    what = digests.read(turn.token.extra, turn.city) if turn.token else None
    if what is not None and _may(turn, what.scope):
        return what
    turn.say("press.old")
    return None


def _own(turn: Turn) -> list[Scope]:
    """Return whose figures are meant when nobody is named."""
    if turn.is_private:
        return list(readership.scopes_of(turn, turn.person))
    return list(readership.scopes(turn.city, {bound.unit for bound in groups.bound(turn.session, turn.chat)}))


def _may(turn: Turn, scope: Scope) -> bool:
    if turn.is_private:
        return readership.may_see(turn, turn.person, scope)
    return readership.may_show(turn, turn.chat, scope)


def _choice(turn: Turn, what: What) -> Choice:
    whose = turn.city.unit(what.scope.unit) if what.scope.unit else turn.city.settings
    return Choice(label=whose.label(turn.language), token=tokens.write("digest", 0, str(what)))


def _example(turn: Turn) -> str:
    """Return a command that works: the last seven days of somebody's own unit."""
    last = turn.now.astimezone(ZoneInfo(turn.city.settings.time_zone)).date() - timedelta(days=1)
    unit = next((scope.unit for scope in _own(turn) if scope.unit), next(iter(turn.city.units), ""))
    name = turn.city.unit(unit).label(turn.language) if unit else ""
    return f"/digest {last - timedelta(days=6)}..{last} {name}".strip()
