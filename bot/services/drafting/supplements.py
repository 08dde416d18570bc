"""Words and photos added to a case by whoever reported or follows it: the draft, its card, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from bot.domain.case import Action, State, find
from bot.domain.letters import clean
from bot.port import Chat, File, Outgoing, Photo, Span
from bot.services import attachments
from bot.services.casework import cases
from bot.services.casework.stances import stances
from bot.services.desk import Desk, Turn
from bot.services.post import View
from bot.services.words import joined
from storage.models import Case, Person, new_id

KIND = "supplement"
FACE = "supplement"


class Supplement(BaseModel):
    """What is being added, and to which case."""

    kind: Literal["supplement"] = "supplement"
    id: int
    case_id: int
    words: list[str] = []
    photos: list[int] = []
    begun_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to give yet."""
        return not self.words and not self.photos


def begin(turn: Turn, case: Case) -> Supplement:
    """Open a supplement. Raises `NotNow` or `NotYours`."""
    find(State(case.state), Action.SUPPLEMENT, stances(turn, case, turn.person))
    return Supplement(id=new_id(), case_id=case.id, begun_at=turn.now)


def current(turn: Turn) -> Supplement | None:
    """Return the supplement that is open here."""
    data = turn.draft
    return Supplement.model_validate(data) if data is not None and data.get("kind") == KIND else None


def add_words(turn: Turn, supplement: Supplement, text: str) -> str:
    """Add words; return the key of what must be said of it, or nothing."""
    text = clean(text)
    room = turn.city.settings.limits.words_a_report - sum(map(len, supplement.words))
    if text and room > 0:
        supplement.words.append(text[:room])
    return "report.cut" if len(text) > room else ""


def add_photo(turn: Turn, supplement: Supplement, payload: Photo | File) -> str:
    """Add a photo; return the key of what must be said of it, or nothing."""
    if len(supplement.photos) >= turn.city.settings.limits.photos_a_report:
        return "report.too_many_photos"
    photo = attachments.receive(turn, payload.media, "before", draft_id=supplement.id, album=payload.album)
    if photo.reason:
        return f"report.photo.{photo.reason}"
    supplement.photos.append(photo.id)
    return ""


def show(turn: Turn, supplement: Supplement, case: Case) -> None:
    """Keep it, and bring its card up to date."""
    turn.draft = supplement.model_dump(mode="json")
    lines = _lines(turn, supplement, turn.language)
    key = "report.supplement_ready" if lines else "report.supplement_ask"
    submit = turn.press("report.submit", "supplement_submit", supplement.id, style="primary")
    cancel = turn.press("report.cancel", "supplement_cancel", supplement.id)
    text = joined(turn.words.say(turn.language, key, number=case.number), *lines)
    shown = Outgoing(text=text, choices=((submit, cancel) if lines else (cancel,),))
    turn.post.show(_view(supplement, turn.chat, turn.person), shown)


def file(turn: Turn, supplement: Supplement, case: Case) -> None:
    """Give it all to the case; nothing happens while there is nothing. Raises `NotNow` or `NotYours`."""
    if supplement.is_empty:
        return
    attachments.adopt(turn.session, supplement.id, case.id)
    cases.act(turn, case, Action.SUPPLEMENT, turn.person, words="\n".join(supplement.words))
    finish(turn, supplement, "report.supplemented", number=case.number)


def finish(turn: Turn, supplement: Supplement, key: str, **facts: str) -> None:
    """Close the draft and its card."""
    close(turn, supplement, turn.chat, turn.person, key, **facts)
    turn.draft = None
    if not turn.post.capabilities(turn.chat).edits:
        turn.say(key, **facts)


def close(desk: Desk, supplement: Supplement, chat: Chat, person: Person, key: str, **facts: str) -> None:
    """Let the card say how it ended, above what was filled in, without anything to tap."""
    language = desk.language_of(person)
    text = joined(desk.words.say(language, key, **facts), *_lines(desk, supplement, language))
    desk.post.show(_view(supplement, chat, person), Outgoing(text=text)).closed = True


def _lines(desk: Desk, supplement: Supplement, language: str) -> list[tuple[Span, ...]]:
    lines = []
    if supplement.words:
        lines.append(desk.words.say(language, "report.line.words", words="\n".join(supplement.words)[:300]))
    if supplement.photos:
        lines.append(desk.words.say(language, "report.line.photos", n=len(supplement.photos)))
    return lines


def _view(supplement: Supplement, chat: Chat, person: Person) -> View:
    return View(f"draft:{supplement.id}", chat, FACE, person.id)
