"""What is to be said: messages and cards, collected while a batch is worked and written with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from bot.port import Capabilities, Chat, Outgoing, Receipt
from storage import knowledge
from storage.models import Card, Chore, OutboxRow, new_id
from storage.session import BatchSession

EXPIRES = timedelta(days=2)
_OUTBOX: Any = OutboxRow.__table__
_OF_SUBJECTS = select(Card).where(Card.subject.in_(bindparam("subjects", expanding=True)))

Degrade = Callable[[Session, Chat, Outgoing, Capabilities, int | None, datetime], Outgoing]
"""(session, chat, message, capabilities, card id, now) → what the platform can show; keeps its menus' numbers."""


class View(NamedTuple):
    """Which face of a subject a card shows to a chat."""

    subject: str
    chat: Chat
    name: str
    person_id: int | None = None


class CardState(NamedTuple):
    """What whoever delivers a card has to know of its row."""

    id: int
    wanted: int
    body: str
    delivered: int
    receipt: dict[str, Any] | None
    sent: int


class Letter(NamedTuple):
    """What whoever delivers has to know of an outbox row, and of its card."""

    id: int
    channel: str
    account: str
    chat_body: str
    card_id: int | None
    anew: bool
    body: str
    context: dict[str, Any] | None
    attempts: int
    not_before: datetime
    expires_at: datetime
    card: CardState | None


class Post:
    """Collects outbox rows of one batch; `flush` writes them. Cards are rows of their own and edited in place."""

    def __init__(
        self,
        session: BatchSession,
        capabilities: Mapping[tuple[str, str], Capabilities],
        degrade: Degrade,
        now: datetime,
    ) -> None:
        self._session = session
        self._capabilities = capabilities
        self._degrade = degrade
        self._now = now
        self._cards: dict[str, dict[tuple[str, str], Card]] = {}
        self._rows: list[dict[str, Any]] = []
        self._queued: dict[int, dict[str, Any]] = {}
        self._queued_cards: dict[int, Card] = {}
        self._seen: Counter[str] = Counter()

    def capabilities(self, chat: Chat) -> Capabilities:
        """What the channel of this chat can do."""
        return self._capabilities.get((chat.channel, chat.account)) or Capabilities()

    def send(
        self, chat: Chat, message: Outgoing, *, context: dict[str, Any] | None = None, expires: timedelta = EXPIRES
    ) -> None:
        """Say something once."""
        self._seen[chat.key] += 1
        body = self._degrade(self._session, chat, message, self.capabilities(chat), None, self._now)
        self._enqueue(chat, body=body.model_dump_json(exclude_defaults=True), context=context, expires=expires)

    def show(self, view: View, message: Outgoing, *, anew: bool = False, at: datetime | None = None) -> Card:
        """Show it on the card of the view: sent if it is new (or `anew`, when somebody must act), else edited silently.

        Nothing is queued when the card already shows it. It is not shown before `at`; what is said in the chat
        afterwards waits for it. Where it cannot be edited, photos that came late come with its first line alone: the
        rest stands there.
        """
        card = self.card(view)
        if card is None:
            card = Card(
                id=new_id(), subject=view.subject, chat=view.chat.key, chat_body=view.chat.model_dump_json(),
                view=view.name, person_id=view.person_id, body="", wanted=0, delivered=0, sent=0,
                receipt=None,
            )  # fmt: skip
            self._session.add(card)
            self._of(view.subject)[view.chat.key, view.name] = card
        shown = self._degrade(self._session, view.chat, message, self.capabilities(view.chat), card.id, self._now)
        body = shown.model_dump_json(exclude_defaults=True)
        if body != card.body and not anew and self._differs_in_photos(view.chat, card, shown):
            self._add_photos(view.chat, card, shown, body)
        elif body != card.body or anew:
            self._seen[view.chat.key] += anew or shown.asks or self._is_shown(view.chat, card)
            was, card.body, card.wanted = card.body, body, card.wanted + 1
            self._queued_cards[card.id] = card
            self._enqueue_card(view.chat, card.id, anew=anew, was=was, at=at)
        return card

    def seen(self, chat: Chat) -> int:
        """How much of what this batch says or shows is going to be seen in a chat; edits only where there are any."""
        return self._seen[chat.key]

    def card(self, view: View) -> Card | None:
        """Return the card of this view, if it was ever shown."""
        return self._of(view.subject).get((view.chat.key, view.name))

    def cards(self, subject: str) -> Sequence[Card]:
        """Return all cards of a subject, the oldest first."""
        return sorted(self._of(subject).values(), key=lambda card: card.id)

    def drop(self, card: Card) -> None:
        """Forget a card; its message stays as it was last shown."""
        self._of(card.subject).pop((card.chat, card.view), None)
        self._session.delete(card)

    def read_cards(self, subjects: Collection[str]) -> None:
        """Read the cards of these subjects at once, before they are asked for one by one."""
        unknown = sorted(set(subjects) - self._cards.keys())
        self._cards |= {subject: {} for subject in unknown}
        if unknown:
            with self._session.no_autoflush:
                for card in self._session.scalars(_OF_SUBJECTS, {"subjects": unknown}):
                    self._cards[card.subject][card.chat, card.view] = card

    def chore(self, kind: str, chat: str, args: dict[str, Any], *, expires: datetime | None = None) -> None:
        """Order work outside the transaction; its result comes back in the lane of `chat` (a chat key)."""
        until = expires or self._now + timedelta(days=1)
        self._session.append(
            Chore, id=new_id(), kind=kind, chat=chat, args=args, state="pending", attempts=0, reason="",
            not_before=self._now, expires_at=until,
        )  # fmt: skip

    def flush(self) -> list[Letter]:
        """Write the collected rows, whose cards are written already; return what is to be delivered."""
        if self._rows:
            self._session.connection().execute(insert(_OUTBOX), self._rows)
        letters = [self._letter(row) for row in self._rows]
        self._rows, self._queued, self._queued_cards = [], {}, {}
        return letters

    def _letter(self, row: dict[str, Any]) -> Letter:
        card = self._queued_cards.get(row["card_id"])
        state = CardState(card.id, card.wanted, card.body, card.delivered, card.receipt, card.sent) if card else None
        return Letter(
            row["id"], row["channel"], row["account"], row["chat_body"], row["card_id"], row["anew"], row["body"],
            row["context"], row["attempts"], row["not_before"], row["expires_at"], state,
        )  # fmt: skip

    def _is_shown(self, chat: Chat, card: Card) -> bool:
        """Tell whether people will see that a card changes: it is new, or its message can be edited."""
        receipt = Receipt.model_validate(card.receipt) if card.receipt else None
        return receipt is None or receipt.is_editable(self.capabilities(chat), self._now)

    def _differs_in_photos(self, chat: Chat, card: Card, shown: Outgoing) -> bool:
        """Tell whether a card that stands there, and can be no other any more, is to show other photos alone."""
        if not card.body or self._is_shown(chat, card) or card.id in self._queued or card.delivered < card.wanted:
            return False
        was = Outgoing.model_validate_json(card.body)
        return was.photos != shown.photos and was.model_copy(update={"photos": shown.photos}) == shown

    def _add_photos(self, chat: Chat, card: Card, shown: Outgoing, body: str) -> None:
        """Say new photos beside a card where somebody must act and may have to see them, with the card's first line, so
        that they are known from those of other cards; elsewhere, nothing.
        """
        known = Outgoing.model_validate_json(card.body).photos
        fresh = tuple(photo for photo in shown.photos if photo not in known)
        card.body = body
        if fresh and shown.asks:
            self.send(chat, Outgoing(text=shown.headline, photos=fresh))

    def _of(self, subject: str) -> dict[tuple[str, str], Card]:
        if subject not in self._cards:
            new = knowledge.is_new(self._session, int(subject.partition(":")[2]))
            self.read_cards(() if new else (subject,))
        return self._cards.setdefault(subject, {})

    def _enqueue_card(self, chat: Chat, card_id: int, *, anew: bool, was: str, at: datetime | None) -> None:
        """The row of a card holds what its message said before: sent anew, it leaves that behind further up."""
        queued = self._queued.get(card_id)
        if queued is None:
            self._queued[card_id] = self._enqueue(chat, card_id=card_id, anew=anew, body=was if anew else "")
            self._queued[card_id]["not_before"] = at or self._now
        elif anew:
            queued |= {"anew": True, "body": queued["body"] or was, "not_before": at or self._now}

    def _enqueue(
        self,
        chat: Chat,
        *,
        body: str = "",
        card_id: int | None = None,
        anew: bool = False,
        context: dict[str, Any] | None = None,
        expires: timedelta = EXPIRES,
    ) -> dict[str, Any]:
        row = {
            "id": new_id(), "channel": chat.channel, "account": chat.account, "chat": chat.key,
            "chat_body": chat.model_dump_json(), "card_id": card_id, "anew": anew, "body": body, "context": context,
            "state": "pending", "attempts": 0, "reason": "",
            "created_at": self._now, "not_before": self._now, "expires_at": self._now + expires,
        }  # fmt: skip
        self._rows.append(row)
        return row
