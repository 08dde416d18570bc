"""Reading finds all that matters to a period, and no more than it must."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bot.domain.case import FINISHED_STATES, Action, State
from bot.reports.cases import read_cases
from bot.reports.digest import DISTRICT, Kind, Period, Scope
from bot.reports.facts import read
from bot.reports.figures import by_unit, is_open
from bot.reports.tally import Ledger
from tests.reports.scenario import NOW, TODAY, ZONE, at, case, closed, district, events, lay

EVER = [(at(-1000), at(1000))]
_LIFE = (Action.REPLY, Action.FAIL, Action.REASSIGN, Action.REPLY, Action.GRANT_EXTENSION, Action.CLOSE, Action.DISPUTE)


def many(chance: random.Random, number: int) -> list[tuple]:
    """Make up cases of the last fourteen months with their histories, in any state and order of things."""
    return [_any(chance) for _ in range(number)]


def _any(chance: random.Random):
    reported = at(-chance.random() * 420)
    later = sorted(reported + timedelta(days=chance.random() * chance.choice([1, 30])) for _ in range(5))
    state = chance.choice([*State, State.CLOSED, State.CLOSED])
    winding = chance.random() < 0.5
    row = case(
        state=state.value, unit=chance.choice(["", "U-E", "U-W", "C-E1", "D-CG"]), reported_at=reported,
        opened_at=chance.choice([None, later[0]]), dispatched_at=chance.choice([None, later[1]]), replied_at=later[2],
        handle_due=chance.choice([None, later[3]]), closed_at=later[4] if state in FINISHED_STATES else None,
        round=2 if winding else 1,
    )  # fmt: skip
    done = sorted(reported + (later[4] - reported) * chance.random() for _ in _LIFE) if winding else []
    history = list(zip(_LIFE, done, strict=False))
    return row, [(Action.DISPATCH, reported, "U-E"), *((*each, "U-W") for each in history)] if winding else []


@pytest.fixture(params=[1, 2])
def crowd(session, request):
    """Return a session on a database with a few hundred cases, and the chance by which they were made up."""
    chance = random.Random(request.param)
    made = many(chance, 300)
    lay(session, [row for row, _ in made], [event for row, done in made for event in events(row, *done)])
    return session, chance


def test_what_was_read_for_a_digest_gives_the_same_figures_as_all_there_is(crowd):
    session, chance = crowd
    everything = Ledger(read_cases(session, EVER))
    for _ in range(6):
        last = TODAY - timedelta(days=chance.randrange(60))
        period = Period(last - timedelta(days=chance.choice([0, 6, 29])), last, ZONE)
        facts = read(session, district(), period, DISTRICT, now=NOW, kind=Kind.ASKED)
        for each in (period, facts.before, facts.year_ago, facts.month, facts.lately):
            assert facts.ledger.tally(each) == everything.tally(each)
            assert facts.ledger.by(by_unit, each) == everything.by(by_unit, each)
        assert len(facts.cases) < 300


def test_all_that_is_open_is_read_whatever_the_period(session):
    lay(
        session,
        [case(reported_at=at(-300)), closed(reported_at=at(-300)), case(state="suspended", reported_at=at(-299))],
    )
    facts = read(session, district(), Period(TODAY, TODAY, ZONE), DISTRICT, now=NOW, kind=Kind.ASKED)

    assert [case.state for case in facts.cases] == ["handling", "suspended"]
    assert all(map(is_open, facts.cases))


def test_a_unit_has_its_own_cases_and_those_of_the_units_below_it(session):
    lay(session, [case(unit=unit) for unit in ("U-E", "C-E1", "U-W", "")])

    def units(scope: Scope) -> set[str]:
        period = Period(TODAY, TODAY, ZONE)
        return {case.unit for case in read(session, district(), period, scope, now=NOW, kind=Kind.ASKED).cases}

    assert units(Scope("U-E")) == {"U-E", "C-E1"}
    assert units(Scope("C-E1")) == {"C-E1"}
    assert units(Scope("no-such-unit")) == set()
    assert units(DISTRICT) == {"U-E", "C-E1", "U-W", ""}


def test_what_is_read_says_nothing_of_people(session):
    lay(session, [case(place="某某家门口")])
    told = repr(read_cases(session, EVER))

    assert "某某" not in told
    assert "K7QX" not in told
