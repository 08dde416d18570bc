"""Pictures are drawn by a program of their own; what it dies of is told, and nothing else dies."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image

from bot.pipeline import drawing
from bot.pipeline.drawing import CannotDraw, Drawing
from bot.reports import canvas

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40" font-family="Noto Sans CJK SC">'
    '<rect width="90" height="40" fill="#fff"/><text x="5" y="30" font-size="30">东街</text></svg>'
)


async def test_what_it_draws_is_what_is_drawn_here():
    apart = Image.open(BytesIO(await Drawing().draw(SVG)))

    assert apart.size == (90, 40)
    assert apart.tobytes() == Image.open(BytesIO(canvas.draw(SVG))).tobytes()


async def test_what_is_no_svg_is_told_by_its_reason():
    with pytest.raises(CannotDraw, match="ValueError"):
        await Drawing().draw("no picture")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "-9"),
        ("raise SystemExit(3)", "3"),
        ("import no_such_module", "no_such_module"),
    ],
)
async def test_a_program_that_dies_takes_nothing_along(monkeypatch, program: str, reason: str):
    monkeypatch.setattr(drawing, "START", program)
    with pytest.raises(CannotDraw, match=reason):
        await Drawing().draw(SVG)


async def test_a_program_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(drawing, "START", "import sys; sys.stdin.read(); import time; time.sleep(600)")
    monkeypatch.setattr(drawing, "SECONDS", 0.2)
    with pytest.raises(CannotDraw, match="TimeoutExpired"):
        await Drawing().draw(SVG)


async def test_one_is_drawn_after_another(monkeypatch):
    meeting, met = threading.Barrier(2), []

    def draw(_svg: str) -> bytes:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.05)
            met.append("two at once")
        meeting.reset()
        return b""

    monkeypatch.setattr(drawing, "_drawn", draw)
    shared = Drawing()
    await asyncio.gather(*(shared.draw(SVG) for _ in range(3)))

    assert met == []


def test_it_imports_next_to_nothing():
    """What would make it large: a child is started for each picture."""
    heavy = ("jinja2", "PIL", "sqlalchemy", "pydantic", "asyncio", "importlib.resources")
    code = f"{drawing.START.removesuffix('main()')}print([name for name in {heavy} if name in sys.modules])"
    command = [part if part != drawing.START else code for part in drawing.command()]
    done = drawing.subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
