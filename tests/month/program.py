"""The real program, played by the script: services and engine, on a clock that jumps to where anything is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import delete, func, select

from bot.domain.case import Action
from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.pipeline.digesting import collected
from bot.port import Chat, Envelope, Press
from bot.reports.digest import Digest
from bot.services import history, people, tokens
from bot.services.casework import cases, followers
from bot.services.casework.routing import Owner
from bot.services.casework.stances import read_hands
from bot.services.desk import Desk
from storage.models import Alarm, Attachment, Card, Case, Chore, Nag, OutboxRow, Person, Reminder, new_id
from tests.dialogue import Stage
from tests.month.arrivals import arrive
from tests.month.course import Deed, Filing
from tests.month.crew import Crew
from tests.month.days import MINUTE
from tests.month.records import ANSWERS, LEADERS, NOBODY, Listed, Said
from tests.month.script import Script

JOBS = ("nag", "digest_daily", "digest_flash", "digest_weekly", "digest_monthly")
"""Not the nightly job that finds forgotten alarms: none may be forgotten here."""
Doing = Filing | Deed


class Made(NamedTuple):
    """A digest that the program ordered: when, of which kind, days and unit, for whom; and what it tells."""

    at: datetime
    kind: str
    first: date
    last: date
    unit: str
    chats: frozenset[str]
    digest: Digest


class Program:
    """The whole house on a stage, without its deliveries: what it wants to say stays in the outbox to be read."""

    def __init__(self, stage: Stage, crew: Crew, script: Script) -> None:
        timetable.load()
        self.stage = stage
        self.persons = arrive(stage, crew, script)
        self.cases: dict[int, int] = {}
        self.digests: list[Made] = []
        self.cards: dict[datetime, set[Listed]] = {}
        self._doings = _by_moment(script)
        jobs = [timetable.jobs[name] for name in JOBS]
        self._metronome = Metronome(stage.inbox.put, stage.clock, lambda: stage.city, jobs)

    def play(self, stops: Iterable[datetime], looks: Iterable[datetime], until: datetime) -> None:
        """Let the month pass: at each moment first what is due by the clock, then what people do.

        The jobs tick every minute; of the minutes in which they could do nothing none is played. At `stops` the clock
        may have something to do that no row tells of; at `looks` all nag cards are noted.
        """
        stops, looks = {*stops, *(at + MINUTE for at in self._doings)}, set(looks)
        coming = sorted({*stops, *looks, *self._doings, until}, reverse=True)
        while (now := min(coming[-1], due := self._next_due())) < until:
            if now == coming[-1]:
                coming.pop()
            self.stage.clock.move(now - self.stage.now)
            if now == due or now in stops:
                self._tick()
            if now in stops:
                self._make_digests()
            if now in looks:
                self.cards[now] = self._listed()
            self._do(self._doings.get(now, []))

    def _next_due(self) -> datetime:
        """Return the next minute at which a row says that something is due."""
        moments = (select(func.min(each)).scalar_subquery() for each in (Alarm.at, Nag.silent_until))
        with self.stage.reading() as session:
            due = filter(None, session.execute(select(*moments)).one())
        return max(min(map(_minute, due), default=datetime.max.replace(tzinfo=self.stage.now.tzinfo)), self._soon)

    @property
    def _soon(self) -> datetime:
        return self.stage.now + MINUTE

    def _tick(self) -> None:
        self.stage._runner.run(self._metronome.tick())
        self._work()

    def _work(self) -> None:
        while self.stage.engine.work().rows:
            pass

    def _make_digests(self) -> None:
        """Make the digests that were ordered just now, as their chore would."""
        with self.stage.reading() as session:
            orders = list(session.scalars(select(Chore.args).where(Chore.kind == "digest")))
        for args in orders:
            digest = collected(self.stage.house, self.stage.database, args)
            days, chats = (digest.period.first, digest.period.last), frozenset(each["id"] for each in args["chats"])
            self.digests.append(Made(self.stage.now, digest.kind.value, *days, digest.scope.unit, chats, digest))
        if orders:
            with self.stage.database.begin() as session:
                session.execute(delete(Chore).where(Chore.kind == "digest"))

    # --- what people do -----------------------------------------------------------------------------------------------

    def _do(self, doings: list[Doing]) -> None:
        taps = [each for each in doings if isinstance(each, Deed) and each.what in ANSWERS]
        acts = [each for each in doings if each not in taps]
        if acts:
            with self.stage.database.begin() as session:
                post = self.stage.house.post(session, self.stage.now)
                self._act(self.stage.house.desk(session, post, self.stage.now), acts)
                session.flush()
                post.flush()
        if taps:
            self.stage._runner.run(self.stage.inbox.put([self._tap(each) for each in taps]))
            self._work()

    def _act(self, desk: Desk, doings: list[Doing]) -> None:
        self._read_ahead(desk, doings)
        for each in doings:
            by = desk.session.get_one(Person, self.persons[each.by])
            if isinstance(each, Filing):
                self.cases[each.case] = self._file(desk, each, by).id
            else:
                self._carry_out(desk, each, by)

    def _read_ahead(self, desk: Desk, doings: list[Doing]) -> None:
        """Read at once what services ask for one by one, as the handlers of a batch do."""
        ids = {self.cases[each.case] for each in doings if each.case in self.cases}
        found = desk.session.read(Case, ids)
        desk.post.read_cards([f"case:{each}" for each in ids])
        history.read_texts(desk.session, ids)
        history.read_heads(desk.session, ids)
        followers.read_ahead(desk.session, ids)
        read_hands(desk, ids)
        persons = {self.persons[each.by] for each in doings}
        persons |= {each for case in found for each in (case.reporter_id, case.owner_id, case.handler_id) if each}
        persons |= {each.person_id for case in found for each in desk.post.cards(f"case:{case.id}") if each.person_id}
        persons |= {each.person_id for case in found for each in followers.of(desk, case)}
        people.read_ahead(desk.session, persons)
        people.read_roles(desk.session, persons, desk.now)

    def _file(self, desk: Desk, filing: Filing, by: Person) -> Case:
        at = self.stage.city.points.get(filing.point)
        where = {"lat": at.lat, "lon": at.lon, "point": at.code} if at else {}
        how = {"urgent": filing.urgent, "sure": filing.sure}
        return cases.file(desk, cases.Filing(new_id(), by, filing.category, words="路面破损", **where, **how))

    def _carry_out(self, desk: Desk, deed: Deed, by: Person) -> None:
        case = desk.session.get_one(Case, self.cases[deed.case])
        if deed.what == "reply":
            photo = {"purpose": "after", "round": case.round, "state": "stored", "sent_at": desk.now}
            desk.session.add(Attachment(id=new_id(), case_id=case.id, person_id=by.id, **photo))
            desk.session.flush()
        person = self.persons[deed.to] if deed.to else None
        owner = Owner(deed.unit, person, "unit_head" if person else "dispatcher") if deed.unit else None
        brought = {"reason": "原因", "words": "已处理", "owner": owner, "rating": deed.rating or None}
        cases.act(desk, case, Action(deed.what), by, **brought)

    def _tap(self, deed: Deed) -> Envelope:
        action, extra = ("nag_on_it", "0:") if deed.what == "on_it" else ("nag_until", f"0:{deed.what}")
        press = Press(token=tokens.write(action, self.cases[deed.case], extra), press_id=f"press-{new_id()}")
        return self.stage.channel.says(self.stage.person(deed.by).sender, press)

    # --- what the program has noted -----------------------------------------------------------------------------------

    def reminders(self) -> Iterator[Said]:
        """Yield every mark that was said, and to whom."""
        persons, numbers = self._keys()
        with self.stage.reading() as session:
            for each in session.scalars(select(Reminder)):
                mark = each.clock, each.reason, each.name
                yield Said(each.at, numbers[each.case_id], *mark, persons[each.person_id], each.silenced)

    def nags(self) -> list[tuple[datetime, str]]:
        """Return when a nag card was sent as a new message, and into which chat."""
        query = select(OutboxRow.created_at, OutboxRow.chat_body).join(Card, Card.id == OutboxRow.card_id)
        with self.stage.reading() as session:
            rows = session.execute(query.where(Card.subject.startswith("nag:"), OutboxRow.anew)).all()
        return [(at, Chat.model_validate_json(body).id) for at, body in rows]

    def _listed(self) -> set[Listed]:
        persons, numbers = self._keys()
        with self.stage.reading() as session:
            return {
                Listed(
                    persons[each.person_id], numbers[each.case_id], each.rung,
                    frozenset(filter(None, each.missing.split(";"))), each.silent_until,
                )
                for each in session.scalars(select(Nag))
            }  # fmt: skip

    def _keys(self) -> tuple[dict[int, str], dict[int, int]]:
        persons = {person_id: key for key, person_id in self.persons.items()} | {0: LEADERS, -1: NOBODY}
        return persons, {case_id: number for number, case_id in self.cases.items()}


def _by_moment(script: Script) -> dict[datetime, list[Doing]]:
    everything = sorted([*script.filings, *script.deeds], key=lambda each: each.at)
    return {at: list(doings) for at, doings in groupby(everything, key=lambda each: each.at)}


def _minute(at: datetime) -> datetime:
    return at + (-timedelta(seconds=at.second, microseconds=at.microsecond)) % MINUTE
