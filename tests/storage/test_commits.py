"""Group commit: what waits together is committed together, and one that fails takes nobody along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest
from sqlalchemy.exc import OperationalError

from storage.commits import Commits


class Ledger:
    """A database that writes down which works each transaction committed."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.tries = 0
        self.may_begin = threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[list[str]]:
        self.tries += 1
        entries: list[str] = []
        yield entries
        self.commits.append(entries)

    @contextmanager
    def turn(self) -> Iterator[None]:
        self.may_begin.wait()
        yield


def note(word: str) -> Callable[[list[str]], str]:
    def work(entries: list[str]) -> str:
        entries.append(word)
        return word.upper()

    return work


def fail(error: Exception) -> Callable[[list[str]], None]:
    def work(_: list[str]) -> None:
        raise error

    return work


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def commits(ledger: Ledger) -> Iterator[Commits]:
    with ThreadPoolExecutor(1) as writer:
        yield Commits(writer, ledger.turn, ledger.transaction)
        ledger.may_begin.set()


def outcome(done: Future[object]) -> object:
    return done.exception(5) or done.result(5)


def test_what_waits_is_committed_together(commits: Commits, ledger: Ledger):
    waiting = [commits.add(note(word)) for word in ("a", "b", "c")]
    ledger.may_begin.set()

    assert [outcome(each) for each in waiting] == ["A", "B", "C"]
    assert ledger.commits == [["a", "b", "c"]]


def test_what_comes_later_is_written_too(commits: Commits, ledger: Ledger):
    ledger.may_begin.set()

    assert [outcome(commits.add(note(word))) for word in ("a", "b")] == ["A", "B"]
    assert ledger.commits == [["a"], ["b"]]


def test_one_that_fails_takes_nobody_along(commits: Commits, ledger: Ledger):
    error = ValueError("mine")
    waiting = [commits.add(each) for each in (note("a"), fail(error), note("b"))]
    ledger.may_begin.set()

    assert [outcome(each) for each in waiting] == ["A", error, "B"]
    assert ledger.commits == [["a"], ["b"]]


def test_the_databases_own_trouble_is_everyones_at_once(commits: Commits, ledger: Ledger):
    error = OperationalError("BEGIN", {}, Exception("locked"))
    waiting = [commits.add(each) for each in (note("a"), fail(error), note("b"))]
    ledger.may_begin.set()

    assert [outcome(each) for each in waiting] == [error] * 3
    assert (ledger.commits, ledger.tries) == ([], 1)


def test_who_no_longer_wants_it_is_left_out(commits: Commits, ledger: Ledger):
    waiting = [commits.add(note(word)) for word in ("a", "b")]
    waiting[0].cancel()
    ledger.may_begin.set()

    assert outcome(waiting[1]) == "B"
    assert ledger.commits == [["b"]]


def test_without_a_turn_everyone_hears_why(ledger: Ledger):
    def no_turn() -> None:
        raise PermissionError

    with ThreadPoolExecutor(1) as writer:
        done = Commits(writer, no_turn, ledger.transaction).add(note("a"))
        assert isinstance(outcome(done), PermissionError)


def test_without_turns_to_take_it_writes_just_so(ledger: Ledger):
    with ThreadPoolExecutor(1) as writer:
        assert outcome(Commits(writer, nullcontext, ledger.transaction).add(note("a"))) == "A"
