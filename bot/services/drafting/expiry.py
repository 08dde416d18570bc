"""Drafts and questions that nobody went on with: closed, and their cards say so; no message is sent for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.port import Chat, Outgoing
from bot.services import people
from bot.services.desk import Desk
from bot.services.drafting import draftcard, drafts, supplements
from bot.services.drafting.drafts import Draft
from bot.services.drafting.supplements import Supplement
from bot.services.mishaps import contained
from bot.services.post import View
from bot.services.words import joined
from storage.models import Case, Person
from storage.queries import conversations


def close_drafts(desk: Desk, limit: int) -> int:
    """Close drafts and open questions older than the pack's `draft_hours`, at most so many; return how many."""
    before = desk.now - timedelta(hours=desk.city.settings.draft_hours)
    found = conversations.lying(desk.session, before, limit)
    for conversation in found:
        person = desk.session.get_one(Person, conversation.person_id)
        for layer in conversations.layers(conversation.draft):
            with contained(desk, "person", person.id):
                _say(desk, conversation.chat, person, layer)
        conversation.draft = None
    return len(found)


def _say(desk: Desk, chat: str, person: Person, draft: dict[str, Any]) -> None:
    match draft["kind"]:
        case drafts.REPORT:
            report = Draft.model_validate(draft)
            if (where := _place(desk, chat, report.id)) is not None:
                draftcard.finish(desk, report, where, person, "report.expired")
        case supplements.KIND:
            supplement = Supplement.model_validate(draft)
            if (where := _place(desk, chat, supplement.id)) is not None:
                supplements.close(desk, supplement, where, person, "report.expired")
        case "reply" if draft["words"] or draft["photos"]:
            _remind(desk, person, draft["case"])
    _close_question(desk, chat, person, draft.get("question", 0))


def _close_question(desk: Desk, chat: str, person: Person, question: int) -> None:
    """Let the card of an open question say that it is closed, above what it asked, with nothing to tap."""
    cards = desk.post.cards(f"question:{question}") if question else ()
    for card in cards:
        if card.chat == chat and not card.closed:
            asked = Outgoing.model_validate_json(card.body).text
            text = joined(desk.words.say(desk.language_of(person), "question.expired"), asked)
            view = View(card.subject, Chat.model_validate_json(card.chat_body), card.view, card.person_id)
            desk.post.show(view, Outgoing(text=text)).closed = True


def _place(desk: Desk, chat: str, draft_id: int) -> Chat | None:
    """Return the chat where the draft's card stands."""
    cards = desk.post.cards(f"draft:{draft_id}")
    return next((Chat.model_validate_json(card.chat_body) for card in cards if card.chat == chat), None)


def _remind(desk: Desk, person: Person, case_id: int) -> None:
    """A result that was begun and not handed in is worth a message: somebody may believe that it was."""
    chat, case = people.private_chat(desk.session, person.id), desk.session.get(Case, case_id)
    if chat is not None and case is not None:
        text = desk.words.say(desk.language_of(person), "reply.expired", number=case.number)
        desk.post.send(chat, Outgoing(text=text))
