"""What a card row of the outbox comes to: send, edit or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.port import Capabilities, Outgoing, Receipt
from storage.models import Card

_STANDING = select(Card.id, Card.wanted, Card.body, Card.delivered, Card.receipt, Card.sent).where(
    Card.id.in_(bindparam("ids", expanding=True))
)


class Step(Enum):
    """What to do with a card's message."""

    SEND = auto()
    EDIT = auto()
    SKIP = auto()


@dataclass(slots=True, weakref_slot=True)
class Standing:
    """A card as the sender knows it: the wanted version and its body, the delivered one and its receipt.

    `sent` is the version that was last sent as a message of its own: after a crash too it must not be sent again.
    """

    id: int
    wanted: int
    body: str
    delivered: int
    receipt: Receipt | None
    sent: int

    @property
    def message(self) -> Outgoing:
        """The newest version."""
        return Outgoing.model_validate_json(self.body)

    def refresh(self, row: Any) -> None:
        """Take over what the database says; what we delivered and have not committed yet is newer."""
        if row.wanted >= self.wanted:
            self.wanted, self.body = row.wanted, row.body
        if row.delivered >= self.delivered:
            self.delivered, self.receipt, self.sent = row.delivered, _receipt(row.receipt), row.sent


def standing(row: Any) -> Standing:
    """Make a card's standing from its row."""
    return Standing(row.id, row.wanted, row.body, row.delivered, _receipt(row.receipt), row.sent)


def read_cards(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    """Return what `standing` and `refresh` need, for these cards."""
    return session.connection().execute(_STANDING, {"ids": ids}).all() if ids else []


def decide(card: Standing, version: int, *, anew: bool, capabilities: Capabilities, now: datetime) -> Step:
    """Return what a row that asked for this version comes to.

    Superseded rows come to nothing. What cannot be edited is sent again only when somebody must act on it.
    """
    if anew:
        return Step.SKIP if card.sent >= version else Step.SEND
    if card.delivered >= version:
        return Step.SKIP
    if card.receipt is None:
        return Step.SEND
    if card.receipt.is_editable(capabilities, now):
        return Step.EDIT
    return Step.SEND if card.message.asks else Step.SKIP


def _receipt(data: dict[str, Any] | None) -> Receipt | None:
    return Receipt.model_validate(data) if data else None
