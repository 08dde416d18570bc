"""A report in the making: whatever is sent fills the draft, the card shows it, and 取消 and 返回 work at any time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.city.guess import find_advice
from bot.handlers import absence, casework, router
from bot.port import File, Location, Photo, Text, Video
from bot.services import attachments
from bot.services.desk import Turn
from bot.services.drafting import apart, draftcard, drafts, intake, places, supplements
from bot.services.drafting.drafts import Draft
from bot.services.volunteering import dutyphotos

_LIVE = "live"
_LIVES = timedelta(hours=8)


@router.draft("report")
def take(turn: Turn) -> None:
    """Fill the open draft, or a new one, with what was sent."""
    _expire(turn)
    match turn.incoming.payload:
        case Text(edited=True, text=text):
            _edit(turn, text)
        case Text(text=text):
            _take_text(turn, text)
        case Photo() | File() as photo:
            _take_photo(turn, photo)
        case Location() as location:
            _take_location(turn, location)
        case Video(caption=caption) if caption.strip():
            draft = drafts.current(turn) or drafts.begin(turn)
            answer(turn, draft, intake.add_text(turn, draft.newest, caption) or "report.cannot.video")
        case other:
            key = f"report.cannot.{other.kind}"
            turn.say(key if turn.words.has(key) else "report.cannot.unsupported")


def answer(turn: Turn, draft: Draft, notice: str = "") -> None:
    """Keep the draft and bring its card up to date; beside it at most one message, the notice.

    The card is sent again, at the bottom, when a message made it ask for something else.
    """
    asks_anew = turn.token is None and (draft.asked not in {"", draft.face} or draft.view == "search")
    draft.asked = draft.face
    drafts.save(turn, draft)
    draftcard.show(turn, draft, turn.chat, turn.person, anew=asks_anew)
    if notice:
        settings = turn.city.settings
        turn.say(
            notice,
            city=settings.label(turn.language),
            photos=settings.limits.photos_a_report,
            letters=settings.limits.words_a_report,
        )


def pressed(turn: Turn) -> Draft | None:
    """Return the open draft if the tap was on its card; an older card is answered kindly."""
    draft = drafts.current(turn)
    if draft is not None and turn.token is not None and draft.id == turn.token.subject:
        return draft
    _expire(turn)
    turn.say("press.old")
    return None


def leave(turn: Turn) -> None:
    """Be done with the open report; one that waited for its turn is the open one now, with a card of its own."""
    draft = drafts.current(turn)
    turn.draft = None
    if draft is not None and draft.waiting:
        answer(turn, apart.next_of(turn, draft))


@router.command("cancel", aliases=("取消", "cancel"), order=60)
def cancel(turn: Turn, _argument: str) -> None:
    """Drop whatever is open, whoever asked for it; below a question about a case the report stays."""
    if casework.is_asking(turn):
        casework.dropped(turn)
        return
    draft, supplement = drafts.current(turn), supplements.current(turn)
    if draft is not None:
        draftcard.finish(turn, draft, turn.chat, turn.person, "report.cancelled")
    turn.say("report.dropped" if turn.draft is not None else "report.nothing_open")
    if supplement is not None:
        supplements.finish(turn, supplement, "report.supplement_cancelled")
    leave(turn)


@router.command("back", aliases=("返回", "back"), order=61)
def back(turn: Turn, _argument: str) -> None:
    """Leave a list for the summary; the card comes to the bottom, so that one sees where one is.

    Where nothing is open, whoever was away is back.
    """
    draft = drafts.current(turn)
    if draft is None:
        if turn.draft is None and absence.come_back(turn):
            return
        turn.say("report.back_elsewhere" if turn.draft is not None else "report.nothing_open")
        return
    draft.view, draft.asked = "", ""
    draft.asked = draft.face
    drafts.save(turn, draft)
    draftcard.show(turn, draft, turn.chat, turn.person, anew=True)


@router.press("report_cancel")
def cancel_by_tap(turn: Turn) -> None:
    """Drop this draft."""
    draft = pressed(turn)
    if draft is not None:
        draftcard.finish(turn, draft, turn.chat, turn.person, "report.cancelled")
        if not turn.post.capabilities(turn.chat).edits:
            turn.say("report.dropped")
        leave(turn)


@router.press("report_back")
@router.press("report_apart")
def back_by_tap(turn: Turn) -> None:
    """Leave a list, or the question whether it is a report of its own, for the summary."""
    draft = pressed(turn)
    if draft is not None:
        draft.view = ""
        answer(turn, draft)


@router.press("report_more")
def add_more(turn: Turn) -> None:
    """Say how to add something, or begin the words or the photos anew."""
    draft = pressed(turn)
    if draft is None or turn.token is None:
        return
    draft.view = "" if turn.token.extra else "more"
    if turn.token.extra == "words":
        draft.words = []
        intake.settle(turn, draft)
    elif turn.token.extra == "photos":
        attachments.drop(turn.session, draft.id, draft.photos)
        draft.photos = []
    answer(turn, draft)


@router.press("report_anyway")
def go_on_anyway(turn: Turn) -> None:
    """Go on after a warning."""
    draft = pressed(turn)
    if draft is not None:
        draft.dismissed.append(draft.advice)
        draft.view = ""
        answer(turn, draft)


def _expire(turn: Turn) -> None:
    """Close a draft that has lain too long, with a word on its card."""
    if turn.draft is None or turn.draft.get("kind") != drafts.REPORT or drafts.current(turn) is not None:
        return
    draft = Draft.model_validate(turn.draft)
    draftcard.finish(turn, draft, turn.chat, turn.person, "report.expired")
    turn.draft = None
    if not turn.post.capabilities(turn.chat).edits:
        turn.say("report.expired")


def _take_text(turn: Turn, text: str) -> None:
    draft = drafts.current(turn)
    if draft is None and intake.is_greeting(turn, text):
        turn.say("report.hello")
        return
    draft = draft or drafts.begin(turn)
    answer(turn, draft, intake.add_text(turn, _part(turn, draft, text), text))


def _edit(turn: Turn, text: str) -> None:
    draft = drafts.current(turn)
    if draft is None:
        turn.say("report.edited_late")
        return
    answer(turn, draft, intake.replace_text(turn, draft.newest, text))


def _take_photo(turn: Turn, photo: Photo | File) -> None:
    draft = drafts.current(turn)
    part = apart.of_album(turn, draft, photo.album) if draft else None
    if part is None and attachments.follows_its_album(turn, photo, draft.id if draft else None):
        return
    draft = draft or _begin_with_photo(turn, photo)
    part = part or apart.begin(turn, draft, photo.caption) or _part(turn, draft, photo.caption)
    notice = intake.add_photo(turn, part, photo)
    if photo.caption.strip():
        notice = intake.add_text(turn, part, photo.caption) or notice
    if draft.photos or draft.words or draft.place:
        answer(turn, draft, notice)
    elif notice:
        turn.say(notice, photos=turn.city.settings.limits.photos_a_report)


def _begin_with_photo(turn: Turn, photo: Photo | File) -> Draft:
    draft = drafts.begin(turn)
    draft.duty = 0 if photo.caption.strip() else dutyphotos.wanted(turn)
    return draft


def _part(turn: Turn, draft: Draft, text: str) -> Draft:
    """Return what the words belong to; those that need a warning come to the open report, whose card gives it."""
    return draft if draft.newest is not draft and find_advice(turn.city, text) else draft.newest


def _take_location(turn: Turn, location: Location) -> None:
    draft = drafts.current(turn)
    if location.live and _is_used(turn, draft):
        return
    if not places.is_possible(location.lat, location.lon):
        turn.say("report.bad_coordinates")
    elif not turn.city.inside(location.lat, location.lon):
        turn.say("report.outside", city=turn.city.settings.label(turn.language))
    else:
        draft = draft or drafts.begin(turn)
        part = draft.newest
        said = location.name or (part.place.text if part.place and part.place.source == "words" else "")
        place = places.at(turn.city, location.lat, location.lon, turn.language, text=said)
        intake.put_place(part, place)
        answer(turn, draft)


def is_known_live(turn: Turn) -> bool:
    """Tell whether a live location has been coming in for a while; it is noted that it does."""
    known = turn.conversation.recent.get(_LIVE)
    turn.conversation.recent = turn.conversation.recent | {_LIVE: turn.now.isoformat()}
    return known is not None and turn.now - datetime.fromisoformat(known) < _LIVES


def _is_used(turn: Turn, draft: Draft | None) -> bool:
    """A live location goes on being sent: only its first position counts, and it begins no further report."""
    is_known = is_known_live(turn)
    return draft.place is not None and draft.place.source == "pin" if draft is not None else is_known
