"""Turns at writing: first come, first served, between threads and processes, and none is kept by the dead."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from storage.turns import Turns


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "some.db")


def someone_waits(path: str) -> bool:
    """Whether the gate is held, which means that somebody waits for the turn."""
    gate = os.open(f"{path}-gate", os.O_RDWR)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(gate)
    return False


def test_who_waits_comes_before_who_has_just_had_it(path: str):
    turns, order = Turns(path), []

    def wait() -> None:
        with Turns(path).taken():
            order.append("the one who waited")

    waiting = threading.Thread(target=wait)
    with turns.taken():
        waiting.start()
        while not someone_waits(path):
            pass
    with turns.taken():
        order.append("the first again")
    waiting.join()

    assert order == ["the one who waited", "the first again"]


def test_it_is_given_back_after_an_error(path: str):
    turns = Turns(path)
    with pytest.raises(ValueError, match="x"), turns.taken():
        raise ValueError("x")

    with turns.taken():
        pass


def test_it_ends_with_its_process(path: str):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=take_for_ever, args=(path, theirs))
    process.start()
    ours.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)

    with Turns(path).taken():
        pass
    process.join()


def take_for_ever(path: str, line: Connection) -> None:
    with Turns(path).taken():
        line.send("taken")
        signal.pause()
