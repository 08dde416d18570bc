"""The command menu that a platform shows: which commands a person is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from bot.domain.roles import Role
from bot.port import Chat, Command
from bot.services import people
from bot.services.desk import Desk
from bot.services.words import Words
from storage.models import Person


class Entry(Protocol):
    """A command as the menu needs it: its name, for whom, and where it stands in the list."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def roles(self) -> frozenset[Role] | None: ...  # noqa: D102
    @property
    def order(self) -> int: ...  # noqa: D102


def entries(commands: Iterable[Entry], roles: frozenset[Role]) -> Iterator[tuple[Entry, str]]:
    """Yield the commands open to these roles, in order, with the key of the text that explains each."""
    for entry in sorted(commands, key=lambda entry: (entry.order, entry.name)):
        if entry.roles is None or entry.roles & roles:
            yield entry, f"command.{entry.name}"


def offer(words: Words, language: str, commands: Iterable[Entry], roles: frozenset[Role]) -> list[Command]:
    """Return the menu for these roles in a language."""
    return [Command(name=entry.name, description=words.plain(language, key)) for entry, key in entries(commands, roles)]


def announce(desk: Desk, person: Person, chat: Chat, commands: Iterable[Entry]) -> None:
    """Order the platform's menu of this chat to show what the person may do, in their language."""
    language = desk.language_of(person)
    roles = people.roles_of(desk.session, person, desk.now)
    offered = [command.model_dump() for command in offer(desk.words, language, commands, roles)]
    desk.post.chore("announce", chat.key, {"chat": chat.model_dump(), "language": language, "commands": offered})
