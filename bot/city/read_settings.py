"""city.toml read into settings, with the line of each mistake."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.city.mistakes import Mistake, choices_in, mistake, nearest, wrong_choice
from bot.city.settings import Distance, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import time
    from pathlib import Path

    from pydantic_core import ErrorDetails

FILE = "city.toml"
_WHERE = re.compile(r"at line (\d+), column (\d+)")
_TIMES = ("working_hours", "quiet_hours")


def read_settings(path: Path) -> tuple[Settings | None, list[Mistake]]:
    """Return the settings, or None and every mistake found."""
    if not path.is_file():
        return None, [mistake(FILE, 0, "", "", "file_missing")]
    try:
        text = path.read_bytes().decode("utf-8-sig")
        settings = Settings.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        return None, [mistake(FILE, row, "", error.object[error.start : error.end], "encoding")]
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        return None, [mistake(FILE, int(where[1]) if where else 0, "", error, "toml")]
    except ValidationError as error:
        return None, [explain_setting(text, each) for each in error.errors(include_url=False)]
    return settings, check_settings(settings, text)


def explain_setting(text: str, error: ErrorDetails) -> Mistake:
    """Turn what pydantic found into a mistake at the line of its key."""
    names = [str(part) for part in error["loc"]]
    column = ".".join(name for name in names if not name.startswith(("function", "tuple")))
    row, value, kind = line_of(text, names), error["input"], error["type"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return mistake(FILE, row, column, value, "setting_unknown", nearest=nearest(names[-1], Settings.model_fields))
    if kind == "missing":
        return mistake(FILE, row, column, "", "empty")
    if kind == "literal_error":
        return wrong_choice(FILE, row, column, value, choices_in(context["expected"]))
    return mistake(
        FILE, row, column, value, setting_key(kind, names), bound=next(iter(context.values()), ""), detail=error["msg"]
    )


def setting_key(kind: str, names: list[str]) -> str:
    """Return the key for what a setting should have been."""
    if names[0] in _TIMES or kind.startswith("time_"):
        return "time"
    if names[0] == "time_zone":
        return "time_zone"
    if names[0].startswith("days_") or kind.startswith("date_"):
        return "date"
    bounds = {"greater_than": "greater_than", "greater_than_equal": "greater_than_equal"}
    bounds |= {"less_than_equal": "less_than_equal", "int_type": "whole_number", "int_parsing": "whole_number"}
    bounds |= {"float_type": "number", "float_parsing": "number", "int_from_float": "whole_number"}
    bounds |= {"string_too_short": "empty", "string_type": "text", "less_than": "less_than", "too_short": "empty"}
    return bounds.get(kind, "other")


def line_of(text: str, names: list[str]) -> int:
    """Return the line on which the key of a setting stands, 0 where it cannot be told."""
    for name in reversed(names):
        for row, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*(\[+\s*)?{re.escape(name)}\b", line):
                return row
    return 0


def check_settings(settings: Settings, text: str) -> list[Mistake]:
    """Return the mistakes that lie between settings that are each right alone."""
    found: list[Mistake] = []

    def complain(name: str, value: Any, key: str) -> None:
        found.append(mistake(FILE, line_of(text, name.split(".")), name, value, key))

    ends = [end for span in settings.working_hours for end in span]
    if any(start >= end for start, end in settings.working_hours) or ends != sorted(ends):
        complain("working_hours", ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in settings.working_hours), "hours_order")
    for day in sorted({*settings.days_off} & {*settings.days_worked}):
        complain("days_worked", day, "day_both")
    if list(settings.nag_shares) != sorted(settings.nag_shares):
        complain("nag_shares", settings.nag_shares, "rising")
    rungs = [days_of(rung.after, settings) for rung in settings.ladder]
    if rungs != sorted(rungs):
        complain("ladder", ", ".join(f"{rung.after.amount} {rung.after.unit}" for rung in settings.ladder), "rising")
    for name, value, key in never_heard(settings):
        complain(name, value, key)
    for code in codes_twice(settings):
        complain("emergencies", code, "code_twice_here")
    return found


def days_of(distance: Distance, settings: Settings) -> float:
    """Return about how many days a distance is, to compare those of different units."""
    worked = sum((hours_of(end) or 24) - hours_of(start) for start, end in settings.working_hours)
    a_day = {"work_hours": worked, "urgent_hours": 24.0}
    return distance.amount / (a_day.get(distance.unit) or 1)


def hours_of(clock: time) -> float:
    """Return how many hours a day has at this time."""
    return clock.hour + clock.minute / 60


def never_heard(settings: Settings) -> Iterator[tuple[str, Any, str]]:
    """Yield the settings by which people would never be spoken to."""
    if is_always_quiet(settings):
        yield "quiet_hours", "-".join(f"{end:%H:%M}" for end in settings.quiet_hours), "quiet_always"
    if is_unheard(settings):
        yield "patrols.remind", settings.patrols.remind, "not_worked"


def codes_twice(settings: Settings) -> list[str]:
    """Return the codes of advice that are given more than once."""
    codes = [advice.code for advice in (*settings.emergencies, *settings.not_ours)]
    return sorted({code for code in codes if codes.count(code) > 1})


def is_unheard(settings: Settings) -> bool:
    """Tell whether leaders would be reminded of their rounds at a time of day that is not worked, so never."""
    at = settings.patrols.remind if "remind" in settings.patrols.model_fields_set else None
    worked = settings.working_hours
    return at is not None and not any(start <= at and (at < end or not hours_of(end)) for start, end in worked)


def is_always_quiet(settings: Settings) -> bool:
    """Tell whether the quiet hours leave no working time."""
    begin, end = settings.quiet_hours

    def is_quiet(clock: time) -> bool:
        return begin <= clock < end if begin <= end else clock >= begin or clock < end

    def first(start: time, close: time) -> time:
        return end if start <= end and (end < close or not hours_of(close)) and is_quiet(start) else start

    return all(is_quiet(first(start, close)) for start, close in settings.working_hours)
