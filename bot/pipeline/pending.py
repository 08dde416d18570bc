"""What waits in the outbox of one account, read into the lanes, and the cards it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.orm import Session

from bot.pipeline.cards import Standing, read_cards, standing
from bot.pipeline.house import Account
from bot.pipeline.lanes import Item, Lanes
from bot.pipeline.patience import patiently
from bot.port import Chat
from bot.services.post import Letter
from storage.database import Database
from storage.models import OutboxRow

LOADED = 20_000
"""How many rows are kept in memory; more wait in the table for their turn."""
_AT_ONCE = 1000
_PENDING = OutboxRow.state == literal_column("'pending'")
# Built once: that takes longer than to run them.
_MINE = (_PENDING, OutboxRow.channel == bindparam("channel"), OutboxRow.account == bindparam("account"))
_IDS = select(OutboxRow.id).where(*_MINE).order_by(OutboxRow.id).limit(LOADED)
_COLUMNS = (
    OutboxRow.id, OutboxRow.chat_body, OutboxRow.card_id, OutboxRow.anew, OutboxRow.body, OutboxRow.context,
    OutboxRow.attempts, OutboxRow.not_before, OutboxRow.expires_at,
)  # fmt: skip
_ROWS = select(*_COLUMNS).where(OutboxRow.id.in_(bindparam("ids", expanding=True)))


class Pending:
    """Reads pending rows, by id and never from a mark on: a lower id may be committed later."""

    def __init__(self, database: Database, account: Account, lanes: Lanes) -> None:
        self._database = database
        self._account = account
        self._lanes = lanes
        self._cards: WeakValueDictionary[int, Standing] = WeakValueDictionary()
        self._ended: dict[int, Item] = {}
        self.is_whole = False
        """Whether all that waits is in memory, as far as it was there at the last reading."""

    async def read(self, now: float) -> None:
        """Put the rows that are not in memory yet into their lanes, however long the database is away."""
        self.is_whole = False
        self._ended.clear()
        rows, cards, is_whole = await patiently(lambda: self._database.read(self._rows), "outbox")
        kept = [self._keep(row) for row in cards]  # held until the items hold them
        for row in rows:
            card = self._cards.get(row.card_id) if row.card_id is not None else None
            if row.id not in self._lanes.ids and row.id not in self._ended:
                self._lanes.add(_item(row, card, now), now)
        del kept
        self.is_whole = is_whole

    def add(self, letters: Sequence[Letter], now: float) -> None:
        """Put into their lanes what was just committed, as far as it is this account's. Not while it is read."""
        self._ended.clear()
        for letter in letters:
            if (letter.channel, letter.account) == self._account and letter.id not in self._lanes.ids:
                self._lanes.add(_item(letter, self._keep(letter.card) if letter.card else None, now), now)
        self.is_whole = len(self._lanes.ids) < LOADED

    def end(self, item: Item) -> None:
        """Note that a row has ended. A read that began before may still see it pending: it is left out there, and its
        card is held until the next read, so that what we know of it is not forgotten for what was read.
        """
        self._ended[item.id] = item

    async def look_again(self, card: Standing) -> None:
        """Read a card anew."""
        for row in await self._database.read(lambda session: read_cards(session, [card.id])):
            card.refresh(row)

    def _rows(self, session: Session) -> tuple[Sequence[Any], Sequence[Any], bool]:
        connection = session.connection()
        ids = connection.scalars(_IDS, {"channel": self._account[0], "account": self._account[1]}).all()
        new = [row_id for row_id in ids if row_id not in self._lanes.ids]
        rows: list[Any] = []
        for start in range(0, len(new), _AT_ONCE):
            rows.extend(connection.execute(_ROWS, {"ids": new[start : start + _AT_ONCE]}).all())
        rows.sort(key=lambda row: row.id)
        cards = read_cards(session, sorted({row.card_id for row in rows if row.card_id is not None}))
        return rows, cards, len(ids) < LOADED

    def _keep(self, row: Any) -> Standing:
        known = self._cards.get(row.id)
        if known is None:
            known = self._cards[row.id] = standing(row)
        else:
            known.refresh(row)
        return known


def _item(row: Any, card: Standing | None, now: float) -> Item:
    return Item(
        row.id, Chat.model_validate_json(row.chat_body), row.body, row.context, anew=row.anew, attempts=row.attempts,
        not_before=row.not_before.timestamp(), expires_at=row.expires_at.timestamp(), read_at=now,
        card=card, version=card.wanted if card else 0, is_cards=row.card_id is not None,
    )  # fmt: skip
