"""Coming in: greeting, languages, privacy, help by role."""

from __future__ import annotations

from bot.port import Capabilities
from tests.dialogue import Stage


def test_a_newcomer_is_greeted_and_told_once_what_is_done_with_their_data(stage: Stage):
    wang = stage.person("wang")
    wang.opens()
    wang.sees("我是点位长助手", "提交")
    wang.sees("不会告诉处理单位", "/privacy")

    shown = wang.counts()
    wang.opens()
    assert wang.counts() == shown + 1


def test_the_platforms_language_is_the_first_guess_and_lang_switches(stage: Stage):
    ann = stage.person("ann", language="en-GB")
    ann.opens()
    ann.sees("I am Pointkeeper")

    ann.sends("/lang")
    ann.presses("中文")
    ann.sees("以后说中文")
    assert ann.person.language == "zh_CN"


def test_open_cards_speak_the_new_language_at_once_and_in_silence(stage: Stage):
    wang, leader = stage.person("wang"), stage.staff("point_leader", unit="U-E", point="P-1")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    leader.sends("解放路与西街口 垃圾没人收")
    for who in (wang, leader):
        who.sends("/lang")
        shown = who.counts()
        who.presses("English")
        assert who.counts() == shown + 1

    wang.sees(stage.case.number, "Withdraw")
    wang.sees_nothing_of("撤回")
    leader.sees(stage.case.number, "Take it")
    leader.sees("Submit", "Cancel")
    leader.sees_nothing_of("签收", "提交")


def test_where_cards_cannot_be_edited_none_is_sent_again_for_the_language(make_stage):
    stage = make_stage(capabilities=Capabilities(edits=False))
    wang = stage.person("wang")
    wang.sends("东街农贸市场 路面破损")
    wang.presses("提交")
    wang.sends("/lang")
    shown = wang.counts()
    wang.presses("English")

    assert wang.counts() == shown + 1


def test_privacy_any_time_with_the_packs_days(stage: Stage):
    wang = stage.person("wang")
    wang.sends("隐私")
    wang.sees("小城区", "90 天", "180 天")


def test_help_lists_what_ones_function_may_do(stage: Stage):
    wang, head = stage.person("wang"), stage.staff("unit_head", unit="U-E")
    wang.sends("帮助")
    wang.sees("/my", "/lang")
    wang.sees_nothing_of("/invite", "/queue")

    head.sends("/help")
    head.sees("/invite", "/tasks")


def test_unknown_commands_are_answered_with_a_way_on(stage: Stage):
    wang = stage.person("wang")
    wang.sends("/fly")
    wang.sees("没有这个指令", "/help")


def test_staff_commands_are_not_for_citizens(stage: Stage):
    wang = stage.person("wang")
    wang.sends("/invite")
    wang.sees("不对您的岗位开放")
