"""Linking (绑定): by a code that lives ten minutes, somebody's chats on two channels become one person's.

Both sides say yes: first whoever brings the code, who sees whom it would join, then whoever asked for it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update

from bot.domain.case import Refusal
from bot.port import Chat
from bot.services import people
from bot.services.desk import Desk, Turn
from bot.services.staffing import merging
from storage.models import Identity, Link, Person, new_id

LIVES = timedelta(minutes=10)
"""How long a code can be brought, and then how long each yes is waited for."""
GUESSES = 5
"""So many wrong codes somebody may bring within `_GUESSING`; ten to the power of eight are there to guess from."""
_GUESSING = timedelta(hours=1)
_CODE = re.compile(r"\d{4}[- ]?\d{4}")
_MISSES = "codes that were wrong"
"""Where a conversation keeps the times of the last guesses."""


class BadCode(Refusal):
    """A code that cannot be used, with the sentence that says why."""


def is_code(text: str) -> bool:
    """Tell whether a text looks like a code."""
    return _CODE.fullmatch(_normal(text)) is not None


def ask(turn: Turn) -> str:
    """Return a new code for this person and chat, the only time it is seen; an earlier one is void."""
    earlier = (Link.person_id == turn.person.id, Link.state != "done")
    turn.session.execute(update(Link).where(*earlier).values(state="done"))
    code = f"{secrets.randbelow(10**8):08}"
    turn.session.add(
        Link(
            id=new_id(), code_digest=_digest(code), person_id=turn.person.id, chat_body=turn.chat.model_dump_json(),
            expires_at=turn.now + LIVES, state="open", other_chat_body="",
        )
    )  # fmt: skip
    return f"{code[:4]}-{code[4:]}"


def bring(turn: Turn, code: str) -> Link:
    """Use up a code from another chat. Raises `BadCode`: unknown, too old, one's own, or too many were wrong."""
    misses = [each for each in turn.conversation.recent.get(_MISSES, ()) if _is_late(turn, each)]
    if len(misses) >= GUESSES:
        raise BadCode("link.too_many")
    link = _find(turn, code) if is_code(code) else None
    if link is None:
        recent = turn.conversation.recent | {_MISSES: [*misses, turn.now.isoformat()]}
        turn.conversation.recent, turn.conversation.updated_at = recent, turn.now
        raise BadCode("link.unknown")
    if people.merged(turn.session, link.person_id).id == turn.person.id:
        raise BadCode("link.yourself")
    link.state, link.other_id, link.other_chat_body = "brought", turn.person.id, turn.chat.model_dump_json()
    link.expires_at = turn.now + LIVES
    return link


def agree(turn: Turn, link_id: int) -> Literal["asked", "joined"]:
    """Take one side's yes: the other side's is asked for next, or this was the last and they are one person now.

    Raises `BadCode` when it is too late, or not theirs to say.
    """
    link = turn.session.get(Link, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.expires_at <= turn.now:
        raise BadCode("link.old")
    if link.state == "brought" and _is_side(turn, link.other_id, link.other_chat_body):
        link.state, link.expires_at = "agreed", turn.now + LIVES
        return "asked"
    if link.state != "agreed" or not _is_side(turn, link.person_id, link.chat_body):
        raise BadCode("link.old")
    link.state = "done"
    merging.merge(turn, turn.person, turn.session.get_one(Person, link.other_id))
    _used_last(turn, turn.chat)
    return "joined"


def refuse(turn: Turn, link_id: int) -> None:
    """Take one side's no: no yes counts any more."""
    link = turn.session.get(Link, link_id)
    if link is not None and turn.person.id in {link.person_id, link.other_id}:
        link.state = "done"


def other_side(desk: Desk, link: Link) -> tuple[Person, Chat]:
    """Return who brought the code, and from where."""
    return people.merged(desk.session, link.other_id or 0), Chat.model_validate_json(link.other_chat_body)


def first_side(desk: Desk, link: Link) -> tuple[Person, Chat]:
    """Return who asked for the code, and where."""
    return people.merged(desk.session, link.person_id), Chat.model_validate_json(link.chat_body)


def _find(turn: Turn, code: str) -> Link | None:
    digest = _digest(re.sub(r"\D", "", _normal(code)))
    live = select(Link).where(Link.code_digest == digest, Link.state == "open", Link.expires_at > turn.now)
    return turn.session.scalars(live.order_by(Link.id).limit(1).with_for_update()).first()


def _is_side(turn: Turn, person_id: int | None, chat_body: str) -> bool:
    is_them = person_id is not None and people.merged(turn.session, person_id).id == turn.person.id
    return is_them and Chat.model_validate_json(chat_body).key == turn.chat.key


def _used_last(desk: Desk, chat: Chat) -> None:
    """Whoever has just said yes here is written to here."""
    here = (Identity.channel == chat.channel, Identity.account == chat.account, Identity.chat_id == chat.id)
    desk.session.execute(update(Identity).where(*here).values(seen_at=desk.now))


def _is_late(desk: Desk, moment: str) -> bool:
    return datetime.fromisoformat(moment) > desk.now - _GUESSING


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _digest(code: str) -> str:
    return hashlib.sha256(f"link:{code}".encode()).hexdigest()
