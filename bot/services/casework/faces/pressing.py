"""What a working card says and offers about time: what was asked for, who urges, who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.case import WORKING_STATES, Action, State
from bot.port import Choice
from bot.services import people
from bot.services.casework import alarms, demands
from bot.services.casework.faces.parts import Reader, Spans, button, shortened
from bot.services.desk import Desk, Row
from bot.services.history import last_text, text_since
from bot.services.staffing import absences
from storage.models import Case

_OTHERS_TURN = WORKING_STATES | {State.PENDING_SIGNING, State.SUSPENDED, State.PENDING_VERIFICATION}


def lines(desk: Desk, case: Case, language: str) -> Iterator[Spans]:
    """Yield what presses, what was asked for, and who stands in; empty ones are to be left out."""
    yield from pressure(desk, case, language)
    yield _asked(desk, case, language)
    yield _stood_in_for(desk, case, language)


def pressure(desk: Desk, case: Case, language: str) -> Iterator[Spans]:
    """Yield what presses: 督办, how high it has climbed, and who urges; empty ones are to be left out."""
    say = desk.words.say
    yield say(language, "case.supervised") if case.supervised else ()
    yield _escalated(desk, case, language)
    if case.urged_by and case.urged_at is not None:
        when = desk.words.moment(language, case.urged_at, desk.now)
        yield say(language, f"case.urged.{case.urged_by}", when=when)


def handlers_rows(desk: Desk, case: Case, reader: Reader) -> Iterator[Row]:
    """Yield what the handler may ask for, one thing at a time; the way back from 挂账."""
    if case.state == State.SUSPENDED:
        yield (button(desk, case, reader, "resume", style="primary"),)
    elif not case.request:
        extension = (button(desk, case, reader, "ask_extension"),) if _is_in_time(desk, case) else ()
        yield (*extension, button(desk, case, reader, "ask_suspension"))


def deciders_rows(desk: Desk, case: Case, reader: Reader) -> Iterator[Row]:
    """Yield 批准 and 不批准 to whoever may decide what is asked for; to headquarters the way back from 挂账."""
    grant = Action.GRANT_EXTENSION if case.request == "extension" else Action.GRANT_SUSPENSION
    if case.request and demands.may(desk, case, grant, reader.person):
        deny = Action.DENY_EXTENSION if case.request == "extension" else Action.DENY_SUSPENSION
        yes = button(desk, case, reader, grant.value, "grant", style="primary")
        yield (yes, button(desk, case, reader, deny.value, "deny"))
    if case.state == State.SUSPENDED and demands.may(desk, case, Action.RESUME, reader.person):
        yield (button(desk, case, reader, "resume"),)


def pressing_row(desk: Desk, case: Case, reader: Reader) -> Iterator[Row]:
    """Yield 催办 and 督办 where it is others' turn and the reader may press them."""
    if State(case.state) not in _OTHERS_TURN or not demands.may(desk, case, Action.URGE, reader.person):
        return
    row: tuple[Choice, ...] = (button(desk, case, reader, "urge"),)
    yield row if case.supervised else (*row, button(desk, case, reader, "supervise"))


def _escalated(desk: Desk, case: Case, language: str) -> Spans:
    """Who was told that it is overdue, on the highest rung that it has climbed."""
    climbed = alarms.climbed(desk, case)
    rungs = desk.city.settings.ladder
    if climbed is None or climbed[0] > len(rungs):
        return ()
    names = [desk.words.plain(language, f"holder.{holder}") for holder in rungs[climbed[0] - 1].to]
    when = desk.words.moment(language, climbed[1], desk.now)
    return desk.words.say(
        language, "case.escalated", holders=desk.words.plain(language, "nag.comma").join(names), when=when
    )


def _asked(desk: Desk, case: Case, language: str) -> Spans:
    """What is asked for, and for which time; or that it was not granted, as long as the work goes on."""
    if case.request:
        words = shortened(last_text(desk.session, case.id, "request"))
        key = f"case.asked.{case.request}" + ("_again" if case.request == "extension" and case.extensions else "")
        return desk.words.say(language, key, words=words)
    if State(case.state) not in WORKING_STATES:
        return ()
    denial = text_since(desk.session, case.id, "denial", "request", "reply", "reason", "dispute")
    return desk.words.say(language, "case.denied", words=shortened(denial)) if denial else ()


def _is_in_time(desk: Desk, case: Case) -> bool:
    return case.handle_due is None or desk.now <= case.handle_due


def _stood_in_for(desk: Desk, case: Case, language: str) -> Spans:
    """Who is away of those whose turn it is, and who stands in, by name: only colleagues read this."""
    whose = {State.PENDING_SIGNING: case.owner_id}.get(State(case.state), case.handler_id)
    if whose is None or State(case.state) not in _OTHERS_TURN:
        return ()
    acting = absences.standing_in(desk, whose)
    if acting == whose:
        return ()
    absent, deputy = people.merged(desk.session, whose), people.merged(desk.session, acting)
    return desk.words.say(language, "case.stood_in_for", name=absent.name, deputy=deputy.name)
