"""/certificate: what was served, as a picture and a document, checked by its code; and the consent to pass it on."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from PIL import Image

from bot.domain.roles import Role
from bot.pipeline import certifying
from storage.models import Certificate, Volunteer
from tests.dialogue import Actor, Stage
from tests.handlers.serving import AT_POST, open_shift, volunteer
from tests.handlers.test_hours import has_served

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw only where the picture matters."""

    async def nothing(_self: object, _svg: str) -> bytes:
        return b""

    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(certifying.Drawing, "draw", nothing)


@pytest.fixture
def drawn() -> None:
    """Draw after all."""


@pytest.fixture
def wang(stage: Stage) -> Actor:
    """Somebody with 310 hours and three quarters of training."""
    wang = volunteer(stage, "wang", open_shift(stage, minutes=60, kind="training"))
    has_served(stage, wang, 310)
    wang.sends_location(*AT_POST)
    stage.advance(minutes=45)
    wang.sends("签退")
    return wang


def certificate(stage: Stage) -> Certificate:
    """The only one."""
    with stage.reading() as session:
        return session.query(Certificate).one()


def document(stage: Stage, actor: Actor) -> str:
    """What the newest document says."""
    data = next(shown.message.document for shown in reversed(actor.messages) if shown.message.document)
    return "\n".join(each.text for each in docx.Document(BytesIO(stage.blobs.get(data))).paragraphs)


def test_the_name_is_asked_once_and_what_was_served_is_certified(stage: Stage, wang: Actor):
    wang.sends("时长")
    wang.presses("证明")
    wang.sees("证明上写什么姓名")
    wang.sends("12")
    wang.sees("请输入一个姓名")
    wang.sends("周某某")
    wang.sees("V2026-00001", "周某某，310 小时 ★★", certificate(stage).code)
    said = document(stage, wang)
    for words in (
        "志愿服务证明",
        "周某某",
        "310 小时",
        "另参加培训 45 分钟",
        "★★☆☆☆",
        "2 星志愿者（满 300 小时）",
        "V2026-00001",
    ):
        assert words in said
    assert "2026年1月21日至2026年3月2日" in said
    assert certificate(stage).code in said

    wang.sends("证明")
    assert certificate(stage).number == "V2026-00001", "the same facts are the same certificate"
    wang.presses("改姓名")
    wang.presses("就用“wang”")
    wang.sees("V2026-00002", "wang，310 小时")


def test_headquarters_learns_from_the_code_whether_it_is_genuine(stage: Stage, wang: Actor):
    dispatcher = stage.staff(Role.DISPATCHER)
    wang.sends("/certificate")
    wang.presses("就用“wang”")
    code = certificate(stage).code
    dispatcher.sends(f"/certificate {code.lower().replace('-', ' ')}")
    dispatcher.sees("证明属实", "V2026-00001", "wang", "310 小时", "45 分钟")
    dispatcher.sends("/certificate ABCD-2345")
    dispatcher.sees("没有核验码为 ABCD-2345 的证明")
    wang.sends(f"/certificate {code}")
    wang.sees("核验证明请找创城办")

    wang.sends("/forget")
    wang.presses("交回岗位")
    wang.presses("确认删除")
    dispatcher.sends(f"/certificate {code}")
    assert "没有核验码为" in dispatcher.last.text


@on_sqlite
def test_the_picture_says_it_in_english(stage: Stage, wang: Actor, drawn: None):
    wang.sends("/lang")
    wang.presses("English")
    wang.sends("/certificate")
    wang.presses("Use “wang”")
    [photo] = wang.sees("Certificate of service V2026-00001").message.photos
    image = Image.open(BytesIO(stage.blobs.get(photo))).convert("L")
    assert image.size == (1000, 1415)
    for top, bottom in ((140, 215), (380, 440), (620, 700), (1060, 1150)):  # title, name, hours, number and code
        assert min(image.crop((120, top, 880, bottom)).get_flattened_data()) < 100, f"nothing stands at {top}"
    assert "Certificate of Voluntary Service" in document(stage, wang)


def test_who_served_on_one_day_reads_no_span_of_days(stage: Stage):
    wang = volunteer(stage, "wang", open_shift(stage))
    wang.sends_location(*AT_POST)
    stage.advance(minutes=45)
    wang.sends("签退")
    wang.sends("证明")
    wang.presses("就用“wang”")
    wang.sees("wang，45 分钟")

    said = document(stage, wang)
    assert "2026年3月2日" in said
    assert "至2026年" not in said


def test_one_is_asked_once_whether_records_may_be_passed_on_and_may_take_it_back(stage: Stage, wang: Actor):
    def release_at() -> object:
        with stage.reading() as session:
            return session.get_one(Volunteer, wang.person.id).release_at

    wang.sees("是否同意把您的服务记录提供给志愿服务平台", "不同意也不影响", "同意", "不同意")
    wang.presses("同意")
    wang.sees("您同意提供服务记录")
    assert release_at() == stage.now
    said = wang.transcript.count("是否同意把")
    wang.sends("时长")
    wang.sees("提供给平台：已同意")
    assert wang.transcript.count("是否同意把") == said
    wang.presses("提供给平台：已同意")
    wang.presses("收回同意")
    wang.sees("不会提供给平台")
    assert release_at() is None


@on_sqlite
def test_children_are_not_asked_and_nothing_served_is_not_certified(stage: Stage):
    child = volunteer(stage, "child")
    with stage.database.begin() as session:
        session.get_one(Volunteer, child.person.id).age = "10-13"
    child.sends("/certificate")
    child.sees("还没有可以证明的服务时长")
    has_served(stage, child, 2)
    child.sends("时长")
    child.sees("累计 2 小时", "证明")
    child.presses_token("release_is.0.1")
    child.sees_nothing_of("是否同意", "提供给平台")
    with stage.reading() as session:
        assert session.get_one(Volunteer, child.person.id).release_at is None
