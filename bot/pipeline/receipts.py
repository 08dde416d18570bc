"""What became of messages, written down in groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from bot.pipeline.moves import move_chat
from bot.port import Chat
from storage.models import Card, Identity, OutboxRow

# Built once: that takes longer than to run them.
_OUTBOX: Any = OutboxRow.__table__
_CARD: Any = Card.__table__
_SENT = update(_OUTBOX).where(_OUTBOX.c.id.in_(bindparam("ids", expanding=True))).values(state="sent")
_TROUBLED = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("state", "reason", "attempts", "not_before")})
)
_SHOWN = (
    update(_CARD)
    .where(_CARD.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("delivered", "sent", "receipt")})
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one outbox row: `sent`, `failed`, or still `pending` for another try at `not_before`.

    Of a card it says which `version` is shown now, and which was last `sent` as a message of its own; `receipt` is a
    `bot.port.Receipt` as JSON, which is handed to the engine in a fifth of the time.
    `everyone` says that until then the whole account had better be silent.
    """

    row_id: int
    state: str = "sent"
    reason: str = ""
    attempts: int = 0
    not_before: datetime | None = None
    card_id: int | None = None
    version: int = 0
    sent: int = 0
    receipt: dict[str, Any] | None = None
    blocked: Chat | None = None
    moved: tuple[Chat, str] | None = None
    everyone: bool = False


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes: rows, what their cards now show, who cannot be reached, which chats have moved."""
    connection = session.connection()
    if sent := [outcome.row_id for outcome in outcomes if outcome.state == "sent"]:
        connection.execute(_SENT, {"ids": sent})
    if troubles := _troubles(outcome for outcome in outcomes if outcome.state != "sent"):
        connection.execute(_TROUBLED, troubles)
    if cards := _cards(outcomes):
        connection.execute(_SHOWN, cards)
    for outcome in outcomes:
        if outcome.blocked is not None:
            _mark_unreachable(session, outcome.blocked)
        if outcome.moved is not None:
            move_chat(session, *outcome.moved)


def _troubles(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "key": outcome.row_id, "state": outcome.state, "reason": outcome.reason[:500],
            "attempts": outcome.attempts, "not_before": outcome.not_before,
        }
        for outcome in outcomes
    ]  # fmt: skip


def _cards(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The last word on each card, in order of ids so that two writers never wait for each other."""
    last = {outcome.card_id: outcome for outcome in outcomes if outcome.card_id is not None and outcome.receipt}
    return [
        {
            "key": card_id,
            "delivered": outcome.version,
            "sent": outcome.sent,
            "receipt": outcome.receipt,
        }
        for card_id, outcome in sorted(last.items())
    ]


def _mark_unreachable(session: Session, chat: Chat) -> None:
    session.execute(
        update(Identity)
        .where(Identity.channel == chat.channel, Identity.account == chat.account, Identity.chat_id == chat.id)
        .values(reachable=False),
        execution_options={"synchronize_session": False},
    )
