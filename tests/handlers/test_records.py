"""/service: what organisers take away of the records of service, for the public and for volunteers' platforms."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from bot.domain.roles import Role
from bot.services.leaving import oblivion
from bot.services.volunteering.recordcommand import Order, records_command
from storage.models import Attendance, Person, Shift, Volunteer, new_id
from tests.dialogue import WORDS, Actor, Stage
from tests.handlers.serving import open_shift, volunteer
from tests.small_city import small_city


def serves(stage: Stage, actor: Actor, shift_id: int, *spans: tuple[int, int]) -> None:
    """Let somebody have been there between these minutes of a shift."""
    with stage.database.begin() as session:
        begins = session.get_one(Shift, shift_id).begins
        for pair, (came, left) in enumerate(spans, 1):
            session.add(
                Attendance(
                    id=new_id(), shift_id=shift_id, person_id=actor.person.id, pair=pair, left_by="tap", came_by="pin",
                    came_at=begins + timedelta(minutes=came), left_at=begins + timedelta(minutes=left),
                )
            )  # fmt: skip


def change(stage: Stage, actor: Actor, **fields: object) -> None:
    with stage.database.begin() as session:
        for name, value in fields.items():
            setattr(session.get_one(Volunteer, actor.person.id), name, value)


def call(stage: Stage, actor: Actor, name: str) -> None:
    with stage.database.begin() as session:
        session.get_one(Person, actor.person.id).name = name


@pytest.fixture
def head(stage: Stage) -> Actor:
    """Three have served this morning: one consents, one does not, one is a child; and one was trained."""
    duty, training = open_shift(stage), open_shift(stage, starts_in=120, minutes=60, kind="training")
    wang, li, child = (volunteer(stage, name) for name in ("wang", "li", "child"))
    serves(stage, wang, duty, (-20, 40), (50, 200))
    serves(stage, li, duty, (0, 30))
    serves(stage, child, duty, (0, 60))
    serves(stage, wang, training, (0, 45))
    call(stage, wang, "周某某")
    call(stage, li, "李某某")
    change(stage, wang, release_at=stage.now, full_name="=周某某")
    change(stage, child, age="10-13", release_at=stage.now, guardian_at=stage.now)
    stage.advance(hours=5)
    return stage.staff(Role.UNIT_HEAD, unit="U-E", name="吴某某")


def table(stage: Stage, actor: Actor, page: str = "服务记录") -> list[list[object]]:
    """The newest spreadsheet that somebody got."""
    document = actor.last.message.document
    book = CalamineWorkbook.from_filelike(BytesIO(stage.blobs.get(document)))
    return book.get_sheet_by_name(page).to_python()


def test_a_release_names_those_who_consented_and_counts_the_others(stage: Stage, head: Actor):
    head.sends("/service 2026-03")
    head.sees("东街街道", "2026-03-01 至 2026-03-02")
    head.presses("平台导入表（XLSX）")
    head.sees(
        "共 3 名志愿者、4 人次，服务 2.83 小时，培训 0.75 小时",
        "已同意提供姓名的 1 人、2 人次",
        "未列入：2 人、2 人次、1.5 小时",
    )
    head.sees("不得转发")
    heads, duty, training = table(stage, head)
    assert heads[:9] == [
        "活动编号",
        "活动区域",
        "活动地点",
        "组织单位",
        "联系人",
        "服务日期",
        "活动开始",
        "活动结束",
        "姓名",
    ]
    assert duty == [
        "Z-E-20260302-0900", "小城区", "解放路口岗", "东街街道", "吴*", "2026-03-02", "09:00", "10:30", "'=周某某",
        "东街街道", "09:00", "10:30", 1.33, 0, 80, "在解放路口岗开展文明交通劝导",
    ]  # fmt: skip
    assert training[12:15] == [0, 0.75, 45]
    assert "李" not in str(table(stage, head))
    assert [row[8:11] for row in table(stage, head, "活动")[1:]] == [[3, 2.83, 0], [1, 0, 0.75]]

    head.presses("平台导入表（CSV）")
    data = stage.blobs.get(head.last.message.document)
    assert data.startswith(b"\xef\xbb\xbf")
    assert next(csv.reader(StringIO(data.decode("utf-8-sig").splitlines()[1])))[8] == "'=周某某"


def test_who_was_forgotten_still_counts(stage: Stage, head: Actor):
    for person_id in (stage.person(name).person.id for name in ("wang", "li")):
        with stage.desk() as desk:
            oblivion.forget(desk, desk.session.get_one(Person, person_id))
    head.sends("/service 2026-03")
    head.presses("平台导入表（XLSX）")
    head.sees("服务 2.83 小时，培训 0.75 小时", "已同意提供姓名的 0 人", "2.83")
    assert [row[9] for row in table(stage, head, "活动")[1:]] == [2.83, 0]


def test_in_public_names_are_masked(stage: Stage, head: Actor):
    head.sends("导出时长")
    head.presses("公示名单（XLSX）")
    head.sees("未列入：1 人、1 人次、1 小时", "3 个工作日")
    assert [row[8] for row in table(stage, head)[1:]] == ["'=*", "李*", "'=*"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_it_is_for_organisers_and_their_own_units(stage: Stage, head: Actor):
    token = head_token(head)
    head.sends("/service 西街街道")
    head.sees("归该岗位的组织者")
    head.presses_token(token.rpartition(".")[0] + ".U-W")
    wang, other = stage.person("wang"), stage.staff(Role.UNIT_HEAD, unit="U-W", name="other")
    wang.presses_token(token)
    wang.sees("归该岗位的组织者")
    wang.sends("/service")
    wang.sees("不对您的岗位开放")
    assert all(not shown.message.document for actor in (head, wang) for shown in actor.messages)
    other.presses_token(token)
    other.sees("共 0 名志愿者")


def head_token(head: Actor) -> str:
    head.sends("/service")
    return head.last.message.choices[1][0].token


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_command_writes_the_same(stage: Stage, head: Actor, tmp_path, capsys):
    file = tmp_path / "service.csv"
    words = WORDS
    words.zone = head.stage.house.zone
    assert records_command(stage.database, small_city(), words, Order(file), stage.now) == 0
    assert "已同意提供姓名的 1 人、2 人次" in capsys.readouterr().out
    assert file.read_text("utf-8-sig").count("周某某") == 2
    assert records_command(stage.database, small_city(), words, Order(tmp_path / "service.doc"), stage.now) == 1
