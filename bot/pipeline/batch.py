"""One batch of the inbox in one transaction: whose turn it is, their handlers, and all that follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_

from bot.handlers import router
from bot.pipeline.arrivals import Arrival, claim
from bot.pipeline.house import House
from bot.pipeline.moves import move_chat
from bot.port import Incoming, Moved, Press, Text
from bot.services import people, tokens
from bot.services.desk import Turn
from storage import knowledge
from storage.models import Card, Conversation, Identity, Person
from storage.session import BatchSession

CARD_SUBJECTS = ("case", "draft")
"""The areas whose cards a tap can renew: a card's subject is area:id, and the token of its choices names the id."""


def work(session: BatchSession, house: House, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Handle arrivals in order, in this transaction; return how many messages that queued. Errors are the caller's."""
    claim(session, arrivals)
    batch = _Batch(session, house, now)
    batch.prepare([arrival.incoming for arrival in arrivals if arrival.incoming])
    for arrival in arrivals:
        batch.handle(arrival)
    session.flush()
    return batch.post.flush()


class _Batch:
    def __init__(self, session: BatchSession, house: House, now: datetime) -> None:
        self._session = session
        self._house = house
        self._now = now
        self.post = house.post(session, now)
        self._kept: list[object] = []  # the session holds what it has read only weakly
        self._conversations: dict[tuple[str, int], Conversation] = {}

    def prepare(self, updates: Sequence[Incoming]) -> None:
        """Read identities, persons and conversations of all senders by key, in three queries."""
        keys = {(each.channel, each.sender.realm, each.sender.id) for each in updates}
        if not keys:
            return
        identities = self._session.scalars(
            select(Identity).where(tuple_(Identity.channel, Identity.realm, Identity.id).in_(sorted(keys)))
        ).all()
        ids = {identity.person_id for identity in identities}
        persons = self._session.scalars(select(Person).where(Person.id.in_(sorted(ids)))).all() if ids else []
        self._kept += [*identities, *persons]
        for key in keys - {(each.channel, each.realm, each.id) for each in identities}:
            self._session.miss(Identity, key)
        people.read_roles(self._session, sorted(ids), self._now)
        who = {
            (each.channel, each.realm, each.id): people.merged(self._session, each.person_id).id for each in identities
        }
        pairs = {
            (each.chat.key, who[key])
            for each in updates
            if (key := (each.channel, each.sender.realm, each.sender.id)) in who
        }
        self._read_conversations(sorted(pairs))

    def handle(self, arrival: Arrival) -> None:
        """Give one arrival to its handler."""
        if arrival.incoming is not None:
            self._handle_update(arrival.incoming)
            return
        facts = dict(arrival.facts or {})
        router.handle_settled(self._house.desk(self._session, self.post, self._now), facts.pop("kind"), facts)

    def _handle_update(self, incoming: Incoming) -> None:
        if isinstance(incoming.payload, Moved):
            move_chat(self._session, incoming.chat, incoming.payload.to)
            self._conversations.clear()
            return
        turn = self._turn(self._understood(incoming))
        if isinstance(incoming.payload, Press):
            self._renew(incoming.chat.key, incoming.payload)
        router.handle(turn)

    def _turn(self, incoming: Incoming) -> Turn:
        session, house, now = self._session, self._house, self._now
        language = house.words.match(incoming.sender.language)
        person = people.recognise(
            session, incoming.channel, incoming.account, incoming.sender, language=language, now=now
        )
        people.opened_private(session, incoming.sender, incoming.chat, now)
        self._kept.append(person)
        return Turn(
            session, now, house.city, house.words, self.post, house.public_url, house.start_link,
            incoming=incoming, person=person, conversation=self._conversation(incoming.chat.key, person.id),
        )  # fmt: skip

    def _understood(self, incoming: Incoming) -> Incoming:
        """Turn an answer by number into the tap that it stands for, where choices are numbered."""
        if not isinstance(incoming.payload, Text):
            return incoming
        capabilities = self._house.capabilities[incoming.channel, incoming.account]
        token = self._house.understand(capabilities, self._session, incoming.chat.key, incoming.payload.text, self._now)
        return incoming if token is None else incoming.model_copy(update={"payload": Press(token=token)})

    def _conversation(self, chat: str, person_id: int) -> Conversation:
        if knowledge.is_new(self._session, person_id):
            self._session.miss(Conversation, (chat, person_id))
        found = self._conversations.get((chat, person_id)) or self._session.get(Conversation, (chat, person_id))
        if found is None:
            found = Conversation(chat=chat, person_id=person_id, draft=None, recent={}, updated_at=self._now)
            self._session.add(found)
        self._conversations[chat, person_id] = found
        return found

    def _read_conversations(self, pairs: list[tuple[str, int]]) -> None:
        if pairs:
            query = select(Conversation).where(tuple_(Conversation.chat, Conversation.person_id).in_(pairs))
            self._conversations = {(found.chat, found.person_id): found for found in self._session.scalars(query)}
            for pair in pairs:
                if pair not in self._conversations:
                    self._session.miss(Conversation, pair)
            drafts = [found.draft for found in self._conversations.values() if found.draft]
            self.post.read_cards([f"draft:{draft['id']}" for draft in drafts if "id" in draft])

    def _renew(self, chat: str, press: Press) -> None:
        """Keep what a tap says about editing its message, where the platform says anything (WeCom: a fresh code)."""
        token = tokens.read(press.token)
        if token is None or press.receipt is None or not press.receipt.detail:
            return
        subjects = [f"{area}:{token.subject}" for area in CARD_SUBJECTS]
        for card in self._session.scalars(select(Card).where(Card.subject.in_(subjects), Card.chat == chat)):
            if card.receipt and card.receipt["id"] == press.receipt.id:
                card.receipt = press.receipt.model_dump(mode="json")
