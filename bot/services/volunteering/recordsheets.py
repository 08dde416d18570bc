"""Records of service as tables, XLSX and CSV, in one language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.city.model import City
from bot.domain import service
from bot.domain.roles import Role
from bot.reports import comma, sheet
from bot.reports.comma import harmless
from bot.reports.tables import Row, Table
from bot.services import people
from bot.services.volunteering import boards, posts
from bot.services.volunteering.records import Record, Records, people_in
from bot.services.words import Words
from storage.models import Person, Post, Shift

_ACTIVITY = ("activity", "area", "place", "organisation", "contact", "day", "begins", "ends")
_PERSON = ("name", "team", "came", "left", "hours", "training", "minutes", "narrative")
_SUMS = ("persons", "hours", "training", "narrative")


@dataclass(frozen=True, slots=True)
class Sheets:
    """How records are written out: for which city, by which words, at which moment."""

    session: Session
    city: City
    words: Words
    language: str
    now: datetime

    def xlsx(self, records: Records) -> bytes:
        """Return the records, the activities and what is to be known of them as a spreadsheet."""
        tables = {
            self._say("records"): self.persons(records), self._say("activities"): self.activities(records),
            self._say("about"): Table((self._say("about"),), tuple((line,) for line in self.about(records))),
        }  # fmt: skip
        return sheet.lay_out(self._say(f"title.{records.purpose}"), tables, self.city.settings, self.now)

    def csv(self, records: Records) -> bytes:
        """Return the records as CSV."""
        return comma.write(self.persons(records))

    def persons(self, records: Records) -> Table:
        """A row for each person and shift."""
        heads = tuple(self._say(f"head.{name}") for name in (*_ACTIVITY, *_PERSON))
        return Table(
            heads, tuple(_safe((*self._activity(each), *self._person(records, each))) for each in records.named)
        )

    def activities(self, records: Records) -> Table:
        """A row for each shift, with the sums of all who served, named or not."""
        shifts: defaultdict[int, list[Record]] = defaultdict(list)
        for each in records.rows:
            shifts[each.served.shift.id].append(each)
        heads = tuple(self._say(f"head.{name}") for name in (*_ACTIVITY, *_SUMS))
        return Table(
            heads, tuple(_safe((*self._activity(crew[0]), *self._sums(records, crew))) for crew in shifts.values())
        )

    def about(self, records: Records) -> Iterator[str]:
        """What the sums are, who is left out, and what the figures mean."""
        rows, left_out = records.rows, records.left_out
        minutes = sum(each.minutes for each in rows if not each.is_training)
        training = sum(each.minutes for each in rows if each.is_training)
        yield self._say(
            "sums", first=records.period.first.isoformat(), last=records.period.last.isoformat(),
            persons=people_in(rows), times=len(rows), hours=_said(minutes), training=_said(training),
        )  # fmt: skip
        yield self._say(f"named.{records.purpose}", persons=people_in(records.named), times=len(records.named))
        yield self._say(
            f"left_out.{records.purpose}", persons=people_in(left_out), times=len(left_out),
            hours=_said(sum(each.minutes for each in left_out)),
        )  # fmt: skip
        yield self._say("rules")
        yield self._say(f"care.{records.purpose}")

    def _activity(self, record: Record) -> Row:
        shift, post = record.served.shift, record.post
        unit = self.city.units.get(post.unit)
        return (
            self._number(shift), self.city.settings.label(self.language), posts.label(post, self.language),
            (unit or self.city.settings).label(self.language), self._contact(post), shift.day,
            self._clock(shift.begins), self._clock(shift.ends),
        )  # fmt: skip

    def _person(self, records: Records, record: Record) -> Row:
        """The clock times of a person are within the slot, like the minutes."""
        shift, rows = record.served.shift, record.served.rows
        slot = service.slot(shift.begins, shift.ends, shift.cancelled_at)
        came = max(min(each.came_at for each in rows), slot.came)
        left = min(max(each.left_at for each in rows if each.left_at is not None), slot.left)
        unit = self.city.units.get(record.team)
        return (
            record.name, unit.label(self.language) if unit else "", self._clock(came), self._clock(left),
            *_hours([record]), record.minutes, self._narrative(records, record),
        )  # fmt: skip

    def _sums(self, records: Records, crew: Sequence[Record]) -> Row:
        return (people_in(crew), *_hours(crew), self._narrative(records, crew[0]))

    def _narrative(self, records: Records, record: Record) -> str:
        if record.is_training:
            return self._say("narrative.training", place=posts.label(record.post, self.language))
        counts = records.counts.get(record.served.shift.id)
        facts = {"seen": boards.seen(counts), "persuaded": counts["persuaded"]} if counts else {}
        key = "narrative.counted" if facts and any(facts.values()) else "narrative.duty"
        return self._say(key, place=posts.label(record.post, self.language), **facts)

    def _number(self, shift: Shift) -> str:
        """The number of a shift as an activity: the same whenever it is written out."""
        return f"{shift.post}-{shift.day.replace('-', '')}-{self._clock(shift.begins).replace(':', '')}"

    def _contact(self, post: Post) -> str:
        """Who answers for it, masked even here: they were not asked."""
        heads = people.holders(self.session, [Role.UNIT_HEAD], self.now, unit=post.unit) if post.unit else ()
        head = self.session.get(Person, heads[0]) if heads else None
        return service.masked(head.name) if head is not None and head.name else ""

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.city.settings.time_zone)):%H:%M}"

    def _say(self, key: str, **facts: str | float) -> str:
        return self.words.plain(self.language, f"records.{key}", **facts)


def file_name(records: Records, words: Words, language: str, ending: str) -> str:
    """Return the name of a file that holds these records."""
    period = records.period
    return f"{words.plain(language, f'records.title.{records.purpose}')} {period.first}_{period.last}.{ending}"


def _hours(records: Sequence[Record]) -> tuple[float, float]:
    """Return the hours of service, and those of training."""
    apart = [sum(each.minutes for each in records if each.is_training is which) for which in (False, True)]
    return service.hours(apart[0]), service.hours(apart[1])


def _said(minutes: int) -> str:
    return f"{service.hours(minutes):.2f}".rstrip("0").rstrip(".")


def _safe(row: Row) -> Row:
    return tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row)
