"""SVG drawn as PNG, with the one font that is packed with the program.

Run as a program it draws what comes in at standard input: drawing takes some tenths of a second in which nothing else
of its process can run, so that a process that serves people has it done by another one.
"""

from __future__ import annotations

import os
import sys

import resvg_py
from noto_cjk_sans_otc import FONT_PATH

FAMILY = "Noto Sans CJK SC"
"""The family's name inside the font file; by any other name text would silently be missing."""
_POLITE = 10
"""Whoever serves people goes first."""


def draw(svg: str) -> bytes:
    """Return the PNG of an SVG. Raises `ValueError` for what is no SVG."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=[str(FONT_PATH)], font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )  # fmt: skip


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode()))
