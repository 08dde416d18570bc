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


# Modules, tests and the demo city make a heap on which each full collection of garbage costs a third of a second.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """Look no more at what lives as long as the tests."""
    gc.collect()
    gc.freeze()
