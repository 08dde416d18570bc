"""One's own cases: /my for reporters, /tasks for those who work on them, /case for whoever may see it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.case import ENDED_STATES, Action, State
from bot.domain.roles import VERIFIERS, Role
from bot.handlers import casework, router
from bot.port import Choice
from bot.services import tokens
from bot.services.casework import cards, cases, followers, lists, numbers
from bot.services.casework.faces import parts
from bot.services.desk import Row, Turn
from bot.services.words import joined
from storage.models import Case, new_id

WORKERS = frozenset({Role.LEADER, Role.UNIT_HEAD, *VERIFIERS})


@router.command("my", aliases=("我的", "我的上报", "进度"), order=20)
def show_mine(turn: Turn, _argument: str) -> None:
    """Show one's reports: the only one as its track, several as a list to tap."""
    found = lists.mine(turn, turn.person)
    if len(found) == 1:
        cards.show(turn, found[0], lists.own_face(found[0]), turn.person)
    else:
        show_list(turn, "my", found, "track")


@router.command("tasks", aliases=("任务", "待办"), roles=WORKERS, order=10)
def show_tasks(turn: Turn, _argument: str) -> None:
    """Show what waits for this person, the most pressing first."""
    show_list(turn, "tasks", lists.tasks(turn, turn.person), "look")


@router.command("case", aliases=(), groups=True, order=30)
def show_case(turn: Turn, argument: str) -> None:
    """Show a case by its number, as much as one may see; what one may not see is not there.

    Where a number may mean several, it is the newest of those that one may see.
    """
    if not argument:
        turn.say("case.which")
        return
    if not any(lists.show(turn, case) for case in numbers.find(turn, argument)):
        turn.say("case.not_found", number=argument[:24])


@router.press("look")
def look(turn: Turn) -> None:
    """Open a case of a list."""
    case = turn.session.get(Case, turn.token.subject) if turn.token else None
    if case is None or not lists.show(turn, case):
        turn.say("press.old")


@router.press("track")
def track(turn: Turn) -> None:
    """Open one's own report."""
    case = turn.session.get(Case, turn.token.subject) if turn.token else None
    if case is None or not followers.is_follower(turn, case, turn.person):
        turn.say("press.old")
    else:
        cards.show(turn, case, lists.own_face(case), turn.person)


@casework.tap("withdraw", in_any_round=True)
def ask_withdraw(turn: Turn, case: Case, _rest: str) -> None:
    """Make sure."""
    casework.may(turn, case, Action.WITHDRAW)
    question = new_id()
    sure = turn.press("button.withdraw_sure", "withdraw_sure", case.id, f"{case.round}:{question}", style="danger")
    casework.put_alone(turn, question, "withdraw.ask", (sure, *casework.drop(turn, question)), number=case.number)


@casework.tap("withdraw_sure")
def withdraw(turn: Turn, case: Case, rest: str) -> None:
    """Take the report back; nobody has taken it yet."""
    cases.act(turn, case, Action.WITHDRAW, turn.person, reason=turn.words.plain(turn.language, "reason.withdrawn"))
    casework.done_alone(turn, int(rest) if rest.isdecimal() else 0)


def show_list(turn: Turn, name: str, found: Sequence[Case], action: str) -> None:
    """Show cases as lines, each with a choice that opens it."""
    if not found:
        turn.say(f"{name}.none")
        return
    lines = [joined(_line(turn, case), _why(turn, name, case)) for case in found[: lists.SHOWN]]
    rows: list[Row] = [(_open(turn, case, action),) for case in found[: lists.SHOWN]]
    more = turn.words.say(turn.language, "list.more", n=len(found) - lists.SHOWN) if len(found) > lists.SHOWN else ()
    turn.answer(joined(turn.words.say(turn.language, f"{name}.head", n=len(found)), *lines, more), *rows)


def _line(turn: Turn, case: Case) -> parts.Spans:
    language = turn.language
    has_no_due = State(case.state) in ENDED_STATES | {State.SUSPENDED}
    key = "list.over" if has_no_due else "list.line"
    return turn.words.say(
        language, "list.late" if lists.is_late(turn, case) else key, number=case.number,
        category=parts.category(turn, case, language), place=parts.place(turn, case, language),
        state=parts.state(turn, case, language), due=parts.due(turn, case, language),
    )  # fmt: skip


def _why(turn: Turn, name: str, case: Case) -> parts.Spans:
    """Why a case that somebody took waits for headquarters."""
    if name != "queue":
        return ()
    key = f"queue.asked.{case.request}" if case.request else "queue.left" if lists.is_left(turn, case) else ""
    return turn.words.say(turn.language, key) if key else ()


def _open(turn: Turn, case: Case, action: str) -> Choice:
    label = f"{case.number} {parts.category(turn, case, turn.language)}"
    return Choice(label=label, token=tokens.write(action, case.id))
