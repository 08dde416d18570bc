"""The settings of one city, as city.toml gives them."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeInt, PositiveInt

from bot.city.record import Record, in_language
from bot.domain.roles import Role
from bot.domain.worktime import TimeUnit

Function = Literal[
    Role.VOLUNTEER,
    Role.LEADER,
    Role.UNIT_HEAD,
    Role.INSPECTOR,
    Role.DISPATCHER,
    Role.EXECUTIVE,
    Role.ADMINISTRATOR,
]


def split_span(value: object) -> object:
    """Turn "08:00-12:00" into its two ends; leave anything else to the validator that follows."""
    return tuple(part.strip() for part in value.split("-")) if isinstance(value, str) else value


def check_zone(name: str) -> str:
    """Return the name of a known time zone; raise ValueError for any other."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(name) from error
    return name


ClockTime = Annotated[time | None, BeforeValidator(lambda value: None if value == "" else value)]
Span = Annotated[tuple[time, time], BeforeValidator(split_span)]
Share = Annotated[float, Field(ge=0.01, lt=1)]
Holder = Literal[
    "whose_turn",
    "point_leader",
    "unit_head",
    "sponsor_head",
    "territorial_head",
    "trade_head",
    "dispatchers",
    "executives",
    "leaders_group",
]
"""Who may be called by a rung: whoever has to act, the heads of the units that answer, headquarters, the leaders."""


class Limit(Record):
    """A stretch of time, counted in one of the four units of the trade: 紧急工作时, 工作时, 工作日, 自然日."""

    amount: PositiveInt
    unit: TimeUnit


class Distance(Record):
    """How long after a clock has run out; nothing is at once."""

    amount: NonNegativeInt
    unit: TimeUnit


class Rung(Record):
    """One rung of the escalation ladder: how long after a clock has run out, and who is told then."""

    after: Distance
    to: Annotated[tuple[Holder, ...], Field(min_length=1)]


class PersonLimits(Record):
    """What one person may send, so that nobody drowns the others."""

    reports_an_hour: PositiveInt = 10
    reports_a_day: PositiveInt = 30
    open_drafts: PositiveInt = 1
    photos_a_report: PositiveInt = 9
    words_a_report: PositiveInt = 2000


class Retention(Record):
    """How many days after closing personal material is kept; the public figures have no end."""

    photo_days: PositiveInt = 90
    reporter_days: PositiveInt = 180
    raw_days: PositiveInt = 30


class Digests(Record):
    """When digests go out, by the city's clocks, and what they leave unsaid; a kind whose time is "" never does.

    On days off none goes out and the next working day's covers them, unless `on_days_off`. On the `tests` (测评) and
    the `test_days` before each there are no days off, and a flash goes out, too.
    """

    daily: ClockTime = time(8)
    flash: ClockTime = time(12)
    weekly: ClockTime = time(8, 10)
    monthly: ClockTime = time(8, 20)
    on_days_off: bool = False
    tests: tuple[date, ...] = ()
    test_days: NonNegativeInt = 7
    least_for_rate: PositiveInt = 10  # of fewer, counts are shown and no rate
    least_for_list: PositiveInt = 5  # a unit with fewer cases due is on no list
    listed: PositiveInt = 3  # places on the red and on the black list; ties share one
    rows: PositiveInt = 5  # lines of each table that a message shows
    recurrence_cases: PositiveInt = 3  # so many at one place, of one kind …
    recurrence_days: PositiveInt = 30  # … within so many days: a trouble that comes back


class Volunteers(Record):
    """How volunteers serve: what is asked of them, and when they are reminded by the city's clocks."""

    sign_in_minutes_before: NonNegativeInt = 30  # so long before its begin somebody may come to a shift …
    sign_out_minutes_after: NonNegativeInt = 30  # … and so long after its end say that they went
    withdraw_hours: NonNegativeInt = 2  # until so long before its begin a shift is given back by a tap
    evening: ClockTime = time(19, 30)  # when they are reminded of tomorrow; "" never
    soon_minutes: NonNegativeInt = 30  # so long before they are reminded of a shift; 0 never
    unmanned_minutes: NonNegativeInt = 10  # so long after its begin it is said that nobody is there; 0 never
    call_hours: PositiveInt = 4  # hands for a shift are called for once in so long
    ahead_days: PositiveInt = 14  # so far ahead rotas become shifts
    near_metres: PositiveInt = 300
    pairs_a_day: PositiveInt = 3
    backfill_days: PositiveInt = 7
    backfill_asks: PositiveInt = 2  # service in one shift is claimed so often; then the organiser alone decides anew


class Patrols(Record):
    """How point leaders go round (巡查): where a pin counts, when they are reminded, and what was overlooked."""

    radius: PositiveInt = 100  # metres from a point within which a pin counts, where its class says nothing
    chiefs: bool = True  # heads of units go weekly through the circles of their unit (总点位长)
    remind: ClockTime = time(16, 30)  # when leaders are told what of the day, and of the week, is left; "" never
    miss_hours: PositiveInt = 24  # what citizens report so soon after "all fine" was overlooked (漏报)


class Advice(Record):
    """Words that show a matter is not ours, and where to turn instead."""

    code: str
    words: tuple[str, ...]
    advice: str
    advice_en: str = ""

    def label(self, language: str = "zh_CN") -> str:
        """Return the advice in the language of the reader; the Chinese one where there is no other."""
        return in_language(language, self.advice, self.advice_en)


class Settings(Record):
    """All that city.toml says; every field but the name has a default that suits a Chinese district."""

    name: Annotated[str, Field(min_length=1)]
    name_en: str = ""
    time_zone: Annotated[str, AfterValidator(check_zone)] = "Asia/Shanghai"
    languages: tuple[Literal["zh_CN", "en"], ...] = ("zh_CN", "en")
    working_hours: tuple[Span, ...] = ((time(8), time(12)), (time(14), time(18)))
    days_off: tuple[date, ...] = ()
    days_worked: tuple[date, ...] = ()
    quiet_hours: Span = (time(22), time(7))
    opening: Literal["auto", "dispatcher"] = "auto"
    ladder: tuple[Rung, ...] = (
        Rung(after=Distance(amount=0, unit="work_hours"), to=("whose_turn",)),
        Rung(after=Distance(amount=4, unit="work_hours"), to=("sponsor_head", "territorial_head")),
        Rung(after=Distance(amount=1, unit="work_days"), to=("trade_head", "dispatchers")),
        Rung(after=Distance(amount=2, unit="work_days"), to=("executives", "leaders_group")),
    )
    nag_shares: tuple[Share, ...] = (0.5, 0.8)
    nags_a_day: PositiveInt = 2
    digests: Digests = Digests()
    volunteers: Volunteers = Volunteers()
    patrols: Patrols = Patrols()
    limits: PersonLimits = PersonLimits()
    accept_limit: Limit = Limit(amount=2, unit="work_hours")
    acknowledge_limit: Limit = Limit(amount=2, unit="work_hours")
    verify_limit: Limit = Limit(amount=4, unit="work_hours")
    default_limit: Limit = Limit(amount=4, unit="work_hours")
    urge_hours: PositiveInt = 24
    dispute_days: PositiveInt = 7
    rating_days: PositiveInt = 7
    invite_hours: PositiveInt = 168
    draft_hours: PositiveInt = 24
    route_metres: PositiveInt = 60
    circle_metres: PositiveInt = 300
    retention: Retention = Retention()
    emergencies: tuple[Advice, ...] = ()
    not_ours: tuple[Advice, ...] = ()

    def label(self, language: str = "zh_CN") -> str:
        """Return the city's name in the language of the reader."""
        return in_language(language, self.name, self.name_en)
