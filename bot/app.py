"""The composition root: wires everything, and starts and stops it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from bot.adapters import make_channels
from bot.channels.degrade import degrade, understand
from bot.channels.web import WebChannel
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.domain.roles import Role
from bot.handlers import router
from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.pipeline.acknowledging import Acknowledging
from bot.pipeline.apart import Apart, serve
from bot.pipeline.chores import Chores
from bot.pipeline.engine import Done, Engine
from bot.pipeline.following import Following, follow_city, read_city
from bot.pipeline.house import House
from bot.pipeline.inbox import Inbox
from bot.pipeline.kinds import kinds_of
from bot.pipeline.leases import Leases
from bot.pipeline.outbox import Outbox
from bot.pipeline.worker import Worker
from bot.port import Channel, Command, Introducible, Pushed
from bot.services import demo, menus
from bot.services.words import Words
from bot.web.app import make_web
from bot.web.chat import Room, chat_routes
from bot.web.chat.seats import Personas, Seats, Visitors
from bot.web.health import health_routes
from bot.web.server import GRACE_SECONDS, Server
from storage.blobs import Blobs
from storage.database import Database
from storage.queries import webchat

log = logging.getLogger(__name__)

Loop = Coroutine[Any, Any, None]


class App:
    """Everything that runs in one process, on a migrated database with a city in it."""

    def __init__(self, settings: Settings, clock: Clock | None = None, engine: Connection | None = None) -> None:
        """`engine` is the line to the process where the engine is at work; without one it works in this process."""
        router.load()
        timetable.load()
        self.settings = settings
        self.clock = clock or SystemClock()
        self._began = self.clock.now()
        self.database = Database(settings.database_url)
        self.blobs = Blobs(settings.blobs)
        self.channels = make_channels(settings, self.database, self.blobs, self.clock)
        self.house, self._following = make_house(settings, self.database, self.channels)
        self.leases = Leases(self.database)
        works = Apart(engine, self.house) if engine else Engine(self.database, self.house, self.clock)
        self.worker = Worker(works, lambda: self.leases.partitions, self._done)
        self.acknowledging = Acknowledging(self.house.channels)
        self.inbox = Inbox(self.worker.keep, self.acknowledging.add)
        self.outboxes = {
            account: Outbox(self.database, channel, self.clock, self.worker.keep, paced=settings.pacing)
            for account, channel in self.house.channels.items()
        }
        self.metronome = Metronome(self.inbox.put, self.clock, lambda: self.house.city, timetable.jobs.values())
        kinds = kinds_of(self.house, self.blobs, self.database)
        self.chores = Chores(self.database, kinds, self.clock, self.worker.keep)
        self.page = next((each for each in self.channels if isinstance(each, WebChannel)), None)
        self.room = self._make_room(self.page) if self.page is not None else None
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Ask `run` to end: finish what has begun, begin nothing new."""
        self._stopped.set()

    async def run(self, ready: Callable[[str], None] = lambda _: None) -> None:
        """Run until `stop`, SIGTERM or SIGINT; `ready` gets the address when the pages can be opened.

        Raises `OSError` when the address is taken.
        """
        server = Server(make_web(self._routes()), self.settings.web_host, self.settings.web_port, ready)
        with contextlib.closing(server), self._signals():
            async with asyncio.TaskGroup() as loops:
                background = [loops.create_task(loop) for loop in self._background()]
                intake = [loops.create_task(loop) for loop in self._intake()]
                working = loops.create_task(self.worker.run())
                work = {name: loops.create_task(loop) for name, loop in self._work()}
                serving = loops.create_task(server.run_until_stopped())
                await self._stopped.wait()
                log.info("stopping")
                await self._wind_down(server, intake)
                held = [task for name, task in work.items() if self.leases.holds(name)]
                await asyncio.wait([serving, *held], timeout=GRACE_SECONDS)
                self.worker.stop()  # the last: it has written down what became of all that
                await asyncio.wait([working], timeout=GRACE_SECONDS)
                for task in (*background, *work.values(), working):
                    task.cancel()
        await self._close()

    # --- what runs ----------------------------------------------------------------------------------------------------

    def _background(self) -> Iterator[Loop]:
        yield self.leases.run()
        yield self.acknowledging.run()
        yield follow_city(self.database, self._following)
        for channel in self.channels:
            yield _introduce(channel, self.house.words)

    def _intake(self) -> Iterator[Loop]:
        yield self.leases.guard("clock", self.metronome.run)
        for (name, account), channel in self.house.channels.items():
            yield self.leases.guard(f"poller:{name}:{account}", self._receiving(channel))

    def _work(self) -> Iterator[tuple[str, Loop]]:
        self.leases.join_inbox()
        yield "chores", self.leases.guard("chores", self.chores.run)
        for (name, account), outbox in self.outboxes.items():
            yield f"sender:{name}:{account}", self.leases.guard(f"sender:{name}:{account}", outbox.run)

    def _receiving(self, channel: Channel) -> Callable[[], Loop]:
        async def receive() -> None:
            await channel.receive(self.inbox.put)

        return receive

    def _done(self, done: Done) -> None:
        self.chores.wake()
        for outbox in self.outboxes.values():
            outbox.take(done.letters)

    # --- the web ------------------------------------------------------------------------------------------------------

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = list(health_routes(self.database, self.clock, self._expected))
        if self.room is not None:
            routes += chat_routes(self.room)
        for channel in self.channels:
            if isinstance(channel, Pushed):
                routes += channel.routes(self.inbox.put)
        return routes

    def _expected(self, now: datetime) -> dict[str, datetime]:
        """What has just begun is not late."""
        has_begun = now - self._began < timetable.GRACE
        return {} if has_begun else timetable.expected(now, self.house.city)

    def _make_room(self, page: WebChannel) -> Room:
        with self.database.begin() as session:
            seats = self._make_seats(session, self.clock.now())
        return Room(
            page, self.inbox.put, self.database, self.blobs, self.house.words, lambda: self.house.city,
            self.clock, self.settings, seats,
        )  # fmt: skip

    def _make_seats(self, session: Session, now: datetime) -> Seats:
        city, words = self.house.city, self.house.words
        if self.settings.demo:
            demo.prepare(session, city, now)
            language = city.settings.languages[0]
            return Personas({each.seat: words.plain(language, f"page.seat.{each.seat}") for each in demo.PERSONAS})
        secret = self.settings.web_secret.get_secret_value() or webchat.secret(session, "cookies")
        return Visitors(secret, secure=self.settings.public_url.startswith("https://"))

    # --- the end ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
        for each in signals:
            loop.add_signal_handler(each, self.stop)
        try:
            yield
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    async def _wind_down(self, server: Server, intake: list[asyncio.Task[None]]) -> None:
        """Take nothing more in; let the batch be finished and the messages on their way arrive."""
        server.stop()
        for task in intake:
            task.cancel()
        if self.room is not None and self.page is not None:
            self.room.closing = True
            await self.page.close()
        self.chores.stop()
        for outbox in self.outboxes.values():
            outbox.stop()

    async def _close(self) -> None:
        for channel in self.channels:
            await channel.close()
        with contextlib.suppress(Exception):  # a lease that is not given back expires
            await self.leases.release()
        self.database.close()


async def _introduce(channel: Channel, words: Words) -> None:
    """Learn the link to the bot (until then invitations show the code alone), and offer everyone the citizens' menu."""
    menu = _citizens_menu(words)
    while True:
        try:
            if isinstance(channel, Introducible):
                await channel.introduce()
            await channel.announce(menu)
        except Exception as error:  # noqa: BLE001 -- it is a convenience, and what receives tells of trouble
            log.info("%s has not told who the bot is yet (%s)", channel.name, type(error).__name__)
            await asyncio.sleep(30)
        else:
            return


def _citizens_menu(words: Words) -> dict[str, Sequence[Command]]:
    citizens = frozenset({Role.CITIZEN})
    return {each: menus.offer(words, each, router.commands.values(), citizens) for each in words.languages}


def work_apart(settings: Settings, line: Connection) -> None:
    """Be the process of the engine, until the other end of the line hangs up."""
    router.load()
    timetable.load()
    clock, database, blobs = SystemClock(), Database(settings.database_url), Blobs(settings.blobs)
    house, following = make_house(settings, database, make_channels(settings, database, blobs, clock))
    spare_the_collector()
    serve(line, Engine(database, house, clock), house, database, following)
    database.close()


def spare_the_collector() -> None:
    """Let the garbage collector pass over the city and all that was imported: thousands of objects that stay for good.

    Looking through them again and again took a tenth to a quarter of the engine's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def make_house(settings: Settings, database: Database, channels: Sequence[Channel]) -> tuple[House, Following]:
    """Return the house in the city as it was imported, and what lets it follow another pack."""
    with database.reading() as session:
        version, city = read_city(session)
    house = House(channels, city, Words(), degrade=degrade, understand=understand, public_url=settings.public_url)
    return house, Following(house, version)
