"""The table of a case's life as a page of the documentation: `python -m bot.domain.drawing > docs/case.md`."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.case import TABLE, State, Transition

_INTRO = """# The life of a case

Drawn from the one transition table in `bot/domain/case.py` by `python -m bot.domain.drawing > docs/case.md`; a test
holds the two together. Actions that leave the state as it is stand in the table alone.
"""


def page() -> str:
    """Return the whole page: a Mermaid diagram of the states, and the table."""
    return "\n".join([_INTRO, "```mermaid", *_diagram(), "```", "", *_table(), ""])


def _diagram() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"  [*] --> {State.PENDING_OPENING}: report"
    for row in TABLE:
        for state in State:
            if row.to is not None and state in row.states:
                yield from (f"  {state} --> {to}: {row.action}" for to in (row.to, *sorted(row.back_to)))


def _table() -> Iterator[str]:
    yield "| from | action | who | to | demands | clocks |"
    yield "|---|---|---|---|---|---|"
    for row in TABLE:
        cells = (
            _words(row.states),
            row.action,
            _words(row.who),
            _to(row),
            _words(row.demands),
            _clocks(row),
        )
        yield f"| {' | '.join(cells)} |"


def _to(row: Transition) -> str:
    back = f", or back to {_words(row.back_to)}" if row.back_to else ""
    return f"{row.to}{back}" if row.to else "(stays)"


def _words(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))


def _clocks(row: Transition) -> str:
    named = (("starts", row.starts), ("stops", row.stops), ("pauses", row.pauses))
    return "; ".join(f"{verb} {_words(clocks)}" for verb, clocks in named if clocks)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 -- the page is what this is for
