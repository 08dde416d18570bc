"""The real program through the week: jobs, services and handlers, on a clock that jumps to where anything happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, insert, select

from bot.city.model import City, DutyPost, DutyRota
from bot.domain.case import Refusal
from bot.domain.service import Spell
from bot.jobs import timetable
from bot.jobs.clock import Metronome
from bot.port import Chat, Envelope, Location, Payload, Press
from bot.reports import duty
from bot.reports.period import Period
from bot.services import tokens
from bot.services.desk import Desk
from bot.services.volunteering import backfills, cancellations, codes, hours, shifts, swaps
from storage.models import Assignment, Attendance, Identity, OutboxRow, Person, Shift, Tally, Volunteer, new_id
from tests.dialogue import Stage
from tests.month.days import DAY as DAYS
from tests.month.days import MINUTE, ZONE, local
from tests.small_city import LAT, LON, small_city
from tests.week.acts import A_TEAM, CREW, DAY, LIVELY, PEAKS, TRAINING, TRAINING_DAY, Act, Script
from tests.week.ledger import EVENING, OPENS, STAYS, Cover

MONDAY = date(2026, 3, 9)
JOBS = ("shifts", "shift_reminders", "attendance")
COUNTED = (("pedestrian", "P01"), ("bike", "B06"), ("other", "G01"), ("other", "persuaded"), ("pedestrian", "+"))
NAMES = ("P01", "B06", "G01", "persuaded", "passers:pedestrian")
ORGANISER = -1
_NORTH = 0.05
"""More than five kilometres, in degrees."""


def city_of(script: Script) -> City:
    """Return the small city with the posts of the week."""
    records = {key: each for key, each in small_city()._all.items() if key[0] not in {"post", "rota"}}
    for post in range(script.posts):
        code, (lat, lon) = _code(post), _position(post)
        records["post", code] = DutyPost(code=code, name=f"{post} 号岗", unit="U-E", lat=lat, lon=lon)
        for number, (begins, ends) in enumerate(PEAKS):
            rota = DutyRota(code=f"{code}-{number}", post=code, begins=_clock(begins), ends=_clock(ends), crew=CREW)
            records["rota", rota.code] = rota
    days: dict[str, Any] = {
        "weekdays": str(TRAINING_DAY + 1),
        "begins": _clock(TRAINING[0]),
        "ends": _clock(TRAINING[1]),
    }
    records["rota", "T"] = DutyRota(code="T", post=_code(0), kind="training", crew=3 * CREW, **days)
    return City(records)


class Program:
    """The whole house on a stage without its deliveries, and everybody who plays a part."""

    def __init__(self, stage: Stage, script: Script) -> None:
        timetable.load()
        self.stage, self.script = stage, script
        self.persons = {who: new_id() for who in range(ORGANISER, script.volunteers)}
        self.shifts: dict[int, int] = {}
        self._arrive()
        jobs = [timetable.jobs[name] for name in JOBS]
        self._metronome = Metronome(stage.inbox.put, stage.clock, lambda: stage.city, jobs)

    def play(self) -> None:
        """Let the week pass: at each moment first the jobs that are due, then what people do."""
        acts = {at: list(each) for at, each in groupby(self.script.acts, key=lambda each: each.at)}
        for at in sorted({*acts, *self._stops()}):
            self.stage.clock.move(_moment(at) - self.stage.now)
            self.stage.channel.now = self.stage.now
            self.stage._runner.run(self._metronome.tick())
            self._work()
            self.shifts = self.shifts or self._planned()
            self._do(acts.get(at, []))

    def _stops(self) -> set[int]:
        """Return when jobs have something to do: plan days, remind, close what was forgotten."""
        days = range(-DAY, 6 * DAY, DAY)
        slots = self.script.slots
        return {-DAY + 5, *(day + EVENING for day in days), *(day + 5 for day in days)} | {
            at for each in slots for at in (each.begins - OPENS, each.ends + STAYS + 1)
        }

    def _work(self) -> None:
        while self.stage.engine.work().rows:
            pass

    def _planned(self) -> dict[int, int]:
        with self.stage.reading() as session:
            held = {(each.post, each.begins): each.id for each in session.scalars(select(Shift))}
        return {each.number: held[_code(each.post), local(MONDAY) + each.begins * MINUTE] for each in self.script.slots}

    # --- what people do -----------------------------------------------------------------------------------------------

    def _do(self, acts: Sequence[Act]) -> None:
        quiet = [act for act in acts if act.what not in LIVELY]
        lively = [act for act in acts if act.what in LIVELY]
        if quiet:
            with self._desk() as desk:
                for act in quiet:
                    self._act(desk, act)
        if lively:
            with self._desk() as desk:
                envelopes = [self._said(desk, act) for act in lively]
            self.stage._runner.run(self.stage.inbox.put(envelopes))
            self._work()

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        with self.stage.database.begin() as session:
            post = self.stage.house.post(session, self.stage.now)
            yield self.stage.house.desk(session, post, self.stage.now)
            session.flush()
            post.flush()

    def _act(self, desk: Desk, act: Act) -> None:
        """Let somebody do what is done at a desk; what the program refuses is not done."""
        with suppress(Refusal):
            getattr(self, f"_{act.what}")(desk, act, desk.session.get_one(Shift, self.shifts[act.slot]))

    def _sign_up(self, desk: Desk, act: Act, shift: Shift) -> None:
        shifts.sign_up(desk, shift.id, self._person(desk, act.who))

    def _withdraw(self, desk: Desk, act: Act, shift: Shift) -> None:
        shifts.withdraw(desk, shift.id, self._person(desk, act.who))

    def _swap(self, desk: Desk, act: Act, shift: Shift) -> None:
        taker, is_to_all = act.more
        swaps.offer(desk, self._person(desk, act.who), shift.id, None if is_to_all else self.persons[taker])
        given = shifts.signup(desk, shift, self.persons[act.who])
        assert given is not None
        swaps.take(desk, self._person(desk, taker), given.id)

    def _cancel(self, desk: Desk, _act: Act, shift: Shift) -> None:
        cancellations.cancel(desk, shift)

    def _backfill(self, desk: Desk, act: Act, shift: Shift) -> None:
        came, left = (_moment(at) for at in act.more)
        backfills.ask(desk, shift, self._person(desk, act.who), Spell(came, left), "忘记签到")

    def _decide(self, desk: Desk, act: Act, shift: Shift) -> None:
        asked = select(Attendance.id).where(Attendance.shift_id == shift.id, Attendance.state == "asked")
        found = desk.session.scalar(asked.where(Attendance.person_id == self.persons[act.who]))
        if found is not None:
            backfills.decide(desk, found, self._person(desk, ORGANISER), grant=bool(act.more[0]))

    def _person(self, desk: Desk, who: int) -> Person:
        return desk.session.get_one(Person, self.persons[who])

    def _said(self, desk: Desk, act: Act) -> Envelope:
        sender = self.stage.person(str(act.who)).sender
        return self.stage.channel.says(sender, self._payload(desk, act))

    def _payload(self, desk: Desk, act: Act) -> Payload | str:
        shift_id = self.shifts[act.slot]
        if act.what == "code":
            return codes.showing(desk, desk.session.get_one(Shift, shift_id)).digits
        if act.what in {"pin", "live", "far"}:
            lat, lon = _position(self.script.slots[act.slot].post)
            away = _NORTH if act.what == "far" else act.who * 1e-6  # nobody stands where a colleague does
            return Location(lat=lat + away, lon=lon, live=act.what == "live")
        if act.what == "out":
            return _press(tokens.write("sign_out", shift_id))
        page, name = ("pedestrian", "undo") if act.what == "undo" else COUNTED[act.more[0]]
        n = act.more[1] if name == "+" else ""
        return _press(tokens.write("tally", shift_id, f"{page}:{name}{n}"))

    # --- what the program has noted -----------------------------------------------------------------------------------

    def minutes(self) -> dict[tuple[int, int], int]:
        """Return the minutes of service by person and slot, where there are any."""
        slots = {shift_id: slot for slot, shift_id in self.shifts.items()}
        with self._desk() as desk:
            served = {who: hours.of(desk, person_id) for who, person_id in self.persons.items()}
            return {(who, slots[each.shift.id]): each.minutes for who in served for each in served[who] if each.minutes}

    def totals(self) -> dict[int, tuple[int, int]]:
        """Return everybody's minutes of duty and of training, as they are told."""
        with self._desk() as desk:
            served = {who: hours.of(desk, person_id) for who, person_id in self.persons.items() if who != ORGANISER}
        return {who: (hours.minutes(each), hours.minutes(each, training=True)) for who, each in served.items()}

    def covers(self) -> dict[tuple[int, int], Cover]:
        """Return how each post was manned on each day, as digests tell it."""
        week = Period(MONDAY, MONDAY + 6 * DAYS, ZONE)
        with self.stage.reading() as session:
            read = {day: duty.read(session, each, None, self.stage.now) for day, each in enumerate(week.each_day())}
        return {
            (int(stand.code[1:]), day): Cover(*astuple(figures))
            for day, shifts in read.items()
            for stand, figures in duty.by_stand(shifts).items()
        }

    def tallies(self) -> Counter[tuple[int, int, int, int]]:
        """Return what was counted, by post, quarter of an hour, behaviour and person."""
        slots = {shift_id: slot for slot, shift_id in self.shifts.items()}
        keys = {person_id: who for who, person_id in self.persons.items()}
        found: Counter[tuple[int, int, int, int]] = Counter()
        with self.stage.reading() as session:
            for each in session.scalars(select(Tally)):
                post = self.script.slots[slots[each.shift_id]].post
                quarter, rest = divmod(each.quarter - local(MONDAY), 15 * MINUTE)
                assert not rest
                found[post, quarter, NAMES.index(each.behaviour), keys[each.person_id]] += each.count
        return found

    def reminders(self) -> Counter[tuple[int, str, int]]:
        """Return who was reminded when, in the evening before or shortly before."""
        keys = {f"{who}" for who in self.persons}
        rows = select(OutboxRow.created_at, OutboxRow.chat_body, OutboxRow.body).where(OutboxRow.card_id.is_(None))
        with self.stage.reading() as session:
            said = session.execute(rows.where(OutboxRow.body.contains("shift_out"))).all()
        found: Counter[tuple[int, str, int]] = Counter()
        for at, chat, body in said:
            who = Chat.model_validate_json(chat).id
            assert who in keys
            found[(at - local(MONDAY)) // MINUTE, "soon" if "sign_in" in body else "eve", int(who)] += 1
        return found

    def states(self) -> Counter[str]:
        """Return how many times of every state there are, and who forgot to go."""
        with self.stage.reading() as session:
            states = session.execute(select(Attendance.state, func.count()).group_by(Attendance.state)).all()
            forgotten = session.scalar(select(func.count()).where(Attendance.left_by == "end")) or 0
        return Counter({"forgotten": forgotten, **{state: n for state, n in states if state != "good"}})

    # --- everybody ----------------------------------------------------------------------------------------------------

    def _arrive(self) -> None:
        """Write down who plays a part: volunteers in teams of the same street, and an organiser at headquarters."""
        now = self.stage.now
        people = [{"id": each, "name": str(who), "language": "zh_CN"} for who, each in self.persons.items()]
        volunteers = [
            {"person_id": each, "team": f"T{who // A_TEAM}", "age": "adult", "joined_at": now}
            for who, each in self.persons.items()
            if who != ORGANISER
        ]
        with self.stage.database.begin() as session:
            session.execute(insert(Person), [each | {"created_at": now, "informed_at": now} for each in people])
            session.execute(insert(Identity), [self._identity(who) for who in self.persons])
            session.execute(insert(Volunteer), volunteers)
            session.execute(insert(Assignment), [self._assignment(who) for who in self.persons])

    def _identity(self, who: int) -> dict[str, Any]:
        channel, key = self.stage.channel, str(who)
        return {
            "channel": channel.name, "realm": channel.name, "id": key, "person_id": self.persons[who],
            "account": channel.account, "chat_id": key, "reachable": True, "seen_at": self.stage.now,
        }  # fmt: skip

    def _assignment(self, who: int) -> dict[str, Any]:
        role = "dispatcher" if who == ORGANISER else "volunteer"
        kept = {"unit": "", "point": "", "since": self.stage.now}
        return {"id": new_id(), "person_id": self.persons[who], "role": role, **kept}


def _press(token: str) -> Press:
    return Press(token=token, press_id=f"press-{new_id()}")


def _code(post: int) -> str:
    return f"Z{post:02}"


def _position(post: int) -> tuple[float, float]:
    return LAT + 0.001 * (post % 8), LON + 0.001 * (post // 8)


def _clock(minute: int) -> time:
    return time(*divmod(minute, 60))


def _moment(at: int) -> datetime:
    """Return when people do what they do in a minute: at any second of it."""
    return local(MONDAY) + at * MINUTE + timedelta(seconds=37 * at % 60)
