"""What volunteers and organisers are told about a shift, in private and in their language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta

from bot.domain import ladder
from bot.port import Outgoing
from bot.services import people
from bot.services.casework import alarms
from bot.services.desk import Desk, Row
from bot.services.post import EXPIRES
from bot.services.volunteering import posts
from bot.services.words import Fact
from storage.models import Post, Shift

Rows = Callable[[str], Iterable[Row]]
"""The choices of a message, in the language of its reader."""
Said = Callable[[str], Fact]
"""A fact that is another in each language."""
_NAMED = 3


def tell(
    desk: Desk,
    person_id: int,
    key: str,
    shift: Shift | None = None,
    rows: Rows | None = None,
    *,
    expires: timedelta = EXPIRES,
    **facts: Fact | Said,
) -> bool:
    """Write to somebody about a shift (`what`), where they can be reached; tell whether they can.

    What could not be delivered in so long (`expires`) never will be.
    """
    person = people.merged(desk.session, person_id)
    chat = people.private_chat(desk.session, person.id)
    if chat is None:
        return False
    language = desk.language_of(person)
    if shift is not None:
        facts["what"] = slot(desk, shift, language)
    said = {name: fact(language) if callable(fact) else fact for name, fact in facts.items()}
    text = desk.words.say(language, key, **said)
    desk.post.send(chat, Outgoing(text=text, choices=tuple(rows(language)) if rows else ()), expires=expires)
    return True


def slot(desk: Desk, shift: Shift, language: str) -> str:
    """Return when and where a shift is: 明天 07:00–08:30 解放路口岗."""
    post = desk.session.get_one(Post, shift.post)
    return f"{when(desk, shift, language)} {posts.label(post, language)}"


def brief(desk: Desk, shift: Shift, language: str) -> str:
    """Return when and where a shift is, as short as a choice must be: today 7–8:30 Jiefang/Jiankang."""
    post = desk.session.get_one(Post, shift.post)
    return f"{desk.words.brief(language, shift.begins, shift.ends, desk.now)} {posts.label(post, language)}"


def when(desk: Desk, shift: Shift, language: str) -> str:
    """Return the day and the hours of a shift: 明天 07:00–08:30."""
    return f"{desk.words.moment(language, shift.begins, desk.now)}–{clock(desk, shift.ends)}"


def day(desk: Desk, shift_day: str, language: str) -> str:
    """Return a day as people say it."""
    noon = datetime.combine(date.fromisoformat(shift_day), time(12), desk.words.zone).astimezone(UTC)
    return desk.words.day(language, noon)


def clock(desk: Desk, at: datetime) -> str:
    """Return the time of day that the city's clocks show."""
    return f"{at.astimezone(desk.words.zone):%H:%M}"


def names(desk: Desk, ids: Iterable[int], unit: str, language: str) -> str:
    """Return the names of a few people and of their unit: 李某、王某（东街街道）."""
    named = [people.merged(desk.session, each).name for each in ids]
    shown = desk.words.plain(language, "shifts.comma").join([each for each in named if each][:_NAMED])
    label = desk.city.unit(unit).label(language) if unit in desk.city.units else desk.city.settings.label(language)
    return desk.words.plain(language, "shifts.who", names=shown, unit=label) if shown else label


def is_quiet(desk: Desk) -> bool:
    """Tell whether nobody is to be spoken to now who has not asked for it."""
    return ladder.is_quiet(desk.now, alarms.rules(desk.city))
