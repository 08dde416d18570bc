"""What every test may ask for, and what no test may do."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.channels.contract")

pytest_plugins = ["tests.outside", "tests.databases", "tests.browsers", "tests.dialogue", "tests.drawing"]

settings.register_profile("suite", deadline=None, database=None, print_blob=True)
settings.load_profile("suite")

# A developer's own settings must not colour what the tests see.
for name in [name for name in os.environ if name.startswith("PK_") and not name.startswith("PK_TEST_")]:
    del os.environ[name]


LONGEST = (
    "tests/month/",
    "tests/crash/",
    "tests/week/",
    "tests/web/test_page.py",
    "tests/bodies/",
    "tests/handlers/test_forged",
    "tests/handlers/test_report_crowd.py",
    "tests/handlers/test_odd_words.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: of several workers none shall be left with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


# Modules, tests and the demo city make a heap on which each full collection of garbage costs a third of a second.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """Look no more at what lives as long as the tests."""
    gc.collect()
    gc.freeze()
