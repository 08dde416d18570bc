"""What is kept about oneself can be read, taken along, and erased."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from bot.domain.case import Action, State
from bot.domain.roles import Role
from bot.services import history, people
from bot.services.audit import audit_command
from bot.services.casework import cases
from storage.models import (
    Assignment,
    Attachment,
    Card,
    Case,
    CaseText,
    Conversation,
    Follower,
    Identity,
    Person,
    WebMessage,
)
from tests.dialogue import WORDS, Actor, Stage, jpeg, photo_of_result
from tests.jobs.conftest import tick

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what hangs on no database."""


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff(Role.LEADER, unit="U-E", point="P-1", name="leader")


@pytest.fixture
def wang(stage: Stage, leader: Actor) -> Actor:
    """Somebody who reported one case that is closed, and who follows no other."""
    wang = stage.person("wang", shown_as="小王")
    inspector = stage.staff(Role.INSPECTOR, name="inspector")
    wang.sends_photo(caption="东街农贸市场 路面破损，在我家门口")
    wang.presses("提交")
    leader.presses("签收")
    leader.presses("办结")
    leader.sends_photo(jpeg((1, 200, 1)), caption="已修补")
    leader.presses("办结")
    inspector.presses("核查通过")
    return wang


def count(stage: Stage, column, *where) -> int:
    with stage.reading() as session:
        return session.scalar(select(func.count(column)).where(*where)) or 0


def words(stage: Stage) -> set[str]:
    with stage.reading() as session:
        return set(session.scalars(select(CaseText.purpose)))


def is_whole(stage: Stage) -> bool:
    return audit_command(stage.database, lambda key, facts: WORDS.plain("en", key, **facts)) == 0


def report(who: Actor, words: str = "西街农贸市场 路面破损") -> None:
    who.sends(words)
    who.presses("提交")


def exported(stage: Stage, who: Actor) -> dict:
    shown = who.sees("JSON")
    assert shown.message.document_name == "my-data.json"
    return json.loads(stage.blobs.get(shown.message.document))


def test_one_reads_in_plain_words_what_is_kept(stage: Stage, wang: Actor):
    report(wang)
    wang.sends("/mydata")

    assert wang.last.labels == ["导出文件", "忘记我…"]
    for line in (
        "编号、语言和显示的名字；最近一次来：今天 09:00", "正在办理的上报：1 件", "已经结束的上报：1 件",
        "您写的说明、补充和意见：2 段", "您发的照片：1 张", "最近用过的地点：2 个",
        "照片在办结 90 天后删除", "办结 180 天后删除", "最多留 30 天",
    ):  # fmt: skip
        assert line in wang.last.text
    assert "跟进" not in wang.last.text
    assert "岗位" not in wang.last.text


@SQLITE
def test_of_a_stranger_little_is_kept(stage: Stage):
    li = stage.person("li", language="en")
    li.sends("/mydata")
    li.sees("What we keep about you", "Account (memory): your id")
    li.sees_nothing_of("reports")


@SQLITE
def test_channels_are_called_as_people_call_them(stage: Stage):
    li = stage.person("li")
    li.sends("/help")
    with stage.database.begin() as session:
        for channel in ("web", "telegram", "wecom", "dingtalk"):
            known = {"account": "page", "chat_id": channel, "seen_at": stage.now}
            session.add(Identity(channel=channel, realm="page", id="li", person_id=li.person.id, **known))
    li.sends("/mydata")
    li.sees("账号（网页聊天）", "账号（Telegram）", "账号（企业微信）", "账号（钉钉）")


@SQLITE
def test_one_function_in_many_units_is_not_said_of_each(stage: Stage):
    for unit in ("U-E", "U-W", "D-CG", "U-gone", "U-past"):
        head = stage.staff(Role.UNIT_HEAD, unit=unit, name="head")
    head.sends("我的数据")
    assert head.sees("同样的岗位，另有 2 个单位").text.count("岗位：") == 3


@SQLITE
def test_staff_see_their_functions_and_nobody_elses_data(stage: Stage, wang: Actor, leader: Actor):
    leader.sends("我的数据")
    leader.sees("岗位：点位长 · 东街街道")
    assert "上报" not in leader.last.text


def test_the_file_holds_all_that_is_kept_and_nothing_of_others(stage: Stage, wang: Actor):
    li = stage.person("li", shown_as="小李")
    report(wang)
    report(li)
    li.presses("就是这个")
    li.sends("/my")
    li.presses("补充")
    li.sends("我也看到了")
    li.presses("提交")
    wang.sends("东街小学 路灯不亮")  # a draft
    wang.sends("/mydata")
    wang.presses("导出文件")

    mine = exported(stage, wang)
    assert mine["person"]["name"] == "小王"
    assert [account["id"] for account in mine["accounts"]] == ["wang"]
    assert [case["number"] for case in mine["reported"]] == [case.number for case in reversed(stage.cases)]
    closed = mine["reported"][1]
    assert [(text["purpose"], text["text"]) for text in closed["words"]] == [("problem", "路面破损，在我家门口")]
    assert [photo["purpose"] for photo in closed["photos"]] == ["before"]
    assert (closed["state"], closed["category"], closed["place"]) == ("closed", "道路破损", "东街农贸市场")
    assert mine["drafts"][0]["place"]["text"] == "东街小学"
    assert mine["made_at"] == "2026-03-02T01:00:00+00:00"
    for other in ("li", "小李", "我也看到了", "已修补", "leader"):
        assert other not in json.dumps(mine, ensure_ascii=False).replace('"realm": "memory"', "").split("made_at")[1]

    li.sends("/mydata")
    li.presses("导出文件")
    theirs = exported(stage, li)
    assert theirs["reported"] == []
    assert [[text["text"] for text in case["words"]] for case in theirs["joined"]] == [["路面破损", "我也看到了"]]


@SQLITE
def test_the_file_holds_of_what_somebody_was_reminded_and_what_is_on_their_card(stage: Stage, leader: Actor):
    report(stage.person("li"), "东街农贸市场 路面破损")
    stage.advance(hours=1)
    tick(stage, "nag")
    leader.sends("/mydata")
    leader.presses("导出文件")

    mine, number = exported(stage, leader), stage.cases[-1].number
    assert [(each["number"], each["clock"], each["name"]) for each in mine["reminded"]] == [
        (number, "acknowledge", "0.5")
    ]
    assert [each["number"] for each in mine["on_card"]] == [number]


@SQLITE
def test_what_one_of_several_followers_wrote_is_in_nobodys_file_but_goes_with_any_of_them(stage: Stage, wang: Actor):
    report(wang)
    others = [stage.person(name) for name in ("li", "zhao")]
    for who in others:
        report(who)
        who.presses("就是这个")
        who.sends("/mydata")
        who.presses("导出文件")
    assert [case["words"] for case in exported(stage, others[1])["joined"]] == [[]]

    others[0].sends("/forget")
    others[0].presses("确认删除")
    assert "supplement" not in words(stage)


@SQLITE
def test_the_file_comes_only_in_private(stage: Stage, leader: Actor):
    group = stage.group("东街街道", unit="U-E")
    leader.sends("/mydata", to=group)
    group.sees("请私下发给我")
    said = group.counts()
    leader.presses_token("mydata_export:0", on=group)
    leader.presses_token("forget_sure:0", on=group)
    assert all(not shown.message.document for shown in group.messages)
    assert said <= group.counts()
    assert count(stage, Assignment.id) == 1


@SQLITE
def test_when_the_file_cannot_be_written_one_is_told(stage: Stage, wang: Actor, monkeypatch: pytest.MonkeyPatch):
    from bot.port import DeliveryError

    def full(_: bytes) -> str:
        raise DeliveryError("full", permanent=True)

    monkeypatch.setattr(stage.blobs, "put", full)
    wang.sends("/mydata")
    wang.presses("导出文件")
    wang.sees("文件没能写出来")


def test_somebody_is_forgotten_at_once_when_they_ask(stage: Stage, wang: Actor, leader: Actor):
    with stage.desk() as desk:
        history.seal(desk.session, desk.now)
    person, case = wang.person.id, stage.case
    wang.sends("东街小学 路灯不亮")
    wang.sends("/forget")
    wang.sees("忘记您？", "1 件已结束", "不能恢复")
    assert wang.last.labels == ["确认删除", "取消"]
    assert stage.case.reporter_id == person

    wang.presses("确认删除")
    wang.sees("已经忘记您了")
    assert "确认删除" not in wang.last.labels
    assert stage.case.reporter_id == people.NOBODY
    assert (stage.case.number, stage.case.state, stage.case.point) == (case.number, "closed", "P-1")
    assert words(stage) == {"reply"}
    for column in (Identity.person_id, Follower.person_id, Conversation.person_id, Attachment.person_id):
        assert count(stage, column, column == person) == 0
    assert count(stage, Card.id, Card.person_id == person, ~Card.subject.like("question:%")) == 0
    with stage.reading() as session:
        assert session.get_one(Person, person).name == ""
    assert is_whole(stage)

    leader.sees_nothing_of("在我家门口")
    leader.sees("上报人的信息和文字已按约定删除")
    with stage.reading() as session:
        assert {photo.state for photo in session.scalars(select(Attachment))} == {"stored"}

    wang.presses("提交")
    wang.sends("/my")
    wang.sees("您还没有上报过")
    assert wang.person.id != person
    assert len(stage.cases) == 1


@SQLITE
def test_nothing_is_erased_when_they_think_better_of_it(stage: Stage, wang: Actor):
    wang.sends("/forget")
    wang.presses("取消")
    assert stage.case.reporter_id == wang.person.id
    assert words(stage) == {"problem", "reply"}


def test_what_is_under_way_stays_theirs_until_it_has_ended(stage: Stage, wang: Actor, leader: Actor):
    person = wang.person.id
    report(wang, "东街农贸市场 路灯不亮")
    wang.sends("/mydata")
    wang.presses("忘记我…")
    wang.sees("还有 1 件正在办理", "/my 撤回")
    wang.presses("确认删除")

    closed, going_on = stage.cases
    wang.sees("能删的都删了", going_on.number)
    assert (closed.reporter_id, going_on.reporter_id) == (people.NOBODY, person)
    assert wang.person.name == ""
    leader.presses("签收")
    wang.sees("已签收", going_on.number)
    assert is_whole(stage)


@SQLITE
def test_after_withdrawing_all_of_it_goes(stage: Stage, wang: Actor):
    report(wang)
    wang.presses("撤回")
    wang.presses("确定撤回")
    wang.sends("/forget")
    wang.presses("确认删除")
    assert {case.reporter_id for case in stage.cases} == {people.NOBODY}
    assert words(stage) == {"reply"}


def test_who_only_follows_leaves_the_reporter_their_case(stage: Stage, wang: Actor):
    li = stage.person("li")
    report(wang)
    report(li)
    li.presses("就是这个")
    li.sends("/my")
    li.presses("补充")
    li.sends_photo(jpeg((3, 3, 3)), caption="我也看到了")
    li.presses("提交")
    assert "supplement" in words(stage)
    wang.presses("补充")
    wang.sends("还有一个坑")
    wang.presses("提交")
    li.sends("/forget")
    li.presses("确认删除")

    with stage.reading() as session:
        texts = set(session.scalars(select(CaseText.text)))
        assert "我也看到了" not in texts
        assert {"还有一个坑", "路面破损"} <= texts
        assert session.scalars(select(Follower.person_id)).all() == [wang.person.id] * 2
        newest = session.scalars(select(Case).order_by(Case.id.desc())).first()
        assert newest is not None
        assert newest.reporter_id == wang.person.id
    wang.sends("/my")
    wang.sees("西街农贸市场")
    assert is_whole(stage)


@SQLITE
def test_who_works_here_is_asked_to_give_the_function_back_first(stage: Stage, leader: Actor):
    leader.sends("/forget")
    leader.sees("您现在的岗位是：点位长 · 东街街道", "交回岗位", "取消")
    leader.presses_token("forget_sure:0")
    assert count(stage, Identity.id, Identity.id == "leader") == 1

    leader.presses("取消")
    with stage.database.begin() as session:
        session.execute(Assignment.__table__.update().values(title="某某"))
    leader.sends("/forget")
    leader.presses("交回岗位")
    leader.sees("岗位已交回", "手上的 0 件")
    leader.presses("确认删除")
    assert count(stage, Identity.id, Identity.id == "leader") == 0
    with stage.reading() as session:
        assert session.scalars(select(Assignment.title)).all() == [""]


def test_what_somebody_had_in_hand_goes_to_others_when_they_give_back_their_function(stage: Stage):
    wang = stage.person("wang")
    leaver = stage.staff(Role.LEADER, unit="U-E", point="P-1", name="leaver")
    head, dispatcher = stage.staff(Role.UNIT_HEAD, unit="U-E", name="head"), stage.staff(Role.DISPATCHER)
    for words in ("东街农贸市场 路面破损", "东街农贸市场 垃圾成堆"):
        wang.sends_photo(caption=words)
        wang.presses("提交")
    taken, asked = stage.cases
    leaver.presses("签收")
    before = wang.counts()
    leaver.sends("/forget")
    leaver.sees("手上的 2 件")
    leaver.presses("交回岗位")
    leaver.sees("忘记您")

    for case in stage.cases:
        assert (case.state, case.owner_id, case.handler_id) == (State.PENDING_SIGNING, head.person.id, None)
    head.sees(taken.number, "签收")
    head.sees(asked.number, "签收")
    for colleague in (head, dispatcher):
        colleague.sees("leaver交回了岗位：点位长 · 东街街道", "手上的 2 件")
    assert wang.counts() == before, "who passes it to whom is no news for a citizen"
    leaver.presses("签收")
    assert stage.cases[0].handler_id is None
    leaver.presses_token("resign:0")
    head.sees_nothing_of("手上的 0 件")
    assert is_whole(stage)


@SQLITE
def test_what_comes_back_from_verification_goes_to_headquarters_where_the_handler_has_left(stage: Stage):
    wang = stage.person("wang")
    leaver, dispatcher = stage.staff(Role.LEADER, unit="U-E", point="P-1"), stage.staff(Role.DISPATCHER)
    inspector = stage.staff(Role.INSPECTOR)
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.presses("提交")
    leaver.presses("签收")
    with stage.desk() as desk:
        case = desk.session.get_one(Case, stage.case.id)
        photo_of_result(desk, case)
        cases.act(desk, case, Action.REPLY, desk.session.get_one(Person, leaver.person.id), words="补好了")
    leaver.sends("/forget")
    leaver.presses("交回岗位")
    with stage.desk() as desk:
        case = desk.session.get_one(Case, stage.case.id)
        cases.act(desk, case, Action.FAIL, desk.session.get_one(Person, inspector.person.id), reason="没补平")
    dispatcher.sees(stage.case.number, "改派")


@SQLITE
def test_whoever_is_away_hears_that_their_stand_in_has_left(stage: Stage):
    stage.staff(Role.LEADER, unit="U-E", point="P-1", name="li")
    leaver = stage.staff(Role.LEADER, unit="U-E", point="P-2", name="zhao")
    absent = stage.person("li")
    absent.sends("/away")
    absent.presses("到明天")
    absent.presses("zhao · 点位长 · 东街街道")
    leaver.sends("/forget")
    leaver.presses("交回岗位")
    absent.sees("zhao交回了岗位，不再替您代办")


@SQLITE
def test_what_somebody_saw_by_their_function_goes_on_without_them(stage: Stage, wang: Actor, leader: Actor):
    stage.staff(Role.DISPATCHER)
    leaver = stage.staff(Role.DISPATCHER, name="leaver")
    report(wang, "东街农贸市场 垃圾成堆")
    leaver.sends(f"/case {stage.case.number}")
    leaver.sees(stage.case.number, "已交", "改派")
    leaver.sends("/forget")
    leaver.presses("交回岗位")
    leader.presses("签收")
    leaver.sees_nothing_of("正在处理")


@SQLITE
def test_the_last_at_headquarters_cannot_leave_it_empty(stage: Stage):
    dispatcher = stage.staff(Role.DISPATCHER, name="last")
    dispatcher.sends("/forget")
    dispatcher.sees("而且只有您一个人")
    assert dispatcher.last.labels == []
    dispatcher.presses_token("resign:0")
    assert count(stage, Assignment.person_id, Assignment.until.is_(None)) == 1


def test_their_messages_on_the_page_go_too(stage: Stage, wang: Actor):
    with stage.database.begin() as session:
        person = wang.person.id
        session.add(
            Identity(
                channel="web", realm="page", id="v1", person_id=person, account="page", chat_id="v1",
                seen_at=stage.now.replace(year=2025),
            )
        )  # fmt: skip
        for chat in ("v1", "v2"):
            session.add(WebMessage(chat_id=chat, sender=chat, body='{"text":[{"text":"你好"}]}', sent_at=stage.now))
    wang.sends("/mydata")
    wang.sees("网页聊天里的消息：1 条")
    wang.presses("导出文件")
    assert [each["text"] for each in exported(stage, wang)["page"]] == ["你好"]
    wang.sends("/forget")
    wang.presses("确认删除")
    with stage.reading() as session:
        assert session.scalars(select(WebMessage.chat_id)).all() == ["v2"]


@SQLITE
def test_a_ban_is_not_escaped_by_being_forgotten(stage: Stage, wang: Actor):
    with stage.database.begin() as session:
        session.get_one(Person, wang.person.id).banned_until = stage.now.replace(year=2027)
    person = wang.person.id
    wang.sends("/forget")
    wang.presses("确认删除")
    assert wang.person.id == person
    assert stage.case.reporter_id == people.NOBODY
