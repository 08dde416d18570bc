"""What kind it is: guessed, shown, corrected by one tap, found in the tree or by a word."""

from __future__ import annotations

from tests.dialogue import Stage
from tests.small_city import ROAD_DAMAGE

STREET_LAMP = "路灯异常"


def test_another_good_guess_is_one_tap_away(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学 垃圾桶满了")
    wang.sees("类别：垃圾站（箱）满溢")
    wang.presses("改成：暴露垃圾")
    wang.presses("提交")

    assert stage.city.category(stage.case.category).name == "暴露垃圾"


def test_the_list_of_guesses_the_tree_and_back(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("改类别")
    assert wang.messages[0].labels[0] == "道路破损"
    wang.presses("全部类别")
    wang.presses("交通设施类")
    wang.presses("下一页")
    wang.presses("返回")
    wang.sees("类别：道路破损", "提交")


def test_a_category_is_chosen_in_the_tree(stage: Stage):
    wang = stage.person("wang")
    wang.sends_photo(caption="东街小学")
    wang.sends("说不好是什么问题，麻烦看看")
    wang.presses("全部类别")
    wang.presses("市容环境类")
    wang.presses("道路破损")
    wang.presses("提交")

    assert stage.case.category == ROAD_DAMAGE


def test_a_category_is_found_by_word(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("改类别")
    wang.presses("按词查找")
    said = wang.counts()
    wang.sends("路灯")
    assert STREET_LAMP in wang.last.labels
    assert wang.counts() == said + 1, "what was found stands below the word"
    wang.presses(STREET_LAMP)
    wang.presses("提交")

    assert stage.city.category(stage.case.category).name == STREET_LAMP
    wang.sees("说明：路面破损")
    wang.sees_nothing_of("说明：路面破损\n路灯")


def test_a_word_that_finds_nothing_is_told(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    wang.presses("改类别")
    wang.presses("按词查找")
    wang.sends("@@@@@@")

    wang.sees("没找到相近的类别")


def test_what_was_tapped_is_not_guessed_away_by_further_words(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学 垃圾桶满了")
    wang.presses("改成：暴露垃圾")
    wang.sends("路灯也不亮")

    wang.sees("类别：暴露垃圾", "提交")


def test_a_forged_category_or_page_does_no_harm(stage: Stage):
    wang = stage.person("wang")
    wang.sends("解放路与西街口 路面破损")
    token = wang.messages[0].choice("改类别").token
    for extra in ("is:99999", "in:06:-1", "in:06:x", "in:77:0", "in:06:999", "::::", "is:"):
        wang.presses_token(token + extra)
    wang.presses("返回")
    wang.presses("提交")

    assert stage.case.category == ROAD_DAMAGE


def test_an_english_speaker_is_served_in_english(stage: Stage):
    li = stage.person("li", language="en-GB")
    li.sends("broken street light")
    li.sees("Kind: Street", "Where is it?", "Change kind", "Cancel")


def test_words_that_come_later_change_the_kind_only_if_it_fits_clearly_better(stage: Stage):
    wang = stage.person("wang")
    wang.sends("东街小学 路灯不亮")
    wang.sees("类别：路灯异常")
    wang.sends("旁边垃圾没人收")
    shown = wang.sees("类别：路灯异常", "旁边垃圾没人收")
    assert "改成：垃圾站（箱）满溢" in shown.labels
