"""Pictures drawn by a program of their own, one after another: what drawing costs or dies of touches nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from bot.reports import canvas

SECONDS = 30.0
"""A picture that is not drawn by then never will be."""


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


def _drawn(svg: str) -> bytes:
    """Run the program; `-I` keeps this folder and the environment from meddling with what it imports."""
    command = [sys.executable, "-I", canvas.__file__]
    try:
        done = subprocess.run(command, input=svg.encode(), capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 -- our own program
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotDraw(type(error).__name__) from error
    if done.returncode != 0:
        raise CannotDraw(done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or str(done.returncode))
    return done.stdout
