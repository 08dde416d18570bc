"""The page about a case's life says what the table says."""

from __future__ import annotations

from pathlib import Path

from bot.domain.case import TABLE
from bot.domain.drawing import page


def test_the_page_is_drawn_from_the_table():
    assert Path("docs/case.md").read_text("utf-8") == page()


def test_every_row_stands_in_the_page():
    assert all(f"| {row.action} |" in page() for row in TABLE)
