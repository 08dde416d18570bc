"""The one card of a round: what is due, how the point is, what a defect is and what is to become of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.patrol import Rhythm
from bot.port import Choice, Outgoing, Span
from bot.services.casework import rounds
from bot.services.casework.faces import parts
from bot.services.casework.rounds import Round
from bot.services.desk import Desk, Row, Turn
from bot.services.drafting.draftpen import pairs
from bot.services.patrolling import patrols
from bot.services.patrolling.patrols import Near, Walk
from bot.services.post import View
from bot.services.words import joined

SHOWN = 6
_LABEL = 56
_KILOMETRE = 1000
Spans = tuple[Span, ...]


def show(turn: Turn, walk: Walk, notice: Spans = (), *, near: Sequence[Near] = (), anew: bool | None = None) -> None:
    """Keep the walk and bring its card up to date; sent again, at the bottom, when it answers a message."""
    turn.draft = walk.model_dump(mode="json")
    message = _FACES[walk.asks](turn, walk, near)
    message = message.model_copy(update={"text": joined(notice, message.text, by="\n\n")})
    turn.post.show(view(turn, walk), message, anew=turn.token is None if anew is None else anew)


def finish(turn: Turn, walk: Walk, text: Spans) -> None:
    """Let the card say how it ended, with nothing to tap."""
    turn.post.show(view(turn, walk), Outgoing(text=text), anew=turn.token is None).closed = True


def view(turn: Turn, walk: Walk) -> View:
    """Return the view of the card: a question like others, so that whatever closes those closes it too."""
    return View(f"question:{walk.id}", turn.chat, "question", turn.person.id)


def how_far(turn: Turn, metres: float) -> str:
    """Return a distance in words."""
    if metres < _KILOMETRE:
        return turn.words.plain(turn.language, "patrol.metres", n=max(10, round(metres / 10) * 10))
    return turn.words.plain(turn.language, "patrol.kilometres", n=f"{metres / _KILOMETRE:.1f}")


def lines(desk: Desk, language: str, due: Sequence[Round], far: Sequence[str] = ()) -> Iterator[Spans]:
    """Yield a line each of the first rounds, and how far away each is if that is known; the rest is a number."""
    for number, each in enumerate(due[:SHOWN]):
        yield _line(desk, language, each, far[number] if far else "")
    if len(due) > SHOWN:
        yield desk.words.say(language, "patrol.more", n=len(due) - SHOWN)


def _where(turn: Turn, _walk: Walk, near: Sequence[Near]) -> Outgoing:
    """What is due, and how to show that one is there."""
    due = [each.round for each in near] or rounds.due(turn, turn.person.id)
    far = [how_far(turn, each.metres) for each in near[:SHOWN]]
    head, how = (turn.words.say(turn.language, key, n=len(due)) for key in ("patrol.due", "patrol.how"))
    text = joined(head, *lines(turn, turn.language, due, far), how)
    return Outgoing(text=text, choices=((_drop(turn),),), ask_location=True)


def _line(desk: Desk, language: str, each: Round, far: str) -> Spans:
    rhythm = desk.words.plain(language, f"patrol.rhythm.{each.rhythm}")
    is_circle = each.rhythm is Rhythm.CHIEF and each.point.circle in desk.city.circles
    name = (desk.city.circle(each.point.circle) if is_circle else each.point).label(language)
    key = "patrol.line_far" if far else "patrol.line"
    return desk.words.say(language, key, name=name, rhythm=rhythm, far=far)


def _how_is_it(turn: Turn, walk: Walk, _near: Sequence[Near]) -> Outgoing:
    """The checklist: all fine in one tap, or what is not."""
    say, language, point = turn.words.say, turn.language, turn.city.point(walk.point)
    title = say(language, f"patrol.at.{walk.how}", name=point.label(language))
    photos = say(language, "patrol.photos", n=len(walk.photos)) if walk.photos else ()
    text = joined(joined(title, *_found(turn, walk)), joined(say(language, "patrol.check"), photos), by="\n\n")
    end = "patrol.done" if walk.found else "patrol.fine"
    standards = [each for each in turn.city.standards_of(point.class_code) if each.code not in walk.found]
    last: Row = (turn.press(end, "patrol_fine", walk.id, style="primary"),)
    rows: list[Row] = [
        (turn.press("patrol.standard", "patrol_defect", walk.id, each.code, name=_short(each.label(language))),)
        for each in standards
    ]
    # Next to the thumb, however long the list is.
    return Outgoing(text=text, choices=(*rows, last if walk.found else (*last, _drop(turn))))


def _found(turn: Turn, walk: Walk) -> Iterator[Spans]:
    for case in patrols.found(turn, walk):
        category, state = parts.category(turn, case, turn.language), parts.state(turn, case, turn.language)
        yield turn.words.say(turn.language, "patrol.found", number=case.number, category=category, state=state)


def _category(turn: Turn, walk: Walk, _near: Sequence[Near]) -> Outgoing:
    """Which kind of case it is, where the pack does not say."""
    codes = patrols.categories(turn, walk)
    name = patrols.said_of(turn, walk, turn.language)
    key = "patrol.category" if codes else "patrol.say_more"
    buttons = [
        turn.press("patrol.kind", "patrol_kind", walk.id, code, name=turn.city.category(code).label(turn.language))
        for code in codes
    ]
    return Outgoing(text=turn.words.say(turn.language, key, name=name), choices=(*pairs(buttons), _back(turn, walk)))


def _what_now(turn: Turn, walk: Walk, _near: Sequence[Near]) -> Outgoing:
    """Put right on the spot, or set going."""
    name = patrols.said_of(turn, walk, turn.language)
    kind = turn.city.category(walk.category).label(turn.language)
    photos = turn.words.say(turn.language, "patrol.photos", n=len(walk.photos)) if walk.photos else ()
    text = joined(turn.words.say(turn.language, "patrol.what_now", name=name, kind=kind), photos)
    send = turn.press("patrol.send", "patrol_send", walk.id, style="primary")
    row = (turn.press("patrol.fixed", "patrol_fixed", walk.id), send) if patrols.may_fix(turn, walk) else (send,)
    return Outgoing(text=text, choices=(row, _back(turn, walk)))


def _back(turn: Turn, walk: Walk) -> Row:
    return (turn.press("report.back", "patrol_back", walk.id),)


def _drop(turn: Turn) -> Choice:
    return turn.press("button.cancel", "drop")


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else f"{name[:_LABEL]}…"


_FACES = {"where": _where, "how_is_it": _how_is_it, "category": _category, "what_now": _what_now}
