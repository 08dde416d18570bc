"""Under which names things are counted at a post: behaviours by code, who passes, what speaking to people came to."""

from __future__ import annotations

OUTCOMES = ("persuaded", "heeded", "refused")
"""What came of speaking to somebody (劝导、听从、不听)."""
PASSERS = ("pedestrian", "bike", "motor")
_PASSED = "passers:"


def passed(kind: str) -> str:
    """Return under which name those who pass are counted, by kind."""
    return f"{_PASSED}{kind}"


def is_behaviour(name: str) -> bool:
    """Tell whether what is counted is something uncivil."""
    return name not in OUTCOMES and not name.startswith(_PASSED)


def kind_passed(name: str) -> str:
    """Return the kind of those who pass, if that is what is counted; else nothing."""
    return name.removeprefix(_PASSED) if name.startswith(_PASSED) else ""
