"""A digest as a whole: quiet days, the seal, periods that are not over, and sections that join by adding a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.reports import tables, text
from bot.reports.digest import Kind, Period, Scope
from bot.reports.sections import registered, section
from bot.services.words import Words
from storage.models import Seal
from tests.reports.renew import GOLDEN, golden
from tests.reports.scenario import NOW, TODAY, ZONE, at, case, closed, digest, lay, waiting

WORDS = Words()


def test_a_day_on_which_nothing_happened_and_nothing_is_due_is_quiet(session):
    lay(session, [case(reported_at=at(-20), handle_due=at(9)), closed(1, reported_at=at(-9))])

    assert digest(session, Kind.DAILY).is_quiet


@pytest.mark.parametrize(
    "facts",
    [
        {"reported_at": at(-1)},
        {"handle_due": at(-5)},
        {"handle_due": at(0, 20)},
        {"state": "rejected", "reported_at": at(-1)},
    ],
)
def test_what_came_in_or_is_overdue_or_due_today_breaks_the_quiet(session, facts):
    lay(session, [case(**({"reported_at": at(-20), "handle_due": at(9)} | facts))])

    assert not digest(session, Kind.DAILY).is_quiet


def test_the_newest_seal_is_printed_by_its_beginning(session):
    assert digest(session, Kind.DAILY).seal == ""
    for seq in (1, 2):
        session.add(Seal(id=seq, seq=seq, at=NOW, up_to=0, heads={}, hash=bytes([seq]) * 32))
    session.flush()

    assert digest(session, Kind.DAILY).seal == "02" * 6


def test_of_a_period_that_is_not_over_only_what_is_over_counts(session):
    lay(session, [case(reported_at=at(-3), handle_due=at(0, 7)), case(reported_at=at(-3), handle_due=at(0, 9))])
    made = digest(session, Kind.ASKED, Period(TODAY, TODAY, ZONE))

    assert made.block("totals").now.due == 1
    assert made.period.end == NOW


def test_a_digest_of_days_long_gone_tells_how_things_stand_now(session):
    lay(session, [case(reported_at=at(-1))])
    made = digest(session, Kind.ASKED, Period(TODAY - timedelta(days=90), TODAY - timedelta(days=80), ZONE))

    assert made.block("totals").now.received == 0
    assert made.block("standing").whole.open == 1


def test_a_digest_of_a_unit_counts_its_own_and_what_is_below_it(session):
    lay(session, [case(unit="U-E"), case(unit="C-E1"), case(unit="U-W"), waiting()])

    assert digest(session, Kind.DAILY, scope=Scope("U-E")).block("totals").now.received == 2
    assert digest(session, Kind.DAILY).block("totals").now.received == 4


@pytest.mark.parametrize("kind", list(Kind))
def test_the_most_important_comes_first_in_every_kind(week, kind):
    orders = [block.order for block in digest(week, kind).blocks]

    assert orders == sorted(orders)
    assert orders[0] == 10


def test_a_unit_alone_makes_no_zero_report(session):
    assert digest(session, Kind.DAILY, scope=Scope("C-E1")).block("zero") is None
    assert digest(session, Kind.DAILY, scope=Scope("U-E")).block("zero").units == ("U-E", "C-E1")


def test_it_says_what_was_looked_at(week):
    """`python -m tests.reports.renew` writes these files anew; `git diff` then shows what has changed."""
    found = dict(golden(week))

    assert found == {path.name: path.read_text("utf-8") for path in GOLDEN.glob("*.txt")}


@dataclass(frozen=True)
class Shifts:
    planned: int
    held: int


@pytest.fixture
def shifts(tmp_path, monkeypatch):
    """Add a section as a new file would: a function, a template, a table."""
    monkeypatch.setattr(text, "FOLDERS", [*text.FOLDERS, tmp_path])
    text._environment.cache_clear()
    (tmp_path / "shifts.txt.j2").write_text("班次 <b>{{ data.held }}/{{ data.planned }}</b> {{ unit('U-E') }}\n")

    @section("shifts", order=25, kinds={Kind.DAILY})
    def collect(facts):
        return Shifts(planned=4, held=len(facts.cases)) if facts.cases else None

    @tables.table("shifts", order=25)
    def draw(made, voice):
        return tables.Table(("planned", "held"), ((4, made.block("shifts").held),))

    yield
    del registered["shifts"], tables._registered["shifts"]
    text._environment.cache_clear()


def test_a_section_joins_by_itself_where_its_order_says(session, shifts):
    lay(session, [case()])
    made = digest(session, Kind.DAILY)
    said = "".join(span.text for span in text.write(made, WORDS, "zh_CN", 4096))

    assert [block.name for block in made.blocks][:3] == ["totals", "standing", "shifts"]
    assert said.index("在办") < said.index("班次 1/4 东街街道") < said.index("来源")


def test_a_section_joins_only_the_kinds_it_is_for_and_only_with_something_to_say(session, shifts):
    assert digest(session, Kind.DAILY).block("shifts") is None
    lay(session, [case()])
    assert digest(session, Kind.WEEKLY).block("shifts") is None


def test_a_section_may_bring_a_table(session, shifts):
    lay(session, [case()])
    drawn = tables.tables(digest(session, Kind.DAILY), text.Voice(WORDS, "en", digest(session, Kind.DAILY).city))

    assert list(drawn)[:3] == ["overview", "units", "shifts"]
    assert drawn["shifts"].rows == ((4, 1),)
