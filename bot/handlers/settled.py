"""What became of a photo: it fills place and time, appears on the cards of its case, or is asked for once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.handlers import router
from bot.port import Chat, Outgoing
from bot.services import attachments, history, people, tokens
from bot.services.casework import followers, replies
from bot.services.desk import Desk, Row
from bot.services.drafting import draftcard, drafts, intake, places
from bot.services.drafting.drafts import READY, Draft
from storage.models import Attachment, Card, Case, Conversation, Person


def read_ahead(desk: Desk, facts: Sequence[dict[str, Any]]) -> None:
    """Read the photos of a batch, what they are about, and where that is shown."""
    photos: list[Attachment] = desk.session.read(Attachment, {each["attachment"] for each in facts})
    case_ids = sorted({photo.case_id for photo in photos if photo.case_id is not None})
    drafts = {photo.draft_id for photo in photos if photo.draft_id is not None and photo.case_id is None}
    desk.post.read_cards([*(f"draft:{each}" for each in drafts), *(f"case:{each}" for each in case_ids)])
    drawn = [card for draft_id in drafts for card in desk.post.cards(f"draft:{draft_id}")]
    shown = [card for case_id in case_ids for card in desk.post.cards(f"case:{case_id}")]
    desk.session.read(Conversation, {(card.chat, card.person_id) for card in drawn})
    desk.session.read(Person, {photo.person_id for photo in photos} | {card.person_id for card in shown} - {None})
    desk.session.read(Case, case_ids)
    history.read_texts(desk.session, case_ids)
    followers.read_ahead(desk.session, case_ids)


@router.settled("attachment", ahead=read_ahead)
def settled(desk: Desk, facts: dict[str, Any]) -> None:
    """Write it down and tell whoever waits for it."""
    photo = attachments.settle(desk, facts)
    if photo.case_id is not None:
        replies.settled(desk, photo)
        _ask_for_case(desk, photo, photo.case_id)
    elif photo.draft_id is not None:
        _tell_draft(desk, photo, photo.draft_id)


def _tell_draft(desk: Desk, photo: Attachment, draft_id: int) -> None:
    person = desk.session.get(Person, photo.person_id)
    for card in desk.post.cards(f"draft:{draft_id}"):
        conversation = desk.session.get(Conversation, (card.chat, card.person_id))
        draft = drafts.elsewhere(desk, conversation, draft_id)
        if conversation is not None and draft is not None and person is not None:
            _fill(desk, draft, photo, person, card)
            drafts.keep(conversation, draft)
            return
    # A draft of another kind, or one that is no more; only the first that fails is worth a word.
    if _is_first_failure(photo, attachments.of_draft(desk.session, draft_id)):
        _write(desk, photo, _reason(desk, photo))


def _fill(desk: Desk, draft: Draft, photo: Attachment, person: Person, card: Card) -> None:
    chat, language = Chat.model_validate_json(card.chat_body), desk.language_of(person)
    notice = ""
    if photo.state != attachments.STORED:
        draft.photos = [known for known in draft.photos if known != photo.id]
        notice = intake.once(draft, _reason(desk, photo))
    else:
        _read_exif(desk, draft, photo, language)
    became_ready = draft.face == READY != draft.asked
    draft.asked = draft.face
    draftcard.show(desk, draft, chat, person, anew=became_ready)
    if notice:
        desk.post.send(chat, Outgoing(text=desk.words.say(language, notice)))


def _read_exif(desk: Desk, draft: Draft, photo: Attachment, language: str) -> None:
    """Fill in what nobody has said: a photo may show another place, so words and pins count more."""
    if photo.taken_at is not None:
        draft.taken_at = min(draft.taken_at or photo.taken_at, photo.taken_at)
    if photo.lat is None or photo.lon is None or draft.place is not None or draft.candidates[draft.offered :]:
        return
    if desk.city.inside(photo.lat, photo.lon):
        intake.put_place(draft, places.at(desk.city, photo.lat, photo.lon, language, source="photo"))


def _ask_for_case(desk: Desk, photo: Attachment, case_id: int) -> None:
    """Ask for another once, however many photos fail; a photo of the result is asked for by the reply."""
    if photo.state == attachments.STORED:
        return
    case = desk.session.get(Case, case_id)
    siblings = attachments.of_case(desk.session, case_id, "before")
    if case is not None and photo.purpose == "before" and _is_first_failure(photo, siblings):
        token = tokens.write("supplement", case.id, case.round)
        _write(desk, photo, "report.case_photo_lost", ("report.supplement", token), number=case.number)


def _is_first_failure(photo: Attachment, siblings: Sequence[Attachment]) -> bool:
    failed = (attachments.REFUSED, attachments.LOST)
    return [each.id for each in siblings if each.state in failed and each.person_id == photo.person_id] == [photo.id]


def _write(desk: Desk, photo: Attachment, key: str, button: tuple[str, str] | None = None, **facts: str) -> None:
    chat, person = people.private_chat(desk.session, photo.person_id), desk.session.get(Person, photo.person_id)
    if chat is not None:
        language = desk.language_of(person)
        rows: tuple[Row, ...] = ((desk.button(language, *button),),) if button else ()
        desk.post.send(chat, Outgoing(text=desk.words.say(language, key, **facts), choices=rows))


def _reason(desk: Desk, photo: Attachment) -> str:
    key = f"report.photo.{photo.reason}"
    return key if photo.state == attachments.REFUSED and desk.words.has(key) else "report.photo.lost"
