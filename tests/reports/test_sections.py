"""What each section has to say, and when it has nothing to say."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from bot.domain.case import Action
from bot.reports import sections
from bot.reports.cases import CaseFacts, Step
from bot.reports.digest import DISTRICT, Kind, Period
from bot.reports.facts import Facts
from bot.reports.figures import Turn
from bot.reports.sections.lists import Listed
from bot.reports.tally import Change, Rate, Standing, Tally
from tests.reports.scenario import (
    NOW,
    RUBBISH,
    SIGNS,
    TODAY,
    ZONE,
    at,
    case,
    closed,
    district,
    events,
    facts_of,
    waiting,
)
from tests.small_city import EAST, ROAD_DAMAGE

YESTERDAY = Period(TODAY - timedelta(days=1), TODAY - timedelta(days=1), ZONE)
WEEK = Period(TODAY - timedelta(days=7), TODAY - timedelta(days=1), ZONE)


class Heap:
    """Cases and their histories, as the database would give them."""

    def __init__(self) -> None:
        self.rows, self.history = [], []

    def lay(self, rows, history=()) -> None:
        self.rows += rows
        self.history += history

    def cases(self) -> list[CaseFacts]:
        steps = defaultdict(list)
        for event in self.history:
            steps[event["subject"]].append(Step(event["at"], event["action"], event["facts"].get("unit", "")))
        told = [facts_of(row)._replace(steps=tuple(steps[f"case:{row['id']}"])) for row in self.rows]
        return sorted(told, key=lambda case: (case.reported_at, case.id))


@pytest.fixture
def heap() -> Heap:
    return Heap()


def asked(heap, name, period=WEEK, *, kind=Kind.ASKED, city=None):
    """Return what a section has to say."""
    return said(heap, period, kind, city).get(name)


def said(heap, period=WEEK, kind=Kind.ASKED, city=None):
    """Return what each section has to say, by name."""
    facts = Facts(None, city or district(), period, DISTRICT, NOW, kind, heap.cases())
    vars(facts).update(shifts=(), counts=())  # volunteers' figures are read from the database, and shown elsewhere
    found = {each.name: each.collect(facts) for each in sections.of_kind(kind)}
    return {name: data for name, data in found.items() if data is not None}


def on_time(unit, of, late=0):
    """Return cases of a unit that were due yesterday: all closed, some of them late."""
    in_time = [closed(1, unit=unit, reported_at=at(-3)) for _ in range(of - late)]
    return in_time + [closed(2.5, unit=unit, reported_at=at(-3)) for _ in range(late)]


def test_an_empty_district_has_nothing_to_say_but_noughts_and_idle_units(heap):
    found = said(heap)

    assert list(found) == ["totals", "zero"]
    assert found["totals"].now == found["totals"].before == Tally()


def test_totals_set_the_last_period_and_the_month_beside_this_one(heap):
    heap.lay([case(), case(), case(reported_at=at(-2)), case(reported_at=at(-8)), case(reported_at=at(-20))])
    totals = asked(heap, "totals", YESTERDAY)

    assert (totals.now.received, totals.before.received, totals.month.received) == (2, 1, 4)
    first = Period(TODAY.replace(day=1), TODAY.replace(day=1), ZONE)
    assert asked(heap, "totals", first).month is None, "the first of a month is the month so far"


def test_standing_names_who_has_most_overdue_first(heap):
    late = {"reported_at": at(-5), "handle_due": at(-1)}
    heap.lay([
        case(unit="U-W", **late), case(unit="U-W", **late), case(unit="U-E", **late), case(unit="D-CG"),
        case(unit="U-E", state="suspended"), case(unit="U-E", state="pending_verification", verify_due=at(0)),
        waiting(), waiting(accept_due=at(0)), closed(),
    ])  # fmt: skip
    stands = asked(heap, "standing")

    assert stands.whole == Standing(open=8, overdue=4, due_today=2, suspended=1)
    assert list(stands.owners) == [
        (Turn("unit", "U-W"), Standing(2, 2, 0, 0)),
        (Turn("headquarters"), Standing(2, 1, 1, 0)),
        (Turn("unit", "U-E"), Standing(2, 1, 0, 1)),
        (Turn("verifiers"), Standing(1, 0, 1, 0)),
        (Turn("unit", "D-CG"), Standing(1, 0, 0, 0)),
    ]


def test_sources_are_ranked_and_set_beside_the_last_period(heap):
    heap.lay(
        [case(), case(source="inspector"), case(source="inspector"), case(source="volunteer", reported_at=at(-9))],
    )
    rows = asked(heap, "sources").rows

    assert [(row.source, row.now.received, row.before.received) for row in rows] == [
        ("inspector", 2, 0), ("citizen", 1, 0), ("volunteer", 0, 1),
    ]  # fmt: skip


def test_kinds_are_set_beside_the_last_period_and_a_year_ago(heap):
    heap.lay([case(category=RUBBISH) for _ in range(3)] + [case(category=SIGNS)])
    heap.lay([case(category=RUBBISH, reported_at=at(-9)), case(category=RUBBISH, reported_at=at(-370))])
    heap.lay([case(category=ROAD_DAMAGE, reported_at=at(-9))])
    kinds = asked(heap, "kinds")

    assert kinds.received == 4
    assert list(kinds.rows) == [(RUBBISH, Change(3, 1), Change(3, 1)), (SIGNS, Change(1, 0), Change(1, 0))]


def test_one_case_makes_no_point_a_bad_one(heap):
    heap.lay(
        [case(point="P-1"), case(point="P-1"), case(point="P-2"), case(), case(), case(state="rejected", point="P-2")],
    )
    late = {"reported_at": at(-20), "handle_due": at(-15)}
    heap.lay([case(point="P-3", **late), case(point="P-3", **late)])

    assert list(asked(heap, "points").rows) == [("P-1", 2, 0), ("P-3", 0, 2)]


def test_what_came_back_is_named_by_unit(heap):
    again, failed = case(state="rework", round=2, unit="U-E"), case(state="rework", round=2, unit="U-W")
    heap.lay([again, failed, case()])
    heap.lay([], events(again, (Action.DISPATCH, at(-3), "U-E"), (Action.DISPUTE, at(-2)), (Action.DISPUTE, at(-1))))
    heap.lay([], events(failed, (Action.DISPATCH, at(-3), "U-W"), (Action.FAIL, at(-1))))
    found = asked(heap, "reopened")

    assert list(found.rows) == [("U-E", 2, 0), ("U-W", 0, 1)]
    assert (found.now.reopened, found.now.reworked, found.before.reopened) == (2, 1, 0)


def test_nothing_that_came_back_is_nothing_to_say(heap):
    heap.lay([case()])

    assert asked(heap, "reopened") is None


class TestLists:
    def test_the_best_are_red_and_the_worst_black_and_ties_share_a_place(self, heap):
        heap.lay(
            [*on_time("U-E", 5), *on_time("U-W", 10), *on_time("D-CG", 5, late=4), *on_time("D-YL", 10, late=8)],
        )
        lists = asked(heap, "lists")

        assert list(lists.red) == [Listed(1, "U-E", Rate(5, 5)), Listed(1, "U-W", Rate(10, 10))]
        assert list(lists.black) == [Listed(1, "D-CG", Rate(1, 5)), Listed(1, "D-YL", Rate(2, 10))]

    def test_who_ties_with_the_last_place_is_listed_too(self, heap):
        city = district(listed=1)
        heap.lay([case for unit in ("U-E", "U-W", "C-E1") for case in on_time(unit, 5)] + on_time("D-CG", 5, late=1))
        lists = asked(heap, "lists", city=city)

        assert [each.unit for each in lists.red] == ["C-E1", "U-E", "U-W"]
        assert [each.unit for each in lists.black] == ["D-CG"]

    def test_the_place_after_a_tie_is_counted_by_those_ahead(self, heap):
        heap.lay([*on_time("U-E", 5), *on_time("U-W", 5), *on_time("C-E1", 10, late=1), *on_time("D-CG", 5, late=5)])

        assert [(each.place, each.unit) for each in asked(heap, "lists").red] == [
            (1, "U-E"),
            (1, "U-W"),
            (3, "C-E1"),
        ]

    def test_a_unit_with_too_few_cases_is_on_no_list(self, heap):
        heap.lay(
            [*on_time("U-E", 5), *on_time("U-W", 6, late=1), *on_time("D-CG", 4, late=4), *on_time("", 9, late=9)],
        )
        lists = asked(heap, "lists")

        assert [each.unit for each in (*lists.red, *lists.black)] == ["U-E", "U-W"]

    def test_where_all_are_alike_nobody_is_black(self, heap):
        heap.lay([*on_time("U-E", 5), *on_time("U-W", 5)])
        lists = asked(heap, "lists")

        assert (len(lists.red), lists.black) == (2, ())

    def test_where_none_has_anything_in_time_nobody_is_red(self, heap):
        heap.lay([*on_time("U-E", 5, late=5), *on_time("U-W", 5, late=5)])
        lists = asked(heap, "lists")

        assert (lists.red, lists.black) == ((), ())

    def test_a_unit_alone_is_compared_with_nobody(self, heap):
        heap.lay(on_time("U-E", 9))

        assert asked(heap, "lists") is None

    def test_a_day_is_too_little_so_daily_it_is_the_month_so_far(self, heap):
        heap.lay([closed(1, reported_at=at(-8), unit=unit) for unit in ("U-E", "U-W") for _ in range(5)])
        lists = asked(heap, "lists", YESTERDAY, kind=Kind.DAILY)

        assert (lists.span.first, lists.span.last) == (TODAY.replace(day=1), TODAY - timedelta(days=1))
        assert len(lists.red) == 2

    def test_of_days_at_the_turn_of_a_month_it_is_those_days(self, heap):
        """On the Monday after, the days off are in one digest."""
        days = Period(TODAY.replace(month=2, day=27), TODAY.replace(day=1), ZONE)
        heap.lay([closed(1, reported_at=at(-13), unit=unit) for unit in ("U-E", "U-W") for _ in range(5)])

        assert asked(heap, "lists", days, kind=Kind.DAILY).span == days


class TestRecurrence:
    def test_three_of_a_kind_at_one_place_in_thirty_days_come_back(self, heap):
        heap.lay([case(point="P-1", reported_at=at(-day)) for day in (1, 15, 30)])
        heap.lay([case(point="P-2", reported_at=at(-day)) for day in (1, 15, 31)])
        heap.lay([case(point="P-2", category=SIGNS)])
        found = asked(heap, "recurrence")

        assert [(spot.category, len(spot.cases)) for spot in found.spots] == [(ROAD_DAMAGE, 3)]
        assert found.share == Rate(3, 6)

    def test_what_lies_within_the_metres_of_its_category_is_one_place(self, heap):
        metre = 1 / 111_195
        heap.lay([case(lat=EAST[0] + metres * metre) for metres in (0, 30, 49)])
        heap.lay([case(category=SIGNS, lat=EAST[0] + metres * metre) for metres in (0, 40, 80)])

        assert [spot.category for spot in asked(heap, "recurrence").spots] == [ROAD_DAMAGE]

    def test_what_has_no_place_is_counted_apart(self, heap):
        heap.lay([case(lat=None, lon=None, place="某某家门口") for _ in range(4)] + [case()])
        found = asked(heap, "recurrence")

        assert (found.spots, found.share, found.unplaced) == ((), Rate(0, 1), Rate(4, 5))

    def test_void_rejected_and_merged_cases_bring_nothing_back(self, heap):
        heap.lay([case(state=state, point="P-1") for state in ("void", "rejected", "merged")])

        assert asked(heap, "recurrence") is None

    def test_the_pack_says_how_many_and_how_long(self, heap):
        heap.lay([case(reported_at=at(-day)) for day in (1, 5)])

        assert asked(heap, "recurrence", city=district(recurrence_cases=2)).spots
        assert not asked(heap, "recurrence", city=district(recurrence_cases=2, recurrence_days=4)).spots


def test_satisfaction_is_of_those_rated_and_says_how_many_they_are(heap):
    heap.lay([closed(rating=stars, reported_at=at(-3)) for stars in (5, 4, 3, None, None)])
    found = asked(heap, "satisfaction")

    assert (found.satisfied, found.answered, found.stars) == (Rate(2, 3), Rate(3, 5), 4.0)


def test_without_ratings_there_is_no_satisfaction(heap):
    heap.lay([closed(reported_at=at(-3))])

    assert asked(heap, "satisfaction") is None


def test_units_with_nothing_open_report_so_together(heap):
    heap.lay([case(unit="U-E"), closed(unit="U-W"), case(unit="D-CG", state="suspended")])
    zero = asked(heap, "zero")

    assert (zero.units, zero.of) == (("U-W", "C-E1", "D-YL", "D-SW"), 6)
