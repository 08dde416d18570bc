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
                yield f"  {state} --> {row.to}: {row.action}"


def _table() -> Iterator[str]:
    yield "| from | action | who | to | demands | clocks |"
    yield "|---|---|---|---|---|---|"
    for row in TABLE:
        cells = (
            _words(row.states),
            row.action,
            _words(row.who),
            row.to or "(stays)",
            _words(row.demands),
            _clocks(row),
        )
        yield f"| {' | '.join(cells)} |"


def _words(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))


def _clocks(row: Transition) -> str:
    named = (("starts", row.starts), ("stops", row.stops), ("pauses", row.pauses))
    return "; ".join(f"{verb} {_words(clocks)}" for verb, clocks in named if clocks)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 -- the page is what this is for
