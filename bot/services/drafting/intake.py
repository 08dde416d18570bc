"""How a draft fills: each message gives it what it can, words, a place, a kind, photos, in any order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz

from bot.city.guess import SURE, find_advice, guess
from bot.domain.letters import clean
from bot.port import File, Photo
from bot.services import attachments
from bot.services.desk import Turn
from bot.services.drafting import places
from bot.services.drafting.drafts import ANOTHER, Draft, Place

PROBABLE = 0.3
_CLOSE = 0.1
"""The kind stays what it was unless another fits better by more: words that come later often say only where it is."""
_PLACE_LETTERS = 60
_KEPT_VIEWS = ("warning", "search", ANOTHER)


def add_text(turn: Turn, draft: Draft, text: str) -> str:
    """Take place, problem and kind out of a text; return the key of what must be said of it, or nothing."""
    text = clean(text)
    if draft.view == "search":
        return _search(turn, draft, text)
    whole, text = text, places.SHORT_LINK.sub("", text).strip()
    is_short_link = text != whole and draft.place is None
    text, outside = _take_place(turn, draft, text) if text else ("", "")
    cut = add_words(turn, draft, text)
    settle(turn, draft, text)
    return outside or cut or ("report.short_link" if is_short_link and draft.place is None else "")


def replace_text(turn: Turn, draft: Draft, text: str) -> str:
    """Take an edited message for the piece of the draft that it resembles most."""
    said = places.understand(turn.city, clean(text), turn.language)
    if said.place and (draft.place is None or draft.place.source == "words"):
        draft.place = said.place
    rest = said.rest if said.place else clean(text)
    if draft.words and rest:
        draft.words.remove(max(draft.words, key=lambda piece: fuzz.ratio(piece, rest)))
    cut = add_words(turn, draft, rest)
    settle(turn, draft, rest)
    return cut


def add_words(turn: Turn, draft: Draft, text: str) -> str:
    """Add words as far as there is room; return the key of what must be said of it, or nothing."""
    room = turn.city.settings.limits.words_a_report - len(draft.text)
    if text and text not in draft.words and room > 0:
        draft.words.append(text[:room])
    return "report.cut" if len(text) > room else ""


def add_photo(turn: Turn, draft: Draft, payload: Photo | File) -> str:
    """Take a photo in; return the key of what must be said of it, or nothing."""
    if len(draft.photos) >= turn.city.settings.limits.photos_a_report:
        return once(draft, "report.too_many_photos")
    photo = attachments.receive(turn, payload.media, "before", draft_id=draft.id, album=payload.album)
    if photo.reason:
        return f"report.photo.{photo.reason}"
    draft.photos.append(photo.id)
    return ""


def put_place(draft: Draft, place: Place) -> None:
    """Let this be the place."""
    draft.place, draft.offered = place, len(draft.candidates)
    if draft.view == "place":
        draft.view = ""


def settle(turn: Turn, draft: Draft, text: str = "") -> None:
    """Guess the kind anew from all words, and see whether what was said belongs elsewhere."""
    if draft.certainty != "chosen":
        _guess(turn, draft)
    if draft.view.partition(":")[0] not in _KEPT_VIEWS:
        draft.view = ""
    found = find_advice(turn.city, text) if text else None
    if found and found[1].code not in draft.dismissed:
        draft.view, draft.advice = f"warning:{found[0]}", found[1].code


def once(draft: Draft, key: str) -> str:
    """Return the key the first time it is asked for, then nothing."""
    if key in draft.told:
        return ""
    draft.told.append(key)
    return key


def is_greeting(turn: Turn, text: str) -> bool:
    """Tell whether somebody only says hello or thank you."""
    letters = "".join(sign for sign in clean(text).casefold() if unicodedata.category(sign)[0] in "LN")
    return letters in set(_greetings(turn)) or not letters


def _greetings(turn: Turn) -> Iterator[str]:
    for language in turn.words.languages:
        yield from turn.words.plain(language, "report.greetings").split("|")


def _take_place(turn: Turn, draft: Draft, text: str) -> tuple[str, str]:
    """Return what the text says besides the place, and the key of what must be said of the place."""
    asked = draft.view == "place" or draft.asked in {"place", "which_place"}
    if not asked and draft.place is not None and draft.place.sure:
        return text, ""
    said = places.understand(turn.city, text, turn.language, asked=asked)
    if said.place:
        if not places.is_inside(turn.city, said.place):
            return said.rest, "report.outside"
        if asked or draft.place is None or said.place.sure:
            put_place(draft, said.place)
            return said.rest, ""
    elif said.candidates and (asked or draft.place is None):
        draft.offered = len(draft.candidates)
        draft.candidates += said.candidates
        draft.place, draft.view = None, ""
        return said.rest, ""
    elif asked and _may_name_a_place(turn, text):
        put_place(draft, Place(text=text, sure=False))
        return "" if draft.category else text, once(draft, "report.place_by_words")
    return text, ""


def _may_name_a_place(turn: Turn, text: str) -> bool:
    best = next(iter(guess(turn.city, text, 1)), None)
    return 1 < len(text) <= _PLACE_LETTERS and "\n" not in text and (best is None or best.score < SURE)


def _guess(turn: Turn, draft: Draft) -> None:
    guesses = guess(turn.city, draft.text) if draft.words else []
    held = next((each for each in guesses if each.category.code == draft.category), None)
    if held is not None and guesses[0].score - held.score <= _CLOSE:
        guesses = [held, *(each for each in guesses if each is not held)]
    draft.guesses = [each.category.code for each in guesses]
    likely = bool(guesses) and guesses[0].score >= PROBABLE
    draft.others = [each.category.code for each in guesses[1:] if each.score >= PROBABLE]
    draft.category = draft.guesses[0] if likely else ""
    draft.certainty = ("sure" if guesses[0].score >= SURE else "guessed") if likely else ""


def _search(turn: Turn, draft: Draft, text: str) -> str:
    found = [each.category.code for each in guess(turn.city, text, 8)]
    found += [code for code, item in turn.city.categories.items() if text and text in item.name and code not in found][
        :8
    ]
    draft.guesses = found[:8]
    return "" if found else "report.no_category"
