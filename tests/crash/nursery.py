"""Forks the program ready-imported: reads `[settings, log file]`, writes `[pid, null]` and at its end `[pid, code]`."""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import traceback
from typing import NoReturn

import bot.__main__
import bot.channels.telegram.drivers.aiogram  # a program loads it only when it has a token, which takes a while
from bot.handlers import router
from bot.jobs import timetable
from bot.services.words import Words
from tests.crash import moved


def become_program(settings: dict[str, str], log: str) -> NoReturn:
    """Be `pointkeeper run` from here on."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(settings)
    moved.follow()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, nothing), (1, out), (2, out)):
        os.dup2(target, number)
    code = 1
    try:
        code = bot.__main__.main(["run"])
    except BaseException:  # noqa: BLE001 -- it must not come back into the nursery
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def tell(pid: int, code: int | None) -> None:
    """Tell of a birth or an end."""
    os.write(1, json.dumps([pid, code]).encode() + b"\n")


def bury(living: set[int]) -> None:
    """Tell of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        living.discard(pid)
        tell(pid, os.waitstatus_to_exitcode(status))


def main() -> None:
    """Fork for every line until the input ends; then nobody may stay behind."""
    router.load()
    timetable.load()
    Words()  # which remembers the texts
    gc.collect()
    gc.freeze()  # or each of those born looks through all of it, and so copies it
    living: set[int] = set()
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin, selectors.EVENT_READ)
    waiting.register(awake, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fd == awake:
                os.read(awake, 1000)
                bury(living)
            elif line := sys.stdin.buffer.readline():
                if not (pid := os.fork()):
                    become_program(*json.loads(line))
                living.add(pid)
                tell(pid, None)
            else:
                for pid in living:
                    os.kill(pid, signal.SIGKILL)
                return


if __name__ == "__main__":
    main()
