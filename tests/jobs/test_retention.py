"""What the pack promises to erase is erased, and the case still tells its story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.domain.roles import Role
from bot.jobs import retention
from bot.services import history, people
from bot.services.audit import audit_command
from bot.services.leaving.retention import cut
from storage.models import (
    Attachment,
    Card,
    Case,
    CaseText,
    Conversation,
    Event,
    Follower,
    Identity,
    Person,
    Retained,
    WebFile,
    WebMessage,
)
from storage.queries.blobs import belonging, underway
from tests.dialogue import WORDS, Actor, Stage, jpeg
from tests.jobs.conftest import rows, tick

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what hangs on no database."""
LEADER = {"role": Role.LEADER, "unit": "U-E", "point": "P-1", "name": "leader"}


class Town:
    """A stage with a leader and an inspector, and a citizen's case that they have closed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.leader = stage.staff(**LEADER)
        self.inspector = stage.staff(Role.INSPECTOR, name="inspector")
        self.group = stage.group("东街街道", unit="U-E")
        self.wang, self.li = stage.person("wang"), stage.person("li")

    def report(self, who: Actor, words: str = "东街农贸市场 路面破损，就在我家门口") -> None:
        who.sends_photo(jpeg((len(self.stage.cases) * 9, 1, 2)), caption=words)
        who.presses("提交")

    def join(self, who: Actor) -> None:
        who.sends("东街农贸市场 路面破损")
        who.presses("提交")
        who.presses("就是这个")
        who.sends("/my")
        who.presses("补充")
        who.sends("我也看到了")
        who.presses("提交")

    def close(self) -> None:
        self.leader.presses("签收")
        self.leader.presses("办结")
        self.leader.sends_photo(jpeg((200, 1, 1)), caption="已修补")
        self.leader.presses("办结")
        self.inspector.presses("核查通过")

    def nights(self, days: float) -> None:
        """So many days go by, the nightly erasing included."""
        self.stage.advance(days=days)
        tick(self.stage, "retention")

    @property
    def photos(self) -> list[Attachment]:
        with self.stage.reading() as session:
            return list(session.scalars(select(Attachment).order_by(Attachment.id)))

    def count(self, column, *where) -> int:
        with self.stage.reading() as session:
            return session.scalar(select(func.count(column)).where(*where)) or 0

    def texts(self) -> set[str]:
        with self.stage.reading() as session:
            return set(session.scalars(select(CaseText.purpose)))

    def is_whole(self) -> bool:
        return audit_command(self.stage.database, lambda key, facts: WORDS.plain("en", key, **facts)) == 0


@pytest.fixture
def town(stage: Stage) -> Town:
    return Town(stage)


def test_a_citizens_photo_is_gone_91_days_after_closing_and_the_case_still_tells_its_story(town: Town):
    town.report(town.wang)
    town.close()
    town.nights(89)
    assert all(town.stage.blobs.has(photo.blob) for photo in town.photos)

    blobs = [photo.blob for photo in town.photos]
    said = town.leader.counts()
    town.nights(2)
    assert [photo.state for photo in town.photos] == ["erased", "erased"]
    assert not any(photo.blob or photo.dhash or photo.lat for photo in town.photos)
    assert town.leader.counts() == said
    town.leader.sees("照片已按约定删除", "就在我家门口")
    town.group.sees("照片已按约定删除")
    assert not any(shown.message.photos for place in (town.leader, town.group) for shown in place.messages[-1:])

    town.leader.sends(f"/case {town.stage.case.number}")
    town.leader.sees("照片已按约定删除", "已办结，核查通过", "就在我家门口")
    town.wang.sends("/my")
    town.wang.sees("照片已按约定删除", "已修补")
    assert town.is_whole()
    assert blobs


@SQLITE
def test_nothing_keeps_the_sweep_from_deleting_the_bytes(town: Town):
    town.report(town.wang)
    town.close()
    blobs = [photo.blob for photo in town.photos]
    town.nights(91)
    with town.stage.reading() as session:
        wanted = belonging(session, blobs) | underway(session)
    assert not wanted.intersection(blobs)


def test_nobody_knows_who_reported_181_days_after_closing_and_the_figures_stay(town: Town):
    town.report(town.wang)
    town.join(town.li)
    town.close()
    town.wang.presses("5★")
    with town.stage.desk() as desk:
        history.seal(desk.session, desk.now)
    before, citizens = town.stage.case, [town.wang.person.id, town.li.person.id]
    assert town.texts() == {"problem", "supplement", "reply"}
    town.nights(179)
    assert town.stage.case.reporter_id == town.wang.person.id

    town.nights(2)
    case = town.stage.case
    assert case.reporter_id == people.NOBODY
    assert (case.state, case.rating, case.category, case.point) == ("closed", 5, before.category, "P-1")
    assert town.texts() == {"reply"}
    assert town.count(Follower.case_id) == 0
    assert town.count(Attachment.id, Attachment.person_id.in_(citizens)) == 0
    assert town.count(Card.id, Card.view.in_(["reporter", "feedback"]), Card.subject == f"case:{case.id}") == 0
    assert town.is_whole()
    with town.stage.reading() as session:
        assert next(iter(session.scalars(select(Event.action).order_by(Event.seq)))) == "report"

    town.leader.sees_nothing_of("就在我家门口", "我也看到了")
    town.group.sees_nothing_of("就在我家门口", "我也看到了")
    town.leader.sends(f"/case {case.number}")
    town.leader.sees("上报人的信息和文字已按约定删除", "已办结，核查通过")
    for citizen in (town.wang, town.li):
        citizen.sends("/my")
        citizen.sees("还没有")
        citizen.presses("5★")
        citizen.sees("这个按钮不是给您的")
    assert town.stage.case.rating == 5


@SQLITE
def test_the_cards_of_a_case_go_a_day_after_all_else(town: Town):
    town.report(town.wang)
    town.close()
    for days in (8, 83, 90):
        town.nights(days)
    assert town.count(Card.id, Card.subject == f"case:{town.stage.case.id}") > 0
    assert town.count(Retained.case_id) == 1

    town.nights(2)
    assert town.count(Card.id, Card.subject.like("case:%")) == 0
    assert town.count(Retained.case_id) == 0


@SQLITE
def test_when_the_days_for_judging_are_over_the_question_goes_and_the_result_stays(town: Town):
    town.report(town.wang)
    town.close()
    town.nights(6)
    assert "不满意" in town.wang.last.labels

    said = town.wang.counts()
    town.nights(2)
    assert town.wang.counts() == said
    assert not town.wang.last.labels
    town.wang.sees("已修补")
    assert "满意" not in town.wang.last.text
    assert town.count(Card.id, Card.subject.like("case:%"), ~Card.closed) == 0

    edits = [shown.edits for shown in town.wang.messages]
    town.nights(2)
    assert [shown.edits for shown in town.wang.messages] == edits


def test_a_case_that_goes_on_after_a_dispute_is_kept_as_an_open_one(town: Town):
    town.report(town.wang)
    town.close()
    assert town.count(Retained.case_id) == 1
    town.stage.advance(days=5)
    town.wang.presses("不满意")
    town.wang.sends("没有修好")
    assert town.count(Retained.case_id) == 0

    town.nights(300)
    assert town.stage.case.reporter_id == town.wang.person.id
    assert all(photo.state == "stored" for photo in town.photos)

    town.leader.presses("办结")
    town.leader.sends_photo(jpeg((7, 7, 7)), caption="这次真修好了")
    town.leader.presses("办结")
    town.inspector.presses("核查通过")
    town.nights(91)
    assert {photo.state for photo in town.photos} == {"erased"}
    assert town.texts() == {"problem", "dispute", "reply"}
    town.nights(90)
    assert town.texts() == {"reply"}
    assert town.is_whole()


@SQLITE
def test_a_withdrawn_report_is_erased_in_time_too(town: Town):
    town.report(town.wang)
    town.wang.presses("撤回")
    town.wang.presses("确定撤回")
    town.nights(181)
    assert town.photos[0].state == "erased"
    assert town.stage.case.reporter_id == people.NOBODY
    assert town.texts() == set()
    assert town.is_whole()


@SQLITE
def test_of_the_place_stays_what_the_pack_calls_it(town: Town):
    kept = {
        "解放路与西街路口": "解放路与西街路口",
        "东街农贸市场后面我家楼下": "东街农贸市场",
        "我家楼下三零二": "",
        "": "",
    }
    town.report(town.wang)
    with town.stage.desk() as desk:
        case = desk.session.get_one(Case, town.stage.case.id)
        for place, public in kept.items():
            case.place = place
            cut(desk, case)
            assert (case.place, case.point) == (public, "P-1")
        case.place, case.point = "我家楼下三零二", ""
        cut(desk, case)
        assert case.place == "东街农贸市场"  # by the position
        case.place, case.lat, case.lon = "我家楼下三零二", None, None
        cut(desk, case)
        assert case.place == ""


@SQLITE
def test_a_photo_that_another_case_still_shows_stays_with_it(town: Town):
    town.report(town.wang)
    town.close()
    town.stage.advance(days=60)
    same = jpeg((0, 1, 2))
    town.wang.sends_photo(same, caption="西街农贸市场 路面破损")
    town.wang.presses("提交")
    town.nights(40)

    states = [photo.state for photo in town.photos]
    assert states == ["erased", "erased", "stored"]
    assert town.stage.blobs.has(town.photos[-1].blob)


def test_the_page_shows_an_erased_photo_no_more(town: Town):
    town.report(town.wang)
    town.close()
    blob = town.photos[0].blob
    body = f'{{"text":[{{"text":"x"}}],"photos":["{blob}","{"0" * 64}"]}}'
    with town.stage.database.begin() as session:
        said = WebMessage(chat_id="v", sender="v", body="{}", sent_at=town.stage.now)
        session.add_all([said, WebMessage(chat_id="v", sender="", body=body, sent_at=town.stage.now)])
        session.flush()
        session.add(WebFile(message_id=said.id, position=0, blob=blob, mime="image/jpeg", name="", size=1))
    town.nights(91)

    with town.stage.reading() as session:
        bodies = session.scalars(select(WebMessage.body).where(WebMessage.sender == "")).all()
        assert blob not in bodies[0]
        assert "0" * 64 in bodies[0]
        assert session.scalars(select(WebFile)).all() == []


@SQLITE
def test_a_photo_that_settles_after_it_was_erased_stays_erased(town: Town):
    town.report(town.wang)
    town.close()
    town.nights(91)
    with town.stage.desk() as desk:
        from bot.services import attachments

        attachments.settle(desk, {"attachment": town.photos[0].id, "state": "stored", "blob": "f" * 64})
    assert (town.photos[0].state, town.photos[0].blob) == ("erased", "")


def test_many_cases_are_erased_in_short_parts(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        who = town.stage.person(f"p{number}")
        who.sends("西街农贸市场 路面破损" if number % 2 else "东街小学 路灯不亮")
        who.presses("提交")
        if "都不是" in str(who.last.labels):
            who.presses("都不是")
        who.sends("/my")
        who.presses("撤回")
        who.presses("确定撤回")
    town.nights(182)

    assert {case.reporter_id for case in town.stage.cases} == {people.NOBODY}
    assert len([row for row in rows(town.stage.database) if row.key.startswith("tick:retention")]) >= 3


def test_somebody_of_whom_nothing_is_left_is_forgotten(town: Town):
    town.report(town.wang)
    town.wang.presses("撤回")
    town.wang.presses("确定撤回")
    town.li.sends("你好")
    stranger = town.wang.person.id
    town.nights(181)
    assert town.count(Identity.id, Identity.id == "li") == 0
    assert town.count(Identity.id, Identity.id == "wang") == 0  # whose case was cut the same night
    with town.stage.reading() as session:
        assert session.get_one(Person, stranger).name == ""
    assert town.count(Conversation.chat, Conversation.person_id == stranger) == 0
    assert town.count(Identity.id, Identity.id.in_(["leader", "inspector"])) == 2

    town.wang.sends("/my")
    assert town.wang.person.id != stranger


@SQLITE
def test_what_was_promised_is_erased_though_a_case_cannot_be_shown(town: Town):
    town.report(town.wang)
    town.close()
    with town.stage.database.begin() as session:
        session.execute(update(Case).values(category="gone"))
    town.nights(181)
    assert not any(photo.blob for photo in town.photos)
    assert town.count(Case.id, Case.reporter_id == people.NOBODY) == 1
    assert "problem" not in town.texts()


@SQLITE
def test_who_has_an_open_case_a_ban_or_was_here_lately_is_not_forgotten(town: Town):
    town.report(town.wang)
    for name in ("banned", "lately"):
        town.stage.person(name).sends("你好")
    with town.stage.database.begin() as session:
        person = session.get(Person, town.stage.person("banned").person.id)
        person.banned_until = town.stage.now + timedelta(days=400)
    town.stage.advance(days=100)
    town.stage.person("lately").sends("你好")
    town.nights(100)
    assert town.count(Identity.id, Identity.id.in_(["wang", "banned", "lately"])) == 3
