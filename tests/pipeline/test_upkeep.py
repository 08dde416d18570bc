"""How full the disks are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.pipeline.upkeep import Disks
from storage.blobs import Blobs
from storage.database import Database

GB = 1_000_000_000


class Usage(NamedTuple):
    total: float
    used: float
    free: int


@pytest.mark.parametrize(
    ("total", "free", "full"),
    [(1000 * GB, 3 * GB, False), (1000 * GB, 1.9 * GB, True), (10 * GB, 1.1 * GB, False), (10 * GB, 0.9 * GB, True)],
)
async def test_a_disk_is_nearly_full_when_both_little_and_a_small_share_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: float, free: float, full: bool
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total, total - free, int(free)))
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    facts = await Disks(database, Blobs(str(tmp_path))).run({})
    database.close()

    found = [("disk", "database", {"free": int(free) // 1_000_000})] if full else []
    assert facts == {"kind": "health", "looked_at": ["disk"], "found": found}


async def test_what_is_kept_elsewhere_is_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 0))
    database = Database("postgresql+psycopg://nobody@127.0.0.1/nothing")
    facts = await Disks(database, Blobs("memory://photos")).run({})
    database.close()

    assert facts["found"] == []
