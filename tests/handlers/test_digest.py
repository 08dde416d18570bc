"""/digest: who may see which days of which unit, in words, as a picture and as a table."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from bot.pipeline import digesting, drawing
from bot.port import Capabilities
from tests.dialogue import Group, Stage
from tests.small_city import small_city

pytestmark = pytest.mark.usefixtures("undrawn")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""The database makes no difference here."""


def report(stage: Stage, where: str = "东街农贸市场 路面破损", who: str = "wang") -> None:
    reporter = stage.person(who, shown_as="王某某")
    reporter.sends_photo(caption=where)
    reporter.presses("提交")
    stage.advance(minutes=1)


def picture(stage: Stage, shown) -> Image.Image:
    [address] = shown.message.photos
    return Image.open(BytesIO(stage.blobs.get(address)))


def test_a_dispatcher_sees_the_whole_district_with_its_picture(stage: Stage, drawn):
    dispatcher = stage.staff("dispatcher")
    report(stage)
    dispatcher.sends("/digest")

    shown = dispatcher.sees("小城区通报", "受理 1")
    assert picture(stage, shown).width == 900
    assert shown.labels == ["完整表格", "订阅"]
    dispatcher.sees_nothing_of("王某某")


def test_days_and_unit_are_asked_for_in_any_order(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    report(stage)
    stage.advance(days=1)
    for words in ("昨天 东街街道", "东街街道 2026-03-02..2026-03-02", "U-E yesterday"):
        dispatcher.sends(f"/digest {words}")
        dispatcher.last.text.index("东街街道通报")
        assert "受理 1" in dispatcher.last.text, words
    dispatcher.sends("/digest 今天 西街街道")
    assert "受理 1" not in dispatcher.last.text


def test_a_unit_head_sees_their_unit_and_no_other(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    report(stage)
    head.sends("/digest 今天")
    head.sees("东街街道通报")
    head.sends("/digest 今天 西街街道")
    head.sees("不归您看")
    head.sends("/digest 全区")
    assert "不归您看" in head.last.text
    head.presses_token("table.0.a739677-739677.U-W")
    head.presses_token("digest.0.a739677-739677.")
    assert head.last.text.startswith("这个按钮已经过时")
    assert head.transcript.count("通报") == 1


@on_sqlite
def test_the_leader_of_a_point_sees_their_unit(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1")
    report(stage)
    leader.sends("/digest 今天")
    leader.sees("东街街道通报")
    leader.presses("订阅")
    leader.sees("不对您的岗位开放")


@on_sqlite
@pytest.mark.parametrize("words", ["/digest", "/digest 上周 东街街道", "日报"])
def test_citizens_are_not_offered_it(stage: Stage, words: str):
    wang = stage.person("wang")
    wang.sends(words)
    wang.sees("不对您的岗位开放")
    wang.sends("/help")
    wang.sees_nothing_of("digest")


@on_sqlite
def test_the_head_of_several_units_chooses(stage: Stage):
    head = stage.staff("unit_head", unit="U-E", name="head")
    stage.staff("unit_head", unit="U-W", name="head")
    report(stage)
    head.sends("/digest 今天")
    assert head.last.labels == ["东街街道", "西街街道"]
    head.presses("东街街道")
    head.sees("东街街道通报", "受理 1")


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("2026-02-30", "没有“2026-02-30”这一天"),
        ("2026-04-01", "还没到"),
        ("2024-01-01..2025-12-31", "最多看 366 天"),
        ("火星街道", "没看懂“火星街道”"),
    ],
)
def test_what_makes_no_sense_is_answered_with_an_example(stage: Stage, words: str, answer: str):
    dispatcher = stage.staff("dispatcher")
    dispatcher.sends(f"/digest {words}")
    dispatcher.sees(answer, "/digest 2026-02-23..2026-03-01")


@on_sqlite
def test_the_example_works(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    head.sends("/digest 什么")
    example = head.last.text.rpartition("/digest ")[2].rstrip("。")
    head.sends(f"/digest {example}")
    head.sees("东街街道通报")


def test_the_table_comes_as_a_document_that_says_of_when_it_is(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    report(stage)
    dispatcher.sends("/digest 今天")
    stage.advance(hours=2)
    dispatcher.presses("完整表格")

    message = dispatcher.last.message
    assert message.document_name == "小城区通报 3月2日周一 截至 3月2日 11.01.xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(stage.blobs.get(message.document)))
    assert len(book.sheet_names) > 1
    label, at, *_ = book.get_sheet_by_index(0).to_python()[2]
    assert (label, f"{at:%F %R}") == ("截至", "2026-03-02 11:01")


def test_a_group_sees_its_own_unit_and_the_leaders_group_everything(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    unit, leaders, other = stage.group("东街", unit="U-E"), stage.group("点位长", unit=""), stage.group("别处")
    report(stage)
    ask(dispatcher, unit, "今天").sees("东街街道通报")
    assert unit.last.labels == ["完整表格"]
    ask(dispatcher, unit, "今天 西街街道").sees("请私下发给我")
    ask(dispatcher, leaders, "今天").sees("小城区通报")
    ask(dispatcher, leaders, "今天 西街街道").sees("西街街道通报")
    ask(dispatcher, other, "今天 东街街道").sees("请私下发给我")
    stage.person("wang").presses("完整表格", on=unit)
    assert unit.last.message.document


def ask(actor, group: Group, words: str) -> Group:
    actor.sends(f"/digest {words}", to=group)
    return group


@on_sqlite
def test_a_quiet_day_is_one_line_without_a_picture(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    dispatcher.sends("/digest 今天")
    assert "\n" not in dispatcher.last.text
    assert dispatcher.last.message.photos == ()


@on_sqlite
@pytest.mark.parametrize("broken", ["draw", "compose", "keep"])
def test_the_words_go_out_alone_and_once_when_the_picture_fails(stage: Stage, drawn, monkeypatch, broken: str):
    def fail(*_):
        raise RuntimeError(broken)

    if broken == "draw":
        monkeypatch.setattr(drawing, "START", "raise SystemExit(3)")
    elif broken == "compose":
        monkeypatch.setattr(digesting.picture, "compose", fail)
    else:
        monkeypatch.setattr(stage.blobs, "put", fail)
    dispatcher = stage.staff("dispatcher")
    stage.person("wang").sends("东街农贸市场 路面破损")
    stage.person("wang").presses("提交")
    stage.advance(minutes=1)
    before = dispatcher.counts()
    dispatcher.sends("/digest 今天")

    assert dispatcher.counts() == before + 1
    assert "受理 1" in dispatcher.last.text
    assert dispatcher.last.message.photos == ()


@on_sqlite
def test_who_asked_is_told_when_nothing_could_be_made(stage: Stage, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no figures")

    monkeypatch.setattr(digesting, "collect", fail)
    dispatcher = stage.staff("dispatcher")
    dispatcher.sends("/digest 今天")
    for _ in range(5):
        stage.advance(minutes=1)

    assert [shown.text for shown in dispatcher.messages] == ["这次没能做出简报，已经记下，请稍后再试。"]


def test_a_message_that_comes_twice_is_answered_once(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    for _ in range(2):
        dispatcher.sends("/digest 今天", key="the-same")
    assert dispatcher.counts() == 1


@on_sqlite
def test_a_platform_with_little_room_gets_one_short_message(make_stage):
    stage = make_stage(capabilities=Capabilities(text_limit=700, text_unit="utf8", buttons=False))
    dispatcher, wang = stage.staff("dispatcher"), stage.person("wang")
    wang.sends_photo(caption="东街农贸市场 路面破损")
    wang.sends("提交")
    stage.advance(minutes=1)
    before = dispatcher.counts()
    dispatcher.sends("/digest 今天")
    assert dispatcher.counts() == before + 1
    assert len(dispatcher.last.text.encode()) <= 700
    dispatcher.sends("完整表格")
    assert dispatcher.last.message.document


@on_sqlite
def test_it_is_said_in_the_language_of_whoever_asks(stage: Stage):
    dispatcher = stage.staff("dispatcher")
    report(stage)
    dispatcher.sends("/lang")
    dispatcher.presses("English")
    dispatcher.sends("/digest yesterday")
    assert "Smalltown" in dispatcher.last.text
    dispatcher.sends("/digest 9999")
    dispatcher.sees("I do not understand", "/digest 2026-02-23..2026-03-01")


def test_subscriptions_are_turned_on_and_off_on_one_card(stage: Stage):
    head = stage.staff("unit_head", unit="U-E")
    head.sends("/digest 今天")
    head.presses("订阅")
    assert head.last.labels == ["日报：未开", "周报：未开", "月报：未开"]
    assert "东街街道" in head.last.text
    count = head.counts()
    head.presses("日报：未开")
    head.presses("月报：未开")
    assert head.last.labels == ["日报：已开", "周报：未开", "月报：已开"]
    head.presses("日报：已开")
    assert head.last.labels == ["日报：未开", "周报：未开", "月报：已开"]
    assert head.counts() == count
    head.presses_token("subscribe.0.flash1")
    assert head.last.text.startswith("这个按钮已经过时")


@on_sqlite
def test_a_unit_that_has_left_the_pack_is_no_more(make_stage):
    stage = make_stage(city=small_city())
    dispatcher = stage.staff("dispatcher")
    dispatcher.presses_token("table.0.a739677-739677.U-GONE")
    dispatcher.sees("这个按钮已经过时")
