"""What people, and what is not people, may send: answered clearly, nothing lost, nothing broken."""

from __future__ import annotations

import pytest

from bot.port import Text
from storage.models import CaseText, InboxRow
from tests.dialogue import Stage


def words_of(stage: Stage) -> str:
    with stage.reading() as session:
        return session.query(CaseText).filter_by(case_id=stage.case.id, purpose="problem").one().text


def test_ten_thousand_characters_are_kept_up_to_the_limit_and_that_is_said(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损。" + "字" * 10_000)
    wang.sees("只保留了前 2000 个字")
    wang.presses("提交")

    assert len(words_of(stage)) == 2000
    assert all(len(shown.text) < 1000 for shown in wang.messages)


def test_a_thousand_lines_do_not_hurt(stage: Stage):
    wang = stage.person("wang")
    wang.sends("\n".join(["解放路与西街口 路面破损"] * 80))

    wang.sees("提交")


@pytest.mark.parametrize(
    "text",
    [
        "解放路与西街口 路面破损 👨‍👩‍👧‍👦🕳️",
        "解放路与西街口 <b>路面破损</b> *粗* _斜_ [链](https://x.example) `码` <script>alert(1)</script>",
        "解放路与西街口 路面破损 {number} {words} %s %(x)s",
        "解放路与西街口 路面破损 ' OR 1=1; --",
    ],
)
def test_marks_and_signs_are_words_like_others(stage: Stage, text: str):
    wang = stage.person("wang", shown_as="<b>*王*</b> & _{name}_")
    wang.sends(text)
    shown = wang.sees("提交")
    assert not any(span.text.startswith("路面") and span.bold for span in shown.message.text)
    wang.presses("提交")

    assert text.split("路面破损")[1].strip() in words_of(stage)


def test_marks_of_direction_and_control_signs_are_dropped(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 \u202e路面\u2066破损\u0000\u0007\u200f")
    wang.presses("提交")

    assert words_of(stage) == "路面破损"


def test_words_that_say_nothing_begin_nothing(stage: Stage):
    for number, text in enumerate(("\u202e", "…", "?!", " \n ", "\u0000")):
        who = stage.person(f"p{number}")
        who.sends(Text(text=text))
        who.sees("拍张照片")


def test_a_token_that_is_not_ours_is_answered_kindly(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    foreign = (
        "",
        "...",
        "report_submit",
        "report_submit.zz.",
        "report_submit.0.",
        "x" * 64,
        "report_place.1.c-1",
        "💥.1.1",
    )
    for token in foreign:
        said = wang.counts()
        wang.presses_token(token)
        assert wang.counts() == said + 1
        assert "按钮" in wang.last.text
    wang.presses("提交")

    assert len(stage.cases) == 1


def test_a_forged_place_only_asks_for_the_place(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    token = wang.messages[0].choice("改地点").token
    for extra in ("c0", "c999999999999999999999", "r7", "x", "c", "cc", "c１"):
        wang.presses_token(token + extra)
        assert "告诉我地点" in wang.messages[0].text
        wang.presses("返回")


def test_a_forged_case_to_join_is_refused(stage: Stage):
    wang, li = stage.person("wang"), stage.person("li")
    wang.sends("东街小学 路灯不亮")
    wang.presses("提交")
    li.sends("解放路与西街口 路面破损")
    token = li.messages[0].choice("提交").token.replace("report_submit", "report_same")
    for extra in (str(stage.case.id), "1", "x", "９"):
        li.presses_token(token + extra)

    li.sees_nothing_of(stage.case.number)


def test_a_redelivered_message_counts_once(stage: Stage):
    wang = stage.person("wang")
    for _ in range(3):
        wang.sends("解放路与西街口 路面破损", key="same")
    wang.presses("提交")

    assert words_of(stage) == "路面破损"


def test_nothing_of_all_this_ends_in_quarantine(stage: Stage):
    wang = stage.person("wang")
    for text in ("/nonsense", "/report_submit.1.2", "@bot", "http://", "geo:", "30.0,", "9" * 400, "a" * 5000):
        wang.sends(text)
    with stage.reading() as session:
        assert {row.state for row in session.query(InboxRow)} == {"done"}
