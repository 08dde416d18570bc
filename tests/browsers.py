"""A real browser for the tests marked `browser`; where there is none they are reported as not run, loudly."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from playwright.async_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Return the path of the browser that this machine has."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def lacking() -> str:
    """Say what to install before the browser tests can run; empty if nothing is missing."""
    if find_spec("playwright") is None:
        return "the package playwright is missing: pip install -r requirements/test.txt"
    if program() is None:
        return "Chromium is missing: apt install chromium"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where there is no browser."""
    if reason := lacking():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in red which tests did not run, and what they need."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped and (reason := lacking()):
        terminalreporter.section(f"{len(skipped)} BROWSER TESTS NOT RUN", sep="!", red=True, bold=True)
        for report in skipped:
            terminalreporter.line(f"NOT RUN {report.nodeid}", red=True)
        terminalreporter.line(f"NOT RUN because {reason}", red=True, bold=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return a headless Chromium; make contexts of it, one a person, in the session's loop, and close them."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield chromium
        await chromium.close()
