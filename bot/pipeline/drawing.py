"""Pictures drawn by a program of their own, one after another: what drawing costs or dies of touches nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import bot

SECONDS = 30.0
"""A picture that is not drawn by then never will be."""
START = "import sys; sys.path += sys.argv[1:]; from bot.reports.canvas import main; main()"
"""The program: nothing is imported for it but what draws (`-I -S`), since it is started for each picture."""


class CannotDraw(Exception):
    """The program that draws has failed."""


class Drawing:
    """Draws SVG as PNG."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def draw(self, svg: str) -> bytes:
        """Return the PNG. Raises `CannotDraw`."""
        async with self._turn:
            return await asyncio.to_thread(_drawn, svg)


def command() -> list[str]:
    """Return the command that draws standard input."""
    return [sys.executable, "-I", "-S", "-c", START, *_folders()]


@cache
def _folders() -> list[str]:
    """Return where the program finds us, what draws, and the font."""
    specs = (find_spec(name) for name in ("resvg_py", "noto_cjk_sans_otc"))
    files = [Path(spec.origin) for spec in specs if spec and spec.origin]
    return list(dict.fromkeys(str(file.parents[1]) for file in (Path(bot.__file__), *files)))


def _drawn(svg: str) -> bytes:
    try:
        done = subprocess.run(command(), input=svg.encode(), capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 -- our own program
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotDraw(type(error).__name__) from error
    if done.returncode != 0:
        raise CannotDraw(done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or str(done.returncode))
    return done.stdout
