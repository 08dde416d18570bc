"""The engine apart: asked over a line, in the city of the newest pack, and missed when its process has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe

import pytest
from sqlalchemy.exc import OperationalError

from bot.pipeline import apart
from bot.pipeline.apart import Apart, Gone, serve
from bot.pipeline.engine import ALL, Done
from bot.pipeline.following import Following
from bot.pipeline.worker import Worker
from storage.database import is_outage
from storage.models import PackRow
from tests.dialogue import MONDAY
from tests.pipeline.conftest import Rig


@contextmanager
def served(rig: Rig) -> Iterator[Apart]:
    """Serve the rig's engine at the other end of a line."""
    ours, theirs = Pipe()
    following = Following(rig.house, None)
    serving = threading.Thread(target=serve, args=(theirs, rig.engine, rig.house, rig.database, following))
    serving.start()
    yield Apart(ours, rig.house)
    ours.close()
    serving.join()


async def test_a_batch_is_worked_at_the_other_end(rig: Rig):
    rig.says("wang", "hello")
    with served(rig) as engine:
        assert (await engine.work_aside(ALL, [rig.channel.says("wang", "hello again")])).rows == 2
        assert await engine.work_aside(ALL) == Done()

    assert rig.heard == [("wang", "hello"), ("wang", "hello again")]


async def test_an_outage_there_is_an_outage_here(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> Done:
        raise OperationalError("SELECT ?", {"words": "private"}, Exception("locked"), hide_parameters=True)

    monkeypatch.setattr(rig.engine, "work", fail)
    with served(rig) as engine:
        with pytest.raises(OperationalError) as caught:
            await engine.work_aside(ALL)
        assert is_outage(caught.value)
        assert "private" not in str(caught.value)


async def test_it_follows_another_pack(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "SECONDS", 0)
    body = rig.house.city.settings.model_copy(update={"name": "新城区"}).model_dump(mode="json")
    with rig.database.begin() as session:
        session.add(PackRow(kind="settings", code="settings", body=body, changed_at=MONDAY))
    with served(rig) as engine:
        await engine.work_aside(ALL)

    assert rig.house.city.settings.name == "新城区"


async def test_a_link_learned_here_is_known_there(rig: Rig):
    ours, theirs = Pipe()
    other = Rig(rig.database)
    serving = threading.Thread(target=serve, args=(theirs, other.engine, other.house, rig.database, None))
    serving.start()
    rig.channel.start_link = "https://t.me/parrot?start="
    await Apart(ours, rig.house).work_aside(ALL)
    ours.close()
    serving.join()

    assert other.house.start_link == "https://t.me/parrot?start="


async def test_workers_end_when_its_process_has(rig: Rig):
    with served(rig) as engine:
        pass

    with pytest.raises(Gone):
        await Worker(engine, lambda: ALL, lambda _: None).run()
