"""Linking: one person on two channels, by a code and a yes on both sides, and no case is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.case import State
from bot.domain.roles import Role
from bot.port import Capabilities
from bot.services import tokens
from bot.services.staffing import invites
from storage.models import Assignment, Conversation, Link, Person, Signup, new_id
from tests.dialogue import Actor, Stage
from tests.handlers.serving import open_shift, volunteer
from tests.small_city import small_city

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""The database makes no difference here."""
_CODE = re.compile(r"\d{4}-\d{4}")


@pytest.fixture
def stage(make_stage: Any) -> Stage:
    return make_stage(more={"bare": Capabilities(buttons=False, edits=False)})


def code_for(actor: Actor) -> str:
    actor.sends("/link")
    return _CODE.search(actor.sees("绑定码：").text).group()  # type: ignore[union-attr]


def link(here: Actor, there: Actor) -> None:
    """Get a code here, bring it there, and say yes on both sides."""
    there.sends(f"/link {code_for(here)}")
    say_yes(there)
    say_yes(here)


def say_yes(actor: Actor) -> None:
    if actor.channel.capabilities.buttons:
        actor.presses("确认，都是我")
    else:
        actor.sends("确认，都是我")


def chooses(actor: Actor, label: str) -> None:
    """Answer by the number of this label in the newest message that has it."""
    line = actor.sees(f". {label}").text.split(f". {label}")[-2]
    actor.sends(line.rsplit("\n", 1)[-1])


def report(actor: Actor, words: str = "东街农贸市场 路面破损") -> None:
    actor.sends_photo(caption=words)
    actor.sends("提交") if not actor.channel.capabilities.buttons else actor.presses("提交")


def test_a_leader_goes_on_elsewhere_without_losing_a_case(stage: Stage):
    """The leader has one case to take and one in hand, and reported something himself on the other channel."""
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    stage.staff("inspector", name="zhou")
    elsewhere, wang = stage.person("li-lei", on="bare", shown_as="小李"), stage.person("wang", shown_as="王某某")
    report(elsewhere, "西街农贸市场 路面破损")
    his = stage.case
    report(wang)
    leader.presses("签收")
    stage.advance(minutes=1)

    elsewhere.sends(f"绑定 {code_for(leader)}")
    elsewhere.sees("要和 li（点位长 · 东街街道）绑定")
    elsewhere.sees_nothing_of(stage.case.number)
    say_yes(elsewhere)
    leader.sees("小李（市民）")
    leader.sees_nothing_of(his.number)
    stage.advance(minutes=2)
    say_yes(leader)

    assert elsewhere.person.id == leader.person.id == stage.case.handler_id
    elsewhere.sees("绑定好了")
    assert his.number in leader.last.text, "what he reported there is shown where he spoke last …"
    assert stage.case.number in leader.messages[-2].text, "… and what he has to do"
    stage.advance(minutes=5)
    elsewhere.sends("/tasks")
    chooses(elsewhere, f"{stage.case.number} 道路破损")
    chooses(elsewhere, "办结")
    elsewhere.sends_photo(caption="已修补")
    chooses(elsewhere, "办结")

    assert stage.case.state == State.PENDING_VERIFICATION
    elsewhere.sees("等待核查")
    wang.sees(stage.case.number, "说办好了")
    wang.sees_nothing_of("li", "小李")


def test_whoever_handled_it_there_does_not_verify_it_here(stage: Stage):
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    inspector, dispatcher = stage.staff("inspector", on="bare"), stage.staff("dispatcher")
    report(stage.person("wang"))
    leader.presses("签收")
    link(leader, inspector)
    leader.presses("办结")
    leader.sends_photo(caption="已修补")
    leader.presses("办结")

    inspector.sees_nothing_of("核查通过")
    leader.sees_nothing_of("核查通过")
    dispatcher.presses("核查通过")
    assert stage.case.state == State.CLOSED


@on_sqlite
def test_the_handling_side_does_not_learn_who_reported_by_linking(stage: Stage):
    """A leader reported his own point as a citizen: his colleagues still see a pseudonym."""
    leader = stage.staff("point_leader", unit="U-E", point="P-1", name="li")
    citizen, dispatcher = stage.person("quiet", on="bare", shown_as="某甲"), stage.staff("dispatcher")
    report(citizen)
    pseudonym = stage.case.pseudonym
    link(leader, citizen)
    stage.advance(hours=1)
    dispatcher.sends(f"/case {stage.case.number}")

    dispatcher.sees(stage.case.number, pseudonym)
    dispatcher.sees_nothing_of("某甲", "quiet")
    assert stage.case.pseudonym == pseudonym


@on_sqlite
def test_a_code_is_good_once_for_ten_minutes_in_private_and_for_somebody_else(stage: Stage):
    li, other, third = (stage.person(name, on=on) for name, on in (("li", "memory"), ("li2", "bare"), ("x", "bare")))
    code = code_for(li)
    li.sends(f"/link {code}")
    li.sees("您在这里取的")
    group = stage.group("群", on="bare")
    other.sends(f"/link {code}", to=group)
    group.sees("私下")

    other.sends(f"/link {code}")
    third.sends(f"/link {code}")
    third.sees("不对，或者已经过期")
    third.presses_token(other_token(stage))
    li.presses_token(other_token(stage))
    assert len({each.person.id for each in (li, other, third)}) == 3, "nobody else's yes counts, nor too early"

    stage.advance(minutes=11)
    say_yes(other)
    other.sees("已经过时了")
    old = code_for(li)
    stage.advance(minutes=11)
    other.sends(f"/link {old}")
    assert "不对，或者已经过期" in other.last.text
    first, second = code_for(li), code_for(li)
    other.sends(f"/link {first}")
    assert "不对，或者已经过期" in other.last.text, "only the newest code counts"
    other.sends(f"/link {second}")
    assert "绑定成同一个人吗" in other.last.text


def other_token(stage: Stage) -> str:
    with stage.reading() as session:
        return tokens.write("link", session.scalars(select(Link.id).order_by(Link.id.desc())).first() or 0)


@on_sqlite
def test_nobody_guesses_codes(stage: Stage):
    li, other = stage.person("li"), stage.person("x", on="bare")
    for guess in range(5):
        other.sends(f"/link 0000-000{guess}")
    other.sends(f"/link {code_for(li)}")
    assert "过一小时再试" in other.last.text
    stage.advance(hours=1, minutes=1)
    other.sends(f"/link {code_for(li)}")
    assert "绑定成同一个人吗" in other.last.text


@on_sqlite
def test_a_no_on_either_side_leaves_two_persons(stage: Stage):
    li, other = stage.person("li"), stage.person("x", on="bare")
    other.sends(f"/link {code_for(li)}")
    other.sends("取消")
    other.sends(f"/link {code_for(li)}")
    say_yes(other)
    li.presses("取消")
    li.presses_token(other_token(stage))

    assert li.person.id != other.person.id


def invited(stage: Stage, name: str = "李某") -> str:
    with stage.database.begin() as session:
        return invites.make(
            session, small_city(), Role.LEADER, stage.now, unit="U-E", points=("P-1", "P-2"), name=name, staff="S-1"
        )


def test_a_new_invitation_of_the_same_record_finds_the_same_person_elsewhere(stage: Stage):
    li, elsewhere = stage.person("li"), stage.person("li2", on="bare")
    li.sends(invited(stage))
    report(stage.person("wang"))
    stage.advance(minutes=1)
    elsewhere.sends(invited(stage))

    assert elsewhere.person.id == li.person.id
    elsewhere.sees("认出您了")
    elsewhere.sees(stage.case.number)
    with stage.reading() as session:
        held = session.scalars(select(Assignment).where(Assignment.person_id == li.person.id)).all()
        assert sorted(each.point for each in held) == ["P-1", "P-2"], "and no function twice"


@on_sqlite
def test_another_name_on_the_record_is_another_person(stage: Stage):
    li, successor = stage.person("li"), stage.person("he", on="bare")
    li.sends(invited(stage))
    successor.sends(invited(stage, "何某"))

    assert successor.person.id != li.person.id


def test_both_had_the_same_and_it_is_kept_once(stage: Stage):
    """Both follow the case of a third, and both are in the middle of something."""
    one, two, wang = stage.person("one"), stage.person("two", on="bare"), stage.person("wang")
    report(wang)
    stage.advance(minutes=1)
    for actor in (one, two):
        report(actor)
        stage.advance(minutes=1)
    link(one, two)

    one.sends("/my")
    with stage.reading() as session:
        talks = session.scalars(select(Conversation).where(Conversation.person_id == one.person.id)).all()
        assert {talk.chat for talk in talks} == {one.chat.key, two.chat.key}
        gone = session.scalars(select(Person).where(Person.merged_into == one.person.id)).one()
        assert gone.name == ""


@on_sqlite
def test_whoever_stands_in_two_places_at_once_by_linking_is_told(stage: Stage):
    east, west = open_shift(stage, starts_in=600), open_shift(stage, starts_in=630, post="Z-W")
    li, other = volunteer(stage, "li", east), stage.person("li2", on="bare")
    other.sends("/help")
    with stage.database.begin() as session:
        session.add(Signup(id=new_id(), shift_id=west, person_id=other.person.id, signed_at=stage.now))
    link(li, other)
    li.sees("班次时间重叠", "今天 19:00–20:30 解放路口岗", "今天 19:30–21:00 西街口岗")
    li.presses("我的班次")
    li.sees("今天 19:30–21:00 西街口岗")
