"""提交: the draft becomes a case, or joins a similar one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.case import OPEN_STATES, Action
from bot.handlers import router
from bot.handlers.report import answer, leave, pressed
from bot.services import attachments
from bot.services.casework import cases
from bot.services.casework.cases import Filing
from bot.services.desk import Desk, Turn
from bot.services.drafting import draftcard, drafts, limits, similar, supplements
from bot.services.drafting.drafts import Draft
from bot.services.volunteering import boardcards
from storage.models import Case, Conversation

_OFFERED = 3


def read_ahead(desk: Desk, conversations: Sequence[Conversation]) -> None:
    """Read what came with the drafts that are submitted in a batch, and who of their reporters has had enough."""
    drafts = [each.draft["id"] for each in conversations if each.draft is not None and "id" in each.draft]
    attachments.read_ahead(desk.session, drafts)
    limits.read_ahead(desk, [each.person_id for each in conversations])


@router.press("report_submit", ahead=read_ahead)
def submit(turn: Turn) -> None:
    """File the report, unless something is missing, it is too much, or a similar case is to be looked at first."""
    if _is_filed(turn):
        return
    draft = pressed(turn)
    if draft is not None:
        send(turn, draft)


@router.command("submit", aliases=("提交", "submit"), order=59)
def submit_by_word(turn: Turn, _argument: str) -> None:
    """提交 said in words is as good as a tap."""
    draft, supplement = drafts.current(turn), supplements.current(turn)
    if draft is not None:
        send(turn, draft)
    elif supplement is not None:
        supplements.file(turn, supplement, turn.session.get_one(Case, supplement.case_id))
    else:
        turn.say("report.nothing_open")


@router.press("report_other")
def go_on(turn: Turn) -> None:
    """File it: the similar cases are others."""
    if _is_filed(turn):
        return
    draft = pressed(turn)
    if draft is not None:
        draft.different += draft.similar
        send(turn, draft)


@router.press("report_same")
def join(turn: Turn) -> None:
    """Follow the case that it is, and give it the words and photos."""
    if _is_filed(turn):
        return
    draft = pressed(turn)
    if draft is None or turn.token is None:
        return
    offered = {str(case_id): case_id for case_id in draft.similar}
    case = turn.session.get(Case, offered.get(turn.token.extra, 0))
    if case is None:
        turn.say("press.old")
        return
    similar.follow(turn, case, turn.person)
    if case.state in OPEN_STATES and (draft.words or draft.photos):
        attachments.adopt(turn.session, draft.id, case.id)
        cases.act(turn, case, Action.SUPPLEMENT, turn.person, words=draft.text)
    _end(turn, draft, "report.joined", case)


def send(turn: Turn, draft: Draft) -> None:
    """Make a case of the draft, or say what stands in the way."""
    if not draft.view.startswith("warning"):
        draft.view = ""
    if draft.face != drafts.READY:
        answer(turn, draft)
        return
    when = limits.free_again(turn, turn.person)
    if when is not None:
        drafts.save(turn, draft)
        turn.say("report.limit", when=turn.words.moment(turn.language, when, turn.now))
        return
    place = draft.place or drafts.Place()
    found = similar.find(turn, draft.category, place.lat, place.lon)
    draft.similar = [case.id for case in found if case.id not in draft.different][:_OFFERED]
    if draft.similar:
        draft.view = "similar"
        answer(turn, draft)
        return
    case = cases.file(turn, _filing(turn, draft, place))
    drafts.remember(turn, place)
    _end(turn, draft, "report.submitted", case)


def _filing(turn: Turn, draft: Draft, place: drafts.Place) -> Filing:
    return Filing(
        draft_id=draft.id, reporter=turn.person, category=draft.category, words=draft.text,
        lat=place.lat, lon=place.lon, place=place.text, point=place.point,
        sure=place.sure and draft.certainty in {"sure", "chosen"},
    )  # fmt: skip


def _end(turn: Turn, draft: Draft, key: str, case: Case) -> None:
    draftcard.finish(turn, draft, turn.chat, turn.person, key, number=case.number)
    leave(turn)
    boardcards.bring_down(turn, turn.person, turn.chat)


def _is_filed(turn: Turn) -> bool:
    """A second tap on 提交 changes nothing and says which case it became; only to whoever reported it."""
    draft, subject = drafts.current(turn), turn.token.subject if turn.token else 0
    if draft is not None and draft.id == subject:
        cases.note_open(turn.session, draft.id)
        return False
    case = cases.of_draft(turn.session, subject)
    if case is None or case.reporter_id != turn.person.id:
        return False
    turn.say("report.already", number=case.number)
    return True
