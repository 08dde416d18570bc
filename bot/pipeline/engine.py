"""Takes what waits in the inbox, batch by batch, and lets everything a batch causes be committed at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from bot.clock import Clock
from bot.pipeline import batch, notes
from bot.pipeline.arrivals import Arrival, Taken, read, waiting
from bot.pipeline.house import House
from bot.pipeline.notes import Note
from bot.pipeline.quarantine import set_aside
from bot.services.post import Letter
from storage.database import Database, is_outage
from storage.models.pipeline import PARTITIONS
from storage.session import BatchSession

log = logging.getLogger(__name__)

ALL = frozenset(range(PARTITIONS))
TRIES = 5
"""How often a row that met somebody else's change is done again before it counts as an error of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one batch came to: rows taken; which notes (by place) could not be written, and why; messages queued.

    Letters are None where they are not told, or others may write some too: then the table has to be asked.
    """

    rows: int = 0
    letters: Sequence[Letter] | None = None
    refused: Mapping[int, Exception] = field(default_factory=dict)


class Engine:
    """Works the inbox. `work` does one batch in the calling thread."""

    def __init__(self, database: Database, house: House, clock: Clock) -> None:
        self._database = database
        self._house = house
        self._clock = clock

    def work(self, partitions: Collection[int] = ALL, brought: Sequence[Note] = ()) -> Done:
        """Write what is brought, take a batch, commit. An outage of the database is raised and nothing has happened.

        When a note or a handler fails, nothing of it all is kept. Then notes are written by themselves, and rows done
        again one by one; the one that fails alone is quarantined with its reason, and its chat goes on.
        """
        try:
            return self._work_at_once(partitions, brought)
        except Exception as error:
            if is_outage(error):
                raise
        refused = self._write(brought)
        with self._database.reading() as session:
            arrivals = self._waiting(session, partitions)
        for arrival in arrivals:
            if arrival.trouble is None:
                self._alone(arrival)
        return self._done(arrivals, None, refused)

    async def work_aside(self, partitions: Collection[int] = ALL, brought: Sequence[Note] = ()) -> Done:
        """Do one batch in the writer thread."""
        return await self._database.in_writer(lambda: self.work(partitions, brought))

    def _work_at_once(self, partitions: Collection[int], brought: Sequence[Note]) -> Done:
        if not self._database.is_sqlite:
            # Another process may hold the card of a receipt while it waits for one that this batch is going to change.
            self._write_together(brought)
            brought = ()
        with self._database.reading() as session:
            arrivals = [] if brought else self._waiting(session, partitions)
        if not brought and not arrivals:
            return Done()
        with self._database.begin() as session:
            if brought:
                notes.write(session, brought, self._clock.now())
                arrivals = self._waiting(session, partitions)
            letters = self._handle(session, arrivals)
        return self._done(arrivals, letters if self._database.is_sqlite or not letters else None, {})

    def _waiting(self, session: BatchSession, partitions: Collection[int]) -> Sequence[Arrival]:
        return read(self._house, waiting(session, partitions)) if partitions else []

    def _handle(self, session: BatchSession, arrivals: Sequence[Arrival]) -> list[Letter]:
        readable = [arrival for arrival in arrivals if arrival.trouble is None]
        return batch.work(session, self._house, readable, self._clock.now()) if readable else []

    def _done(
        self, arrivals: Sequence[Arrival], letters: Sequence[Letter] | None, refused: Mapping[int, Exception]
    ) -> Done:
        self._set_aside({arrival.id: arrival.trouble for arrival in arrivals if arrival.trouble is not None})
        return Done(len(arrivals), letters, refused)

    # --- one by one ---------------------------------------------------------------------------------------------------

    def _write(self, brought: Sequence[Note]) -> dict[int, Exception]:
        """Write notes, together or one by one; return the errors of those that cannot be written, by their places."""
        if not self._trouble_with(brought):
            return {}
        troubles = {place: self._trouble_with([note]) for place, note in enumerate(brought)}
        return {place: trouble for place, trouble in troubles.items() if trouble is not None}

    def _trouble_with(self, brought: Sequence[Note]) -> Exception | None:
        try:
            self._write_together(brought)
        except Exception as error:
            if is_outage(error):
                raise
            return error
        return None

    def _write_together(self, brought: Sequence[Note]) -> None:
        if brought:
            with self._database.begin() as session:
                notes.write(session, brought, self._clock.now())

    def _alone(self, arrival: Arrival) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.begin() as session:
                    self._handle(session, [arrival])
            except Taken:
                return
            except Exception as error:
                if is_outage(error):
                    raise
                if attempt < TRIES and isinstance(error, StaleDataError | IntegrityError):
                    continue
                self._set_aside({arrival.id: error})
            return

    def _set_aside(self, troubles: Mapping[int, Exception]) -> None:
        if troubles:
            with self._database.begin() as session:
                for row_id, trouble in troubles.items():
                    set_aside(session, row_id, trouble)
