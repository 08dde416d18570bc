"""What came of it all, by the database and by what the chats show: what is lost, twice or out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from bot.port import Outgoing
from bot.services import history
from storage.blobs import Blobs
from storage.models import Attachment, Card, Case, CaseText, Event, Follower, Identity, InboxRow, OutboxRow
from tests.crash.chats import CHANNEL, chat_of, courses, shown
from tests.crash.stories import Report, Town
from tests.fakes.bot_api import FakeBotApi


@dataclass
class Findings:
    """What is wrong, each in one sentence."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def compare(self, what: str, wanted: Sequence[str], there: Sequence[str]) -> None:
        """Note what is missing, what is too much, and when all is there in another order."""
        missing, more = Counter(wanted) - Counter(there), Counter(there) - Counter(wanted)
        self.lost += [f"{what}: {each!r} is missing" for each in missing.elements()]
        self.twice += [f"{what}: {each!r} too often" for each in more.elements()]
        if not missing and not more and list(wanted) != list(there):
            self.order.append(f"{what}: {there} instead of {wanted}")

    def compare_first(self, what: str, wanted: Iterable[str], shown: Sequence[str]) -> None:
        """Note texts that were never shown, and those that were first shown before an earlier one."""
        last, place = "", -1
        for text in wanted:
            at = next((number for number, each in enumerate(shown) if text in each), None)
            if at is None:
                self.lost.append(f"{what}: {text!r} was never shown")
            elif at < place:
                self.order.append(f"{what}: {text!r} came before {last!r}")
            else:
                last, place = text, at


# --- the whole of it -------------------------------------------------------------------------------------------------


def check(session: Session, blobs: Blobs, api: FakeBotApi, stage: Town, brought: Iterable[int]) -> Findings:
    """Compare what is there with what must have come of the stories, when everything is quiet."""
    found = Findings()
    _check_inbox(session, found, brought)
    _check_outbox(session, found, api)
    _check_cases(session, found, stage, blobs)
    _check_chats(session, found, api, stage)
    found.lost += [f"history: {each}" for each in history.verify_all(session)]
    return found


def _check_inbox(session: Session, found: Findings, brought: Iterable[int]) -> None:
    rows = session.execute(select(InboxRow.key, InboxRow.state).where(InboxRow.channel == CHANNEL)).all()
    found.compare("updates kept", sorted(map(str, brought)), sorted(row.key for row in rows))
    states = session.execute(select(InboxRow.key, InboxRow.state, InboxRow.reason).where(InboxRow.state != "done"))
    found.lost += [f"inbox row {key} is {state}: {reason}" for key, state, reason in states]


def _check_outbox(session: Session, found: Findings, api: FakeBotApi) -> None:
    rows = session.scalars(select(OutboxRow).where(OutboxRow.channel == CHANNEL).order_by(OutboxRow.id)).all()
    found.lost += [f"message {row.id} is {row.state}: {row.reason}" for row in rows if row.state != "sent"]
    texts: dict[str, list[str]] = {}
    for row in rows:
        if row.card_id is None:
            texts.setdefault(row.chat, []).append(Outgoing.model_validate_json(row.body).plain)
    for key, said in texts.items():
        found.twice += [
            f"{key}: {text!r} was queued {times} times" for text, times in Counter(said).items() if times > 1
        ]
        found.compare_first(key, said, shown(chat_of(api, key)))


def _check_cases(session: Session, found: Findings, stage: Town, blobs: Blobs) -> None:
    cases = {case.id: case for case in session.scalars(select(Case))}
    texts = session.scalars(select(CaseText).order_by(CaseText.id)).all()
    problems = [(text.case_id, text.text) for text in texts if text.purpose == "problem"]
    for report in stage.reports:
        mine = [case_id for case_id, words in problems if report.tag in words]
        if len(mine) != 1:
            (found.twice if mine else found.lost).append(f"{report.tag} became {len(mine)} cases")
            continue
        _check_case(session, found, cases[mine[0]], report)
    found.twice += [f"case {case.number} is nobody's" for case in list(cases.values())[len(stage.reports) :]]
    _check_photos(session, found, stage, blobs)


def _check_case(session: Session, found: Findings, case: Case, report: Report) -> None:
    what, subject = f"{report.tag} ({case.number})", f"case:{case.id}"
    told = (CaseText.case_id == case.id, CaseText.purpose.in_(("problem", "supplement")))
    texts = session.execute(select(CaseText.purpose, CaseText.text).where(*told)).all()
    said = [f"{purpose}: {text}" for purpose, text in sorted(texts)]
    wanted = [f"problem: {report.words}"] + ([f"supplement: {report.supplement}"] if report.supplement else [])
    found.compare(f"{what} words", wanted, said)
    acts = session.scalars(select(Event.action).where(Event.subject == subject).order_by(Event.seq)).all()
    found.compare(f"{what} acts", report.acts, acts)
    followers = session.scalars(
        select(Identity.id).join(Follower, Follower.person_id == Identity.person_id).where(Follower.case_id == case.id)
    )
    found.compare(f"{what} followers", sorted(map(str, [report.user, *report.followers])), sorted(followers))
    if case.point != report.point:
        found.lost.append(f"{what} is at {case.point} instead of {report.point}")


def _check_photos(session: Session, found: Findings, stage: Town, blobs: Blobs) -> None:
    tags = {text.case_id: text.text for text in session.scalars(select(CaseText).where(CaseText.purpose == "problem"))}
    photos = session.scalars(select(Attachment)).all()
    there = Counter(tags.get(photo.case_id or 0, "nobody's")[:80] for photo in photos)
    for report in stage.reports:
        count = there.pop(report.words[:80], 0)
        if count != report.photos:
            (found.twice if count > report.photos else found.lost).append(f"{report.tag} has {count} photos")
    found.twice += [f"{count} photos belong to {whose!r}" for whose, count in there.items()]
    for photo in photos:
        if photo.state != "stored" or not blobs.get(photo.blob):
            found.lost.append(f"photo {photo.id} is {photo.state}: {photo.reason}")


def _check_chats(session: Session, found: Findings, api: FakeBotApi, stage: Town) -> None:
    for user, texts in stage.marks.items():
        found.compare_first(f"chat {user}", texts, shown(api.chats[user]))
    for user, drafts in stage.growing.items():
        for words in drafts:
            for texts in courses(api.chats[user]):
                counts = [sum(each in text for each in words) for text in texts if words[0] in text]
                if counts != sorted(counts):
                    found.order.append(f"chat {user}: the card of {words[0]!r} went back: {counts}")
    if session.get_bind().dialect.name == "postgresql":
        return  # Two engines at once: the cards of different people's cases have no order among each other.
    cards = session.execute(
        select(Case.number)
        .join(Card, Card.subject == literal("case:") + cast(Case.id, String))
        .where(Card.view == "group")
        .order_by(Card.id)
    )
    found.compare_first("the group", [number for (number,) in cards], shown(stage.group))
