"""The whole of the job `nag` on cases that have come due: who hears of each, the cards, the record."""

from __future__ import annotations

import random
import time
from contextlib import closing
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.jobs.nag import nag
from bot.jobs.timetable import Tick
from bot.pipeline.following import read_city
from bot.pipeline.house import House
from bot.services.words import Words
from storage.database import Database
from storage.migrate import upgrade
from storage.models import Reminder
from tests.crash.backlog import NINE, lay_out
from tests.fakes.bot_api import FakeBotApi


def say_all(url: str, count: int) -> float:
    """Let so many cases in hand come due, and the job `nag` do all of its work; return how many a second it did."""
    upgrade(url)
    with closing(Database(url)) as database:
        lay_out(database, FakeBotApi(), count, 60, random.Random(1))
        with database.reading() as session:
            _version, city = read_city(session)
        house, now = House([], city, Words()), NINE + timedelta(minutes=5)
        began = time.perf_counter()
        while _one_part(database, house, now):
            pass
        took = time.perf_counter() - began
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Reminder)) == count
    return count / took


def _one_part(database: Database, house: House, now: datetime) -> bool | None:
    with database.begin() as session:
        post = house.post(session, now)
        more = nag(house.desk(session, post, now), Tick(now))
        session.flush()
        post.flush()
    return more
