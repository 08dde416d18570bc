"""Who sits at the page: a visitor with a signed cookie, or in the demo one person in all the roles."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from bot.port import Chat, ChatKind, Sender
from bot.services import demo

COOKIE = "pk_visitor"
_YEAR = 365 * 24 * 3600
_CHANNEL, _ACCOUNT, _REALM = "web", "page", "page"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at the page: the chat that it shows, and as whom one speaks there."""

    name: str
    chat: Chat
    sender: Sender


class Seats(Protocol):
    """Knows the seats of whoever asks."""

    def of(self, request: Request) -> dict[str, Seat]:
        """Return their seats by name; none for a stranger."""
        ...

    def welcome(self, request: Request, response: Response) -> None:
        """Make a stranger known."""
        ...


class Visitors:
    """One seat, `me`, for whoever brings a cookie that we signed; the page gives one to a stranger."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._signer = Signer(secret, salt=COOKIE)
        self._secure = secure

    def of(self, request: Request) -> dict[str, Seat]:
        """Return the visitor's seat; none without a valid cookie."""
        try:
            visitor = self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return {}
        chat = Chat(channel=_CHANNEL, account=_ACCOUNT, id=visitor)
        return {"me": Seat("me", chat, Sender(realm=_REALM, id=visitor))}

    def welcome(self, request: Request, response: Response) -> None:
        """Give a stranger a cookie, and anyone else a year more."""
        known = self.of(request)
        visitor = known["me"].chat.id if known else f"v{secrets.token_urlsafe(16)}"
        response.set_cookie(
            COOKIE, self._signer.sign(visitor).decode(),
            max_age=_YEAR, httponly=True, samesite="lax", secure=self._secure,
        )  # fmt: skip


class Personas:
    """All the seats of the demo, for anyone on this machine."""

    def __init__(self, titles: dict[str, str]) -> None:
        self._seats = {persona.seat: _seat_of(persona, titles.get(persona.seat, "")) for persona in demo.PERSONAS}

    def of(self, request: Request) -> dict[str, Seat]:
        """Return them all."""
        del request
        return self._seats

    def welcome(self, request: Request, response: Response) -> None:
        """Do nothing: nobody is a stranger here."""


def _seat_of(persona: demo.Persona, title: str) -> Seat:
    kind = ChatKind.GROUP if persona.is_group else ChatKind.PRIVATE
    chat = Chat(channel=_CHANNEL, account=_ACCOUNT, id=persona.chat_id, kind=kind, title=title)
    return Seat(persona.seat, chat, Sender(realm=demo.REALM, id=persona.id, name=title))
