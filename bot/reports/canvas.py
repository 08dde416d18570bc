"""SVG drawn as PNG, with the one font that is packed with the program.

Drawing takes some tenths of a second in which nothing else of its process can run: a process that serves people lets
another one do it (`main`), and this module imports next to nothing, so that the other one is small.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

import resvg_py

FAMILY = "Noto Sans CJK SC"
"""The family's name inside the font file; by any other name text would silently be missing."""
_PACKAGE, _FILE = "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"
_POLITE = 10
"""Whoever serves people goes first."""


def draw(svg: str) -> bytes:
    """Return the PNG of an SVG. Raises `ValueError` for what is no SVG, and `ImportError` without the font."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=[font()], font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )  # fmt: skip


def font() -> str:
    """Return where the font file lies. Importing its package would take more memory than all the rest here."""
    found = PathFinder.find_spec(_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise ImportError(_PACKAGE)
    return os.path.join(places[0], _FILE)  # noqa: PTH118 -- pathlib is an import, too


def main() -> None:
    """Draw what comes in at standard input."""
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode()))
