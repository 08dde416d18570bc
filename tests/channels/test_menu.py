"""Where there are no buttons, choices are numbers; what people answer to them is understood, never ambiguously."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot.channels.degrade import degrade, numbered, understand
from bot.port import Capabilities, Chat, Choice, Location, Outgoing, Span
from storage.database import Database
from storage.models import Card, new_id

BARE = Capabilities(buttons=False, location_out=False, location_in=False)
CHAT = Chat(channel="memory", account="test", id="alice")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def session(migrated_url):
    database = Database(migrated_url)
    with database.begin() as session:
        yield session
    database.close()


class Menus:
    """A chat without buttons."""

    def __init__(self, session: Session):
        self.session = session
        self.now = NOW

    def shows(self, *labels: str, token: str = "", card: int | None = None, chat: Chat = CHAT) -> str:
        """Show choices, their tokens made of the prefix and the label."""
        choices = tuple((Choice(label=label, token=f"{token}{label}"),) for label in labels)
        message = Outgoing(text=(Span(text="?"),), choices=choices)
        shown = degrade(self.session, chat, message, BARE, card, self.now)
        assert shown.choices == ()
        return shown.plain

    def answer(self, text: str, chat: Chat = CHAT) -> str | None:
        return understand(BARE, self.session, chat.key, text, self.now)

    def card(self) -> int:
        card = Card(id=new_id(), subject=f"case:{new_id()}", chat=CHAT.key, chat_body="", view="x", body="")
        self.session.add(card)
        return card.id

    def close(self, card: int) -> None:
        self.session.get(Card, card).closed = True


@pytest.fixture
def menus(session):
    return Menus(session)


def test_choices_become_numbered_lines(menus):
    assert menus.shows("提交", "取消") == "?\n\n1. 提交\n2. 取消"


def test_an_answer_is_understood(menus):
    menus.shows("提交", "取消")
    said = "2| 2 |２|二|②|2.|2、|2️⃣|(2)|#2|第2个|第二项|选2|我选二|两|取消|取消 "
    assert {text: menus.answer(text) for text in said.split("|")} == dict.fromkeys(said.split("|"), "取消")


def test_what_is_no_answer_is_left_alone(menus):
    menus.shows("提交", "取消")
    said = ["", " ", "3", "0", "22", "02x", "2号楼旁边", "一二", "十", "提", "我要取消", "井盖松动", "2 3", "2" * 5000]
    assert {text: menus.answer(text) for text in said} == dict.fromkeys(said)


def test_chinese_numbers_count_on(menus):
    menus.shows(*(f"n{n}" for n in range(1, 26)))
    said = {"十": "n10", "十二": "n12", "二十": "n20", "二十一": "n21", "第十五个": "n15"}
    assert {text: menus.answer(text) for text in said} == said


def test_labels_are_read_without_regard_to_case(menus):
    menus.shows("Submit")
    assert menus.answer("submit") == menus.answer("ＳＵＢＭＩＴ") == "Submit"


def test_numbers_run_on_so_that_an_older_menu_can_still_be_answered(menus):
    menus.shows("是", "否", token="a")
    assert menus.shows("是", "否", token="b") == "?\n\n3. 是\n4. 否"
    assert [menus.answer(text) for text in "1234"] == ["a是", "a否", "b是", "b否"]


def test_a_label_means_the_newest_menu(menus):
    menus.shows("取消", token="a")
    menus.now += timedelta(seconds=1)
    menus.shows("取消", token="b")
    assert menus.answer("取消") == "b取消"


def test_a_label_that_two_cards_carry_is_no_answer(menus):
    menus.shows("签收", token="a", card=menus.card())
    assert menus.answer("签收") == "a签收"
    menus.shows("签收", token="b", card=menus.card())
    assert menus.answer("签收") is None
    assert menus.answer("2") == "b签收"


def test_a_card_keeps_its_numbers_so_that_nothing_changes_without_need(menus):
    card = menus.card()
    shown = menus.shows("签收", "退回", card=card)
    menus.shows("提交")
    menus.now += timedelta(days=3)
    assert menus.shows("签收", "退回", card=card) == shown


def test_a_cards_new_choices_get_new_numbers_and_the_old_stay_known(menus):
    card = menus.card()
    menus.shows("签收", "退回", card=card)
    assert menus.shows("退回", "办结", card=card) == "?\n\n2. 退回\n3. 办结"
    assert menus.answer("1") == "签收"


def test_a_renamed_choice_keeps_its_number(menus):
    card = menus.card()
    first = Outgoing(choices=((Choice(label="签收", token="t"),),))
    other = Outgoing(choices=((Choice(label="Accept", token="t"),),))
    assert degrade(menus.session, CHAT, first, BARE, card, NOW).plain == "1. 签收"
    assert degrade(menus.session, CHAT, other, BARE, card, NOW).plain == "1. Accept"
    assert menus.answer("accept") == "t"


def test_counting_begins_anew_after_a_pause(menus):
    menus.shows("提交", "取消", token="a")
    menus.now += timedelta(hours=25)
    assert menus.answer("1") is None
    assert menus.shows("是", token="b") == "?\n\n1. 是"
    assert menus.answer("2") is None


def test_an_open_card_is_live_for_as_long_as_it_takes(menus):
    card = menus.card()
    menus.shows("签收", card=card)
    menus.now += timedelta(days=30)
    assert menus.answer("1") == "签收"
    assert menus.shows("是") == "?\n\n2. 是"
    menus.close(card)
    assert menus.answer("1") is None


def test_numbers_stay_short_in_a_busy_chat(menus):
    for n in range(33):
        menus.shows("a", "b", "c", token=str(n))
        menus.now += timedelta(hours=2)
    assert menus.shows("是", "否") == "?\n\n1. 是\n2. 否"


def test_chats_do_not_mix(menus):
    other = CHAT.model_copy(update={"id": "bob"})
    menus.shows("提交")
    assert menus.shows("取消", chat=other) == "?\n\n1. 取消"
    assert (menus.answer("1"), menus.answer("1", other)) == ("提交", "取消")


# --- without a database ----------------------------------------------------------------------------------------------


def shown(message: Outgoing, **capabilities) -> Outgoing:
    with Session(create_engine("sqlite://")) as session:  # without tables: nothing may be asked of it
        return degrade(session, CHAT, message, Capabilities(**capabilities), None, NOW)


def rows(*lengths: int) -> tuple[tuple[Choice, ...], ...]:
    def row(name: int, length: int) -> tuple[Choice, ...]:
        return tuple(Choice(label=f"{name}{n}", token=f"{name}.{n}") for n in range(length))

    return tuple(row(name, length) for name, length in enumerate(lengths))


def test_what_the_platform_can_show_passes_untouched():
    place = Location(lat=30, lon=120)
    message = Outgoing(text=(Span(text="?"),), choices=rows(2, 1), location=place, ask_location=True)
    assert shown(message) is message


def test_rows_too_wide_are_broken():
    assert [len(row) for row in shown(Outgoing(choices=rows(5, 2)), button_columns=2).choices] == [2, 2, 1, 2]


def test_too_many_buttons_become_numbers(menus):
    few = Capabilities(max_buttons=6)
    message = degrade(menus.session, CHAT, Outgoing(choices=rows(4, 3)), few, None, NOW)
    assert (message.choices, message.plain.count("\n")) == ((), 6)
    assert menus.answer("7") == "1.2"


def test_only_where_numbers_may_be_shown_must_answers_be_looked_for():
    assert not numbered(Capabilities())
    assert numbered(BARE)
    assert numbered(Capabilities(max_buttons=6))


def test_a_place_that_cannot_be_sent_becomes_words():
    place = Location(lat=30.25, lon=120.5, name="解放路口")
    message = shown(Outgoing(text=(Span(text="在这里"),), location=place), location_out=False)
    assert (message.plain, message.location) == ("在这里\n📍 解放路口 30.250000, 120.500000", None)


def test_a_place_is_not_asked_for_where_none_can_be_sent():
    assert not shown(Outgoing(ask_location=True), location_in=False).ask_location


def test_labels_that_buttons_cut_are_numbered_lines_too_and_understood_as_such(session):
    """The numbers run on after those of other menus: what stands on a button is what a typed number means."""
    cut = Capabilities(label_limit=10, max_buttons=6)
    list_shown = Outgoing(
        text=(Span(text="事项"),), choices=tuple((Choice(label=f"件{n}", token=f"t{n}"),) for n in range(7))
    )
    degrade(session, CHAT, list_shown, cut, None, NOW)
    asked = Outgoing(
        text=(Span(text="是哪里？"),),
        choices=((Choice(label="解放路与西街路口东南角", token="a"), Choice(label="都不是", token="none")),),
    )
    shown = degrade(session, CHAT, asked, cut, None, NOW)

    assert shown.plain == "是哪里？\n\n8. 解放路与西街路口东南角\n9. 都不是"
    assert [[choice.label for choice in row] for row in shown.choices] == [["8. 解放路与西街…", "都不是"]]
    assert (understand(cut, session, CHAT.key, "8", NOW), understand(cut, session, CHAT.key, "2", NOW)) == ("a", "t1")
    assert shown.bare.plain == "是哪里？"


def test_where_photos_cannot_be_shown_their_number_is_told_and_drawings_are_left_out(session):
    words_only = Capabilities(photos_out=False)
    case = Outgoing(text=(Span(text="井盖松动"),), photos=("a", "b"))
    shown = degrade(session, CHAT, case, words_only, None, NOW)
    assert (shown.plain, shown.photos) == ("井盖松动\n📷 × 2", ())
    assert degrade(session, CHAT, case.model_copy(update={"whole": True}), words_only, None, NOW).plain == "井盖松动"
