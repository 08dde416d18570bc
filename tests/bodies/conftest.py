"""The small city, set up for the whole program to run in it as it would in a town."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SystemClock
from bot.config import Settings
from storage.database import Database
from storage.models import PackRow
from tests.dialogue import MONDAY
from tests.small_city import small_city


@pytest.fixture
def database_kind() -> str:
    """What is stored is the same on every channel; that both databases bear it is shown by the dialogues."""
    return "sqlite"


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    today = SystemClock().now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    city = small_city(working_hours=((time.min, time(23, 59)),), quiet_hours=(time.min, time.min), days_worked=(today,))
    database = Database(migrated_url)
    with database.begin() as session:
        for (kind, code), record in city._all.items():
            session.add(PackRow(kind=kind, code=code, body=record.model_dump(mode="json"), changed_at=MONDAY))
    database.close()
    return Settings(
        database_url=migrated_url,
        blobs=str(tmp_path / "blobs"),
        web_port=0,
        demo=False,
        web_secret="fictional",
        pacing=False,
    )
