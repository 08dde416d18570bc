"""Group commit: what waits for its turn to write is written in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

T = TypeVar("T")
Work = Callable[[Session], Any]
Group = list[tuple[Work, Future[Any]]]
Context = Callable[[], AbstractContextManager[Any]]


class Commits:
    """Works on their way into the database. `turn` is taken first; then a `transaction` is opened in it."""

    def __init__(self, writer: Executor, turn: Context, transaction: Context) -> None:
        self._writer = writer
        self._turn = turn
        self._transaction = transaction
        self._waiting: deque[tuple[Work, Future[Any]]] = deque()
        self._called = False

    def add(self, work: Callable[[Session], T]) -> Future[T]:
        """Let `work(session)` be done and committed with what else waits by then.

        When one of them fails, nothing of that is kept, and each is done again in a transaction of its own.
        """
        done: Future[T] = Future()
        self._waiting.append((work, done))
        if not self._called:
            self._called = True
            self._writer.submit(self._write)
        return done

    def _write(self) -> None:
        try:
            with self._turn():
                self._write_group(self._take())
        except OSError as error:  # there was no turn to be had
            _fail(self._take(), error)

    def _take(self) -> Group:
        self._called = False  # before the list is emptied: whoever adds to it from here on calls again
        group = [self._waiting.popleft() for _ in range(len(self._waiting))]
        return [(work, done) for work, done in group if done.set_running_or_notify_cancel()]

    def _write_group(self, group: Group) -> None:
        try:
            with self._transaction() as session:
                results = [work(session) for work, _ in group]
        except BaseException as error:  # noqa: BLE001 -- whoever waits has to hear of it
            if len(group) == 1 or isinstance(error, OperationalError):  # the database's own trouble is everyone's
                _fail(group, error)
            else:
                for each in group:
                    self._write_group([each])
        else:
            for (_, done), result in zip(group, results, strict=True):
                done.set_result(result)


def _fail(group: Group, error: BaseException) -> None:
    for _, done in group:
        done.set_exception(error)
