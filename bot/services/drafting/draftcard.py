"""The one card of a report in the making: what is filled in, the one question that is open, and what can be tapped."""

from __future__ import annotations

from collections.abc import Iterator

from bot.port import Chat, Choice, Outgoing
from bot.services.desk import Desk, Row
from bot.services.drafting.draftlists import LISTS
from bot.services.drafting.draftpen import Pen
from bot.services.drafting.drafts import Draft, Place
from bot.services.post import View
from bot.services.words import joined
from storage.models import Person

FACE = "report"
_ALTERNATIVES = 2


def show(desk: Desk, draft: Draft, chat: Chat, person: Person, *, anew: bool = False) -> None:
    """Bring the card up to date; `anew` sends it again, to be seen at the bottom of the chat."""
    desk.post.show(_view(draft, chat, person), compose(desk, draft, chat, desk.language_of(person)), anew=anew)


def finish(desk: Desk, draft: Draft, chat: Chat, person: Person, key: str, **facts: str) -> None:
    """Let the card say how it ended, above what was filled in, without anything to tap."""
    pen = Pen(desk, draft, chat, desk.language_of(person))
    text = joined(pen.say(key, **facts), *pen.filled())
    desk.post.show(_view(draft, chat, person), Outgoing(text=text)).closed = True


def compose(desk: Desk, draft: Draft, chat: Chat, language: str) -> Outgoing:
    """Return the card as it should look now."""
    pen = Pen(desk, draft, chat, language)
    name, _, detail = draft.view.partition(":")
    return LISTS[name](pen, detail) if name in LISTS else _summary(pen)


def _summary(pen: Pen) -> Outgoing:
    question, filled = pen.draft.missing, list(pen.filled())
    asked = "what_here" if question == "what" and pen.draft.place else question
    last = pen.say(f"report.ask.{asked}" if question else "report.ready")
    title = [pen.say("report.title")] if filled else []
    rows = (*_answers(pen), *_corrections(pen), (pen.button("report.cancel", "report_cancel"),))
    waiting = [pen.say("report.waiting", n=len(pen.draft.waiting))] if pen.draft.waiting else []
    return Outgoing(text=joined(*title, *filled, last, *waiting), choices=rows, ask_location=question == "place")


def _answers(pen: Pen) -> Iterator[Row]:
    """What answers the open question; 提交 where there is none."""
    draft = pen.draft
    match draft.missing:
        case "what" if draft.duty and draft.photos and draft.place is None:
            yield (pen.button("report.duty_photo", "duty_photo"),)
        case "which_place":
            for number, place in enumerate(draft.candidates[draft.offered :], draft.offered):
                yield (pen.choice(_told_apart(pen.desk, place, pen.language), "report_place", f"c{number}"),)
        case "place":
            yield from pen.recent()
        case "category":
            yield from pen.guesses()
            yield (pen.button("report.all_categories", "report_category", "classes"),)
        case "":
            yield (pen.button("report.submit", "report_submit", style="primary"),)


def _corrections(pen: Pen) -> Iterator[Row]:
    """The other guesses, a tap each, and a tap for each line."""
    draft, row = pen.draft, list[Choice]()
    if draft.category and draft.certainty != "chosen":
        yield from ((pen.category(code, "report.change_to"),) for code in draft.others[:_ALTERNATIVES])
    if draft.category:
        row.append(pen.button("report.change_category", "report_category"))
    if draft.place:
        row.append(pen.button("report.change_place", "report_place"))
    if not draft.missing:
        row.append(pen.button("report.more", "report_more"))
    if row:
        yield tuple(row)


def _told_apart(desk: Desk, place: Place, language: str) -> str:
    """Places of one name are told apart by the address, or else by the unit whose area it is."""
    address = desk.city.point(place.point).address if place.point else ""
    unit = desk.city.unit_at(place.lat, place.lon) if place.lat is not None and place.lon is not None else None
    hint = address or (unit.label(language) if unit else "")
    return f"{place.text}（{hint}）" if hint and hint != place.text else place.text


def _view(draft: Draft, chat: Chat, person: Person) -> View:
    return View(f"draft:{draft.id}", chat, FACE, person.id)
