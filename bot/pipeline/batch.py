"""One batch of the inbox in one transaction: whose turn it is, their handlers, and all that follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.handlers import router
from bot.pipeline.arrivals import Arrival, claim
from bot.pipeline.house import House
from bot.pipeline.moves import move_chat
from bot.port import Incoming, Moved, Opened, Press, Text
from bot.services import people, tokens
from bot.services.desk import Turn
from bot.services.leaving import departures
from bot.services.post import Letter
from storage import knowledge
from storage.models import Card, Conversation, Identity, Person
from storage.session import BatchSession


def work(session: BatchSession, house: House, arrivals: Sequence[Arrival], now: datetime) -> list[Letter]:
    """Handle arrivals in order, in this transaction; return the messages that queued. Errors are the caller's."""
    claim(session, arrivals)
    batch = _Batch(session, house, now)
    batch.prepare(arrivals)
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

    def prepare(self, arrivals: Sequence[Arrival]) -> None:
        """Read at once what the handlers of a batch will ask for one by one: who, in what conversation, about what."""
        presses, settled = defaultdict[str, list[Conversation]](list), defaultdict[str, list[dict[str, Any]]](list)
        for incoming, conversation in self._read_conversations([each.incoming for each in arrivals if each.incoming]):
            token = tokens.read(incoming.payload.token) if isinstance(incoming.payload, Press) else None
            if token:
                presses[token.action].append(conversation)
        for facts in (each.facts for each in arrivals if each.facts is not None):
            settled[facts["kind"]].append(facts)
        router.read_ahead(self._house.desk(self._session, self.post, self._now), presses, settled)

    def _read_conversations(self, updates: Sequence[Incoming]) -> Iterator[tuple[Incoming, Conversation]]:
        """Read the conversations of updates and the cards of their drafts; yield each update that continues one."""
        who = self._read_people(updates)
        keys = [(each.chat.key, who.get(_sender(each), 0)) for each in updates]
        read = self._session.read(Conversation, {key for key in keys if key[1]})
        self.post.read_cards([f"draft:{each.draft['id']}" for each in read if each.draft and "id" in each.draft])
        found = {(each.chat, each.person_id): each for each in read}
        yield from ((each, found[key]) for each, key in zip(updates, keys, strict=True) if key in found)

    def _read_people(self, updates: Sequence[Incoming]) -> dict[tuple[str, str, str], int]:
        """Read who the senders are, and with what roles; return the person behind each identity that is known."""
        identities = self._session.read(Identity, {_sender(each) for each in updates})
        ids = {identity.person_id for identity in identities}
        self._session.read(Person, ids)
        people.read_roles(self._session, sorted(ids), self._now)
        return {
            (each.channel, each.realm, each.id): people.merged(self._session, each.person_id).id for each in identities
        }

    def handle(self, arrival: Arrival) -> None:
        """Give one arrival to its handler."""
        if arrival.incoming is not None:
            self._handle_update(arrival.incoming)
            return
        facts = dict(arrival.facts or {})
        router.handle_settled(self._house.desk(self._session, self.post, self._now), facts.pop("kind"), facts)

    def _handle_update(self, incoming: Incoming) -> None:
        match incoming.payload:
            case Moved(to=to):
                move_chat(self._session, incoming.chat, to)
                return
            case Opened(entering=False):
                departures.note(self._house.desk(self._session, self.post, self._now), incoming.chat)
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
        found: Conversation | None = self._session.get(Conversation, (chat, person_id))
        if found is None:
            found = Conversation(chat=chat, person_id=person_id, draft=None, recent={}, updated_at=self._now)
            self._session.add(found)
        return found

    def _renew(self, chat: str, press: Press) -> None:
        """Keep what a tap says about editing its message, where the platform says anything (WeCom: a fresh code)."""
        if press.receipt is None or not press.receipt.detail:
            return
        tapped = (Card.chat == chat, Card.receipt["id"].as_string() == press.receipt.id)
        fresh = press.receipt.model_dump(mode="json")
        for card in self._session.scalars(select(Card).where(*tapped)):
            known = (card.receipt or {}).get("detail", {})
            card.receipt = {**fresh, "detail": {**known, **fresh["detail"]}}


def _sender(incoming: Incoming) -> tuple[str, str, str]:
    return incoming.channel, incoming.sender.realm, incoming.sender.id
