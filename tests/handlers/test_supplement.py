"""补充: words and photos after the report, by whoever reported or follows."""

from __future__ import annotations

import pytest

from bot.services import attachments
from storage.models import CaseText
from tests.dialogue import Actor, Stage, jpeg


@pytest.fixture
def wang(stage: Stage) -> Actor:
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("提交")
    return wang


def added(stage: Stage) -> list[str]:
    with stage.reading() as session:
        found = session.query(CaseText).filter_by(case_id=stage.case.id, purpose="supplement").order_by(CaseText.id)
        return [text.text for text in found]


def test_words_and_photos_are_added_by_one_tap(stage: Stage, wang: Actor):
    wang.presses("补充")
    wang.sees("补充什么？")
    wang.sends("又大了一圈")
    wang.sends_photo(jpeg((1, 2, 3)), caption="今天拍的")
    wang.presses("提交")

    wang.sees("已补充", stage.case.number)
    assert added(stage) == ["又大了一圈\n今天拍的"]
    with stage.reading() as session:
        assert [photo.state for photo in attachments.of_case(session, stage.case.id)] == ["stored"]


def test_nothing_is_added_after_cancel(stage: Stage, wang: Actor):
    wang.presses("补充")
    wang.sends("又大了一圈")
    wang.sends("取消")

    wang.sees("什么都没有补充")
    assert added(stage) == []
    wang.sends("东街小学 路灯不亮")
    wang.sees("路灯异常", "提交")


def test_submit_said_in_words_adds_it_and_an_empty_one_does_nothing(stage: Stage, wang: Actor):
    wang.presses("补充")
    wang.sends("提交")
    assert added(stage) == []
    wang.sends("又大了一圈")
    wang.sends("提交")

    assert added(stage) == ["又大了一圈"]


def test_a_follower_may_add_too_and_a_stranger_may_not(stage: Stage, wang: Actor):
    li, chen = stage.person("li"), stage.person("chen")
    li.sends("解放路与西街口 路面破损")
    li.presses("提交")
    li.presses("就是这个")
    assert added(stage) == ["路面破损"]
    chen.sends("你好")
    chen.presses_token(f"supplement.{_base36(stage.case.id)}.1")
    chen.sees_nothing_of(stage.case.number)
    chen.sends("路过看看")

    assert added(stage) == ["路面破损"]


def test_an_open_report_is_not_lost_to_a_supplement(stage: Stage, wang: Actor):
    wang.sends("东街小学 路灯不亮")
    wang.presses("补充")  # of the open report
    wang.presses("返回")
    token = next(
        c.token for m in wang.messages for row in m.message.choices for c in row if c.token.startswith("supplement.")
    )
    wang.presses_token(token)

    wang.sees("先提交或取消")
    wang.presses("提交")
    assert len(stage.cases) == 2


def test_a_late_sibling_of_the_reports_album_goes_to_the_case_though_a_supplement_is_open(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="解放路与西街口 路面破损", album="a1")
    wang.presses("提交")
    wang.presses("补充")
    wang.sends_photo(jpeg((5, 5, 5)), album="a1")

    with stage.reading() as session:
        assert len(attachments.of_case(session, stage.case.id)) == 2
    wang.sees("补充什么？")


def test_other_things_are_answered_kindly(stage: Stage, wang: Actor):
    wang.presses("补充")
    wang.sends_location(30.0, 110.0)

    wang.sees("只能用照片和文字")


def _base36(number: int) -> str:
    from bot.services.tokens import write

    return write("x", number).split(".")[1]
