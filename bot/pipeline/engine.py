"""Takes what waits in the inbox, batch by batch, and lets everything a batch causes be committed at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from bot.clock import Clock
from bot.pipeline import batch
from bot.pipeline.arrivals import Arrival, Taken, read, waiting
from bot.pipeline.house import House
from bot.pipeline.quarantine import set_aside
from storage.database import Database, is_outage
from storage.models.pipeline import PARTITIONS

log = logging.getLogger(__name__)

ALL = frozenset(range(PARTITIONS))
TRIES = 5
"""How often a row that met somebody else's change is done again before it counts as an error of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one batch came to: rows taken, messages queued."""

    rows: int = 0
    messages: int = 0


class Engine:
    """Works the inbox. `work` does one batch in the calling thread."""

    def __init__(self, database: Database, house: House, clock: Clock) -> None:
        self._database = database
        self._house = house
        self._clock = clock

    def work(self, partitions: Collection[int] = ALL) -> Done:
        """Take and commit one batch. An outage of the database is raised and nothing has happened.

        When a handler fails, nothing of the batch is kept and its rows are done again one by one; the one that fails
        alone is quarantined with its reason, and its chat goes on.
        """
        with self._database.reading() as session:
            rows = waiting(session, partitions)
        arrivals = read(self._house, rows)
        if not arrivals:
            return Done()
        readable = [arrival for arrival in arrivals if arrival.trouble is None]
        try:
            messages = self._commit(readable)
        except Exception as error:
            if is_outage(error):
                raise
            messages = sum(self._alone(arrival) for arrival in readable)
        self._set_aside({arrival.id: arrival.trouble for arrival in arrivals if arrival.trouble is not None})
        return Done(len(arrivals), messages)

    async def work_aside(self, partitions: Collection[int] = ALL) -> Done:
        """Do one batch in the writer thread."""
        return await self._database.in_writer(lambda: self.work(partitions))

    def _commit(self, arrivals: Sequence[Arrival]) -> int:
        if not arrivals:
            return 0
        with self._database.begin() as session:
            return batch.work(session, self._house, arrivals, self._clock.now())

    def _alone(self, arrival: Arrival) -> int:
        for attempt in range(1, TRIES + 1):
            try:
                return self._commit([arrival])
            except Taken:
                return 0
            except Exception as error:
                if is_outage(error):
                    raise
                if attempt < TRIES and isinstance(error, StaleDataError | IntegrityError):
                    continue
                self._set_aside({arrival.id: error})
                return 0
        return 0

    def _set_aside(self, troubles: Mapping[int, Exception]) -> None:
        if troubles:
            with self._database.begin() as session:
                for row_id, trouble in troubles.items():
                    set_aside(session, row_id, trouble)
