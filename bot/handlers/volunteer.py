"""Becoming a volunteer: a band of age, a unit, a guardian's consent for the young, and whether to be called."""

from __future__ import annotations

from bot.domain.service import Age
from bot.handlers import casework, router
from bot.port import Choice, Outgoing
from bot.services import menus, people, tokens
from bot.services.desk import Row, Turn
from bot.services.volunteering import notices, posts, shifts, teamboard, volunteers
from bot.services.words import joined
from storage.models import Volunteer, new_id

_OFFERED = 12
_A_ROW = 2


@router.command("volunteer", aliases=("志愿者", "当志愿者", "报名", "volunteer"), order=25)
def begin(turn: Turn, _argument: str) -> None:
    """Show how somebody serves, or ask how old they are."""
    if volunteers.serves(turn, turn.person):
        show(turn, anew=True)
    elif not turn.city.posts and not volunteers.teams(turn):
        turn.say("volunteer.none_here")
    else:
        ask_age(turn)


@router.press("vol_change")
def change(turn: Turn) -> None:
    """Ask anew; what was said stands until that is answered."""
    if turn.is_private:
        ask_age(turn)


def ask_age(turn: Turn) -> None:
    """Ask for the band of age; birthdays are not kept."""
    question = new_id()
    rows: list[Row] = [(turn.press(f"age.{age.value}", "vol_age", question, age.value),) for age in Age]
    casework.put_alone(turn, question, "volunteer.ask_age", *rows, casework.drop(turn, question))


@router.press("vol_age")
def take_age(turn: Turn) -> None:
    """Go on with the unit, unless only one is possible."""
    age, question = _age(turn), turn.token.subject if turn.token else 0
    if age is None or not turn.is_private:
        turn.say("press.old")
        return
    if not age.may_serve:
        casework.done_alone(turn, question, "volunteer.too_young")
        return
    is_new, offered = volunteers.of(turn, turn.person.id) is None, volunteers.teams(turn)
    invited = volunteers.team(turn, turn.person) if is_new else ""
    if invited or len(offered) <= 1:
        _join(turn, age, invited or next(iter(offered), ""), question)
    else:
        _ask_team(turn, age, offered, question)


def _ask_team(turn: Turn, age: Age, offered: list[str], question: int) -> None:
    """Ask for the unit, a page of them at a time."""
    page = turn.token.extra.partition(":")[2] if turn.token else ""
    first = int(page) * _OFFERED if page.isdecimal() and int(page) * _OFFERED < len(offered) else 0
    choices = [_unit(turn, age, unit, question) for unit in offered[first : first + _OFFERED]]
    last: Row = (turn.press("volunteer.no_team", "vol_team", question, f"{age.value}:"),)
    if len(offered) > _OFFERED:
        following = (first // _OFFERED + 1) % -(-len(offered) // _OFFERED)
        last = (turn.press("button.more", "vol_age", question, f"{age.value}:{following}"), *last)
    if not page:
        casework.done_alone(turn, question)
    casework.put_alone(turn, question, "volunteer.ask_team", *in_rows(choices), last)


@router.press("vol_team")
def take_team(turn: Turn) -> None:
    """Join the unit that was tapped."""
    age, unit = _age(turn), turn.token.extra.partition(":")[2] if turn.token else ""
    if age is None or not turn.is_private or (unit and unit not in volunteers.teams(turn)):
        turn.say("press.old")
    else:
        _join(turn, age, unit, turn.token.subject if turn.token else 0)


def _join(turn: Turn, age: Age, unit: str, question: int) -> None:
    before = volunteers.of(turn, turn.person.id)
    was = Age(before.age) if before else None
    found = volunteers.join(turn, turn.person, age, unit)
    shifts.review_age(turn, found)
    casework.done_alone(turn, question, "volunteer.joined", age=_band(turn, age, turn.language))
    menus.announce(turn, turn.person, turn.chat, router.commands.values())
    if age.needs_guardian and found.guardian_at is None:
        _ask_consent(turn, found)
        turn.say("volunteer.wait_for_consent")
    elif was is not None and was.needs_guardian and not age.needs_guardian:
        _tell_organisers(turn, found, "volunteer.grew_up", age)
    show(turn, anew=True)


def _ask_consent(turn: Turn, found: Volunteer) -> None:
    age = Age(found.age)
    for each in posts.answering_for(turn, found.team):
        notices.tell(
            turn, each, "volunteer.consent_wanted", rows=lambda language: [(consent(turn, found, language),)],
            name=turn.person.name, age=lambda language: _band(turn, age, language),
        )  # fmt: skip


def _tell_organisers(turn: Turn, found: Volunteer, key: str, age: Age) -> None:
    for each in posts.answering_for(turn, found.team):
        notices.tell(turn, each, key, name=turn.person.name, age=lambda language: _band(turn, age, language))


def consent(turn: Turn, found: Volunteer, language: str) -> Choice:
    """Return the choice by which an organiser records a guardian's consent."""
    name = people.merged(turn.session, found.person_id).name
    return turn.button(language, "button.consent", tokens.write("vol_consent", found.person_id), name=name)


@router.press("vol_consent")
def record_consent(turn: Turn) -> None:
    """Note that the guardian's consent lies before the organiser, and tell the volunteer."""
    found = volunteers.of(turn, turn.token.subject) if turn.token else None
    if found is None:
        turn.say("press.old")
        return
    is_new = found.guardian_at is None
    volunteers.record_consent(turn, found, turn.person)
    turn.say("volunteer.consent_noted", name=people.merged(turn.session, found.person_id).name)
    if is_new:
        notices.tell(turn, found.person_id, "volunteer.consented")


@router.press("vol_call")
def switch_calls(turn: Turn) -> None:
    """Let them be called when hands are missing, or no more."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or not turn.is_private or turn.token is None:
        turn.say("press.old")
        return
    found.on_call = turn.token.extra == "1"
    show(turn)


@router.press("vol_list")
def switch_listing(turn: Turn) -> None:
    """Let the board of teams count them, or no more."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or not turn.is_private or turn.token is None:
        turn.say("press.old")
        return
    found.listed = turn.token.extra == "1"
    show(turn)


@router.press("team_board")
def show_board(turn: Turn) -> None:
    """Show how the teams did."""
    if turn.is_private and volunteers.serves(turn, turn.person):
        turn.answer(teamboard.told(turn, turn.language))
    else:
        turn.say("press.old")


def show(turn: Turn, *, anew: bool = False) -> None:
    """Show how somebody serves."""
    found = volunteers.of(turn, turn.person.id)
    if found is None:
        return
    language, age = turn.language, Age(found.age)
    unit = turn.city.unit(found.team).label(language) if found.team else turn.words.plain(language, "volunteer.no_team")
    text = turn.words.say(language, "volunteer.card", unit=unit, age=_band(turn, age, language))
    waits = age.needs_guardian and found.guardian_at is None
    notes = [turn.words.say(language, "volunteer.waits")] if waits else []
    notes += [turn.words.say(language, "volunteer.needs_adult")] if age.needs_company else []
    call = turn.press(f"volunteer.call.{'on' if found.on_call else 'off'}", "vol_call", 0, 0 if found.on_call else 1)
    listed = turn.press(f"volunteer.listed.{'on' if found.listed else 'off'}", "vol_list", 0, 0 if found.listed else 1)
    rows: list[Row] = [
        (turn.press("button.shifts", "shifts", style="primary"), turn.press("button.my_shifts", "my_shifts")),
        (call,),
        *([(listed, turn.press("button.team_board", "team_board"))] if found.team else []),
        (turn.press("button.vol_change", "vol_change"),),
    ]
    turn.show(
        f"volunteer:{turn.person.id}", "volunteer", Outgoing(text=joined(text, *notes), choices=tuple(rows)), anew=anew
    )


def in_rows(choices: list[Choice]) -> list[Row]:
    """Return choices two in a row."""
    return [tuple(choices[at : at + _A_ROW]) for at in range(0, len(choices), _A_ROW)]


def _age(turn: Turn) -> Age | None:
    said = turn.token.extra.partition(":")[0] if turn.token else ""
    return next((age for age in Age if age.value == said), None)


def _band(turn: Turn, age: Age, language: str) -> str:
    return turn.words.plain(language, f"age.{age.value}")


def _unit(turn: Turn, age: Age, unit: str, question: int) -> Choice:
    label = turn.city.unit(unit).label(turn.language)
    return Choice(label=label, token=tokens.write("vol_team", question, f"{age.value}:{unit}"))
