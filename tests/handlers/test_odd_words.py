"""Words that no database or platform likes, said in the middle of every conversation: answered, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.domain.roles import Role
from bot.port import Contact, File, Location, Media, Opened, Payload, Photo, Press, Text, Unsupported, Video, Voice
from storage.models import Case, CaseText, Person
from tests.dialogue import Actor, Stage

LONG = "很" * 10_000
ODD = (
    "\0",
    "a\0b\0",
    "\u200b\u200d\ufeff",
    " \n\t ",
    "\u202e反\u2066\u2069",
    "👨‍👩‍👧‍👦" * 40,
    LONG,
    "x" * 9_000,
    "{n}{who}%s",
    "<b>",
    "/case \0",
)


def media(words: str) -> Media:
    return Media(ref="nowhere", mime=words, name=words, size=None)


def texts() -> list[Payload]:
    said = [*ODD, "nan,nan", "91.000000,200.000000", "1e999,1e999", "geo:nan,inf"]
    return [Text(text=words, edited=edited) for words in said for edited in (False, True)]


def files() -> list[Payload]:
    return [kind(media=media(words), caption=words, album=words) for kind in (Photo, File, Video) for words in ODD]


def other_things() -> list[Payload]:
    said: list[Payload] = [Contact(), Unsupported(what="sticker"), Unsupported(what=LONG), Voice(media=media("a"))]
    said += [Location(lat=lat, lon=lon) for lat, lon in ((91, 0), (-91, 181), (1e308, -1e308))]
    said += [Location(lat=30.0, lon=110.005, name=words) for words in ODD]
    return said


def commands() -> list[Payload]:
    names = ("", "case ", "start ", "bind ", "invite ", "lang ")
    said: list[Payload] = [Text(text=f"/{name}{words}") for name in names for words in ODD]
    for words in ODD:
        said += [Press(token=words), Press(token=f"sign.1.{words}"), Opened(start=words)]
    return said


def reporting(who: Actor) -> None:
    who.sends("路面破损")


def searching(who: Actor) -> None:
    who.sends("解放路与西街口 路面破损")
    who.presses("改类别")
    who.presses("按词查找")


def supplementing(who: Actor) -> None:
    who.sends("解放路与西街口 路面破损")
    who.presses("提交")
    who.presses("补充")


def replying(who: Actor) -> None:
    supplementing(who)
    who.presses("签收")
    who.presses("办结")


def reasoning(who: Actor) -> None:
    supplementing(who)
    who.presses("退回")


def dispatching(who: Actor) -> None:
    supplementing(who)
    who.sends(f"/case {who.stage.case.number}")
    who.presses("改派")


def inviting(who: Actor) -> None:
    who.sends("/invite")
    who.presses("点位长")


BEGINNINGS = (lambda _: None, reporting, searching, supplementing, replying, reasoning, dispatching, inviting)
PLAYED = [
    *(pytest.param("postgresql", begin, marks=pytest.mark.postgres, id=begin.__name__) for begin in BEGINNINGS),
    pytest.param("sqlite", reporting, id="reporting-sqlite"),
    pytest.param("sqlite", replying, id="replying-sqlite"),
]
"""PostgreSQL refuses more words than SQLite, which is asked about those that are kept in most tables."""


@pytest.mark.parametrize(("database_kind", "begin"), PLAYED, indirect=["database_kind"])
def test_odd_words_in_the_middle_of_anything_break_nothing(stage: Stage, begin: Callable[[Actor], None]):
    who = stage.person("who", shown_as=f"\0\u202e王\n核查通过{LONG}")
    if begin in {replying, reasoning, inviting}:
        stage.staff(Role.LEADER, unit="U-E", point="P-1", name="who")
        stage.staff(Role.UNIT_HEAD, unit="U-E", name="who")
    if begin in {dispatching, inviting}:
        stage.staff(Role.DISPATCHER, name="who")
    for payloads in (texts, files, other_things):
        who.sends("取消")
        begin(who)
        stage.receives(*(stage.channel.says(who.sender, payload, None) for payload in payloads()))
    assert_no_odd_words_are_kept(stage)


@pytest.mark.parametrize("role", [None, Role.DISPATCHER])
def test_odd_words_behind_a_command_break_nothing(stage: Stage, role: Role | None):
    """Whatever was under way, a command leaves it: nothing has to be begun for these."""
    who = stage.staff(role, name="who") if role else stage.person("who")
    stage.receives(*(stage.channel.says(who.sender, payload, None) for payload in commands()))
    assert_no_odd_words_are_kept(stage)


def assert_no_odd_words_are_kept(stage: Stage) -> None:
    with stage.reading() as session:
        kept = [*session.scalars(select(CaseText.text)), *session.scalars(select(Case.place))]
        names = [*session.scalars(select(Person.name)), *session.scalars(select(Case.place))]
    assert not any(sign in words for words in kept for sign in "\0\u202e\u2066")
    assert not any(sign in name for name in names for sign in "\0\n\u202e")
