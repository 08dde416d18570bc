"""Who gets what: commands by name, taps by action, everything else by the open draft — or it begins a report."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.port import Moved, Opened, Press, Text
from bot.services import people
from bot.services.desk import Desk, Turn
from bot.services.staffing import invites, linking
from storage.models import Conversation

Handler = Callable[[Turn], None]
CommandHandler = Callable[[Turn, str], None]
SettledHandler = Callable[[Desk, dict[str, Any]], None]
T = TypeVar("T")
Ahead = Callable[[Desk, Sequence[T]], None]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command: who is offered it (None: everyone), whether it also works in groups, in which order it is listed."""

    name: str
    handler: CommandHandler
    roles: frozenset[Role] | None
    groups: bool
    order: int


commands: dict[str, CommandEntry] = {}
words: dict[str, str] = {}
_presses: dict[str, Handler] = {}
_drafts: dict[str, Handler] = {}
_claims: list[tuple[Callable[[Turn], bool], Handler]] = []
_settled: dict[str, SettledHandler] = {}
_ahead_of_presses: dict[str, Ahead[Conversation]] = {}
_ahead_of_settled: dict[str, Ahead[dict[str, Any]]] = {}


def command(
    name: str,
    *,
    aliases: tuple[str, ...] = (),
    roles: frozenset[Role] | None = None,
    groups: bool = False,
    order: int = 50,
) -> Callable[[CommandHandler], CommandHandler]:
    """Answer `/name` and the plain words in `aliases` (取消, help); the handler gets what follows as its argument."""

    def register(handler: CommandHandler) -> CommandHandler:
        commands[name] = CommandEntry(name, handler, roles, groups, order)
        words.update({alias.casefold(): name for alias in aliases})
        return handler

    return register


def press(action: str, *, ahead: Ahead[Conversation] | None = None) -> Callable[[Handler], Handler]:
    """Answer taps whose token has this action. `ahead` is shown the conversations of all those of a batch, to read
    what they need at once.
    """
    if ahead is not None:
        _ahead_of_presses[action] = ahead
    return _registering(_presses, action)


def draft(kind: str) -> Callable[[Handler], Handler]:
    """Get everything said while a draft of this kind is open (its `kind` field)."""
    return _registering(_drafts, kind)


def claim(is_meant: Callable[[Turn], bool]) -> Callable[[Handler], Handler]:
    """Get what somebody sends in private and `is_meant` for this, ahead of the open draft; asked of all they send."""

    def register(handler: Handler) -> Handler:
        _claims.append((is_meant, handler))
        return handler

    return register


def settled(kind: str, *, ahead: Ahead[dict[str, Any]] | None = None) -> Callable[[SettledHandler], SettledHandler]:
    """Get the results of chores of this kind. `ahead` is shown all those of a batch, to read what they need at once."""

    def register(handler: SettledHandler) -> SettledHandler:
        _settled[kind] = handler
        if ahead is not None:
            _ahead_of_settled[kind] = ahead
        return handler

    return register


def handle(turn: Turn) -> None:
    """Give the turn to its handler; a refusal is said kindly, and no tap goes without an answer that can be seen."""
    seen = turn.post.seen(turn.chat)
    try:
        _choose(turn)(turn)
    except Refusal as refusal:
        turn.say(refusal.key, **refusal.facts)
    if isinstance(turn.incoming.payload, Press) and not _is_seen(turn, seen):
        turn.say("press.done")
    if turn.is_private and turn.person.informed_at is None:
        turn.person.informed_at = turn.now
        turn.say("privacy.short")


def _is_seen(turn: Turn, before: int) -> bool:
    return turn.post.capabilities(turn.chat).edits or turn.post.seen(turn.chat) > before


def handle_settled(desk: Desk, kind: str, facts: dict[str, Any]) -> None:
    """Give a chore's result to its handler. An unknown kind raises `KeyError` and is quarantined."""
    _settled[kind](desk, facts)


def read_ahead(
    desk: Desk, presses: Mapping[str, Sequence[Conversation]], settled: Mapping[str, Sequence[dict[str, Any]]]
) -> None:
    """Let the handlers of a batch read at once what they will ask for: of taps by action, of results by kind."""
    for action, conversations in presses.items():
        if action in _ahead_of_presses:
            _ahead_of_presses[action](desk, conversations)
    for kind, facts in settled.items():
        if kind in _ahead_of_settled:
            _ahead_of_settled[kind](desk, facts)


def load() -> None:
    """Import every conversation, so that it registers itself."""
    package = importlib.import_module("bot.handlers")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bot.handlers.{module.name}")


def _choose(turn: Turn) -> Handler:
    match turn.incoming.payload:
        case Press():
            return _pressed(turn)
        case Opened(start=start):
            return lambda turn: commands["start"].handler(turn, start)
        case Moved():
            return lambda _: None  # the engine has moved the chat already
        case Text(text=text) if (found := _command(turn, text)) is not None:
            return found
    return _claimed(turn) or _drafted(turn)


def _claimed(turn: Turn) -> Handler | None:
    meant = (handler for is_meant, handler in _claims if is_meant(turn))
    return next(meant, None) if turn.is_private else None


def _drafted(turn: Turn) -> Handler:
    if turn.draft is not None and turn.draft["kind"] in _drafts:
        return _drafts[turn.draft["kind"]]
    return _drafts["report"] if turn.is_private else lambda _: None


def _pressed(turn: Turn) -> Handler:
    token = turn.token
    handler = _presses.get(token.action) if token else None
    return handler or (lambda turn: turn.say("press.unknown"))


def _command(turn: Turn, text: str) -> Handler | None:
    if turn.is_private and invites.looks_like_code(text):
        return lambda turn: commands["start"].handler(turn, text)
    head, _, argument = text.strip().partition(" ")
    slash = head.startswith("/")
    said = head if linking.is_code(argument) else text.strip()  # 绑定 1234-5678
    name = head[1:].split("@")[0].casefold() if slash else words.get(said.casefold(), "")
    entry = commands.get(name)
    if entry is None:
        return (lambda turn: turn.say("command.unknown")) if slash and turn.is_private else None
    if not turn.is_private and not entry.groups:
        return lambda turn: turn.say("command.private_only")
    if entry.roles is not None and not entry.roles & people.roles_of(turn.session, turn.person, turn.now):
        refusal = "shifts.join_first" if entry.roles == {Role.VOLUNTEER} else "command.not_for_you"
        return lambda turn: turn.say(refusal)
    return lambda turn: entry.handler(turn, argument.strip())


def _registering(table: dict[str, Handler], key: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        table[key] = handler
        return handler

    return register
