"""What the faces of a draft's card are made of: texts, choices that name the draft, the lines that are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.port import Chat, Choice, Outgoing, Span
from bot.services import tokens
from bot.services.desk import Desk, Row
from bot.services.drafting.drafts import Draft
from bot.services.words import Fact

CLIP = 300
_LABEL = 48


class Pen:
    """Writes for one draft in one chat and language."""

    def __init__(self, desk: Desk, draft: Draft, chat: Chat, language: str) -> None:
        self.desk, self.draft, self.chat, self.language = desk, draft, chat, language

    def say(self, key: str, **facts: Fact) -> tuple[Span, ...]:
        """A text of the catalogue."""
        return self.desk.words.say(self.language, self.desk.wording(self.chat, key), **facts)

    def button(self, key: str, action: str, extra: str = "", style: str = "", **facts: Fact) -> Choice:
        """A choice whose label is a text of the catalogue."""
        return self.desk.button(self.language, key, tokens.write(action, self.draft.id, extra), style, **facts)

    def choice(self, label: str, action: str, extra: str) -> Choice:
        """A choice whose label is a name."""
        short = label if len(label) <= _LABEL else f"{label[:_LABEL]}…"
        return Choice(label=short, token=tokens.write(action, self.draft.id, extra))

    def name(self, code: str) -> str:
        """The name of a category."""
        return self.desk.city.category(code).label(self.language)

    def category(self, code: str, key: str = "") -> Choice:
        """A category to choose; the key is for a label that says more than its name."""
        name = self.name(code)
        label = self.desk.words.plain(self.language, key, name=name) if key else name
        return self.choice(label, "report_category", f"is:{code}")

    def guesses(self) -> list[Row]:
        """The likely categories to choose from."""
        return pairs([self.category(code) for code in self.draft.guesses if code in self.desk.city.categories])

    def recent(self) -> Iterator[Row]:
        """The last places to choose from."""
        for number, place in enumerate(self.draft.recent):
            yield (self.choice(place.text, "report_place", f"r{number}"),)

    def list(self, key: str, rows: Sequence[Row]) -> Outgoing:
        """A question with what may be chosen, 返回 and 取消."""
        back = (self.button("report.back", "report_back"), self.button("report.cancel", "report_cancel"))
        return Outgoing(text=self.say(key), choices=(*rows, back))

    def filled(self) -> Iterator[tuple[Span, ...]]:
        """The lines that are filled in."""
        draft = self.draft
        if draft.category:
            key = "report.line.guess" if draft.certainty == "guessed" else "report.line.category"
            yield self.say(key, name=self.name(draft.category))
        if draft.place:
            yield self.say("report.line.place" if draft.place.sure else "report.line.about", name=draft.place.text)
        if draft.words:
            yield self.say("report.line.words", words=clip(draft.text))
        if draft.photos:
            yield self._photos()

    def _photos(self) -> tuple[Span, ...]:
        if self.draft.taken_at is None:
            return self.say("report.line.photos", n=len(self.draft.photos))
        when = self.desk.words.moment(self.language, self.draft.taken_at, self.desk.now)
        return self.say("report.line.photos_taken", n=len(self.draft.photos), when=when)


def pairs(buttons: Sequence[Choice]) -> list[Row]:
    """Set choices in rows of two."""
    return [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]


def clip(text: str) -> str:
    """Return as much of the words as a card shows."""
    return text if len(text) <= CLIP else f"{text[:CLIP]}…"
