"""Cases made up by hypothesis: any state, any moments, any winding history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.case import Action, State
from bot.reports.cases import CaseFacts
from tests.reports.scenario import Done, at, case, facts_of

UNITS = ("", "D-CG", "U-E", "U-W", "C-E1", "D-YL")
SOURCES = ("citizen", "volunteer", "inspector", "dispatcher")
_DONE = (
    Action.DISPATCH, Action.REASSIGN, Action.REPLY, Action.FAIL, Action.GRANT_EXTENSION, Action.CLOSE, Action.DISPUTE,
)  # fmt: skip
_HOURS = st.integers(-40 * 24, 2 * 24)


@st.composite
def rows(draw: st.DrawFn) -> tuple[dict[str, Any], list[Done]]:
    """Draw the row of a case and what was done with it; moments fall on hours, midnight often among them."""
    start = draw(_HOURS)
    moments = [at(0, start + each) for each in sorted(draw(st.lists(st.integers(0, 9 * 24), min_size=8, max_size=8)))]
    maybe = [draw(st.none() | st.just(moment)) for moment in moments[1:7]]
    done = [
        (action, moments[0] + timedelta(hours=number * 5), draw(st.sampled_from(UNITS)))
        for number, action in enumerate(draw(st.lists(st.sampled_from(_DONE), max_size=7)))
    ]
    row = case(
        state=draw(st.sampled_from(State)).value, unit=draw(st.sampled_from(UNITS)),
        source=draw(st.sampled_from(SOURCES)), rating=draw(st.none() | st.integers(1, 5)), reported_at=moments[0],
        opened_at=maybe[0], dispatched_at=maybe[1], replied_at=maybe[2], closed_at=maybe[3], handle_due=maybe[4],
        verify_due=maybe[5], round=2 if done else 1,
    )  # fmt: skip
    return row, done


def cases(most: int = 12) -> st.SearchStrategy[list[CaseFacts]]:
    """Draw what a digest knows of some cases."""
    return st.lists(rows().map(lambda drawn: facts_of(drawn[0], *drawn[1])), max_size=most)
