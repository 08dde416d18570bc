"""What is wrong with the program, told to its administrators: once when it begins, once when it is over."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.domain.roles import Role
from bot.port import Chat, Outgoing, Span
from bot.services import people
from bot.services.desk import Desk
from bot.services.health import CREDENTIALS, Finding
from bot.services.words import joined
from storage.models import Identity, Trouble

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=4)
"""What is over when one looks again was no trouble: so it is when a program has just been started."""
CALM = timedelta(minutes=15)
"""What comes back within this time has not been over."""
_AT_NIGHT = frozenset({"channel", "outbox", CREDENTIALS})
"""Of these one is told in quiet hours, too: nobody hears anything any more."""
_NEWS = timedelta(hours=6)


def follow(desk: Desk, found: Iterable[Finding], kinds: Collection[str], unsure: Collection[str] = ()) -> None:
    """Note which troubles of these kinds have begun, go on, or are over; what is about something `unsure` stays."""
    followed = select(Trouble).where(Trouble.kind.in_(kinds), Trouble.about.not_in(unsure))
    known = {(row.kind, row.about): row for row in desk.session.scalars(followed)}
    for each in found:
        if each.about in unsure:
            continue
        row = known.pop((each.kind, each.about), None)
        if row is None:
            log.error("trouble=%s about=%s facts=%s", each.kind, each.about or "-", dict(each.facts))
            row = Trouble(kind=each.kind, about=each.about, since=desk.now)
            desk.session.add(row)
        row.facts, row.gone_at = dict(each.facts), None
    for row in known.values():
        row.gone_at = row.gone_at or desk.now


def tell(desk: Desk) -> None:
    """Tell every administrator in one message what has begun and what is over; what began and ended unsaid only the
    log knows.
    """
    desk.session.flush()
    rows = desk.session.scalars(select(Trouble).order_by(Trouble.since, Trouble.kind, Trouble.about)).all()
    lasting = [row for row in rows if row.said_at is None and row.gone_at is None and desk.now - row.since >= PATIENCE]
    begun = [row for row in lasting if _may_say(desk, row)]
    over = [row for row in rows if row.gone_at is not None and desk.now - row.gone_at >= CALM]
    over = [row for row in over if row.said_at is None or _may_say(desk, row)]
    said = [row for row in over if row.said_at is not None]
    if begun or said:
        broken = {row.about for row in rows if row.kind in _AT_NIGHT and row.gone_at is None}
        _send(desk, begun, said, broken)
    for row in begun:
        row.said_at = desk.now
    for row in over:
        log.info("trouble=%s about=%s is over, since=%s", row.kind, row.about or "-", row.since.isoformat())
        desk.session.delete(row)


def _may_say(desk: Desk, row: Trouble) -> bool:
    begin, end = desk.city.settings.quiet_hours
    clock = desk.now.astimezone(ZoneInfo(desk.city.settings.time_zone)).time()
    is_quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    return row.kind in _AT_NIGHT or not is_quiet


def _send(desk: Desk, begun: Sequence[Trouble], over: Sequence[Trouble], broken: Collection[str]) -> None:
    told = 0
    for person_id in people.holders(desk.session, [Role.ADMINISTRATOR], desk.now):
        person = people.merged(desk.session, person_id)
        chat = _reach(desk, person.id, broken)
        if chat is not None:
            text = joined(*_lines(desk, desk.language_of(person), begun, over))
            desk.post.send(chat, Outgoing(text=text), expires=_NEWS)
            told += 1
    if not told:
        log.warning("no administrator can be told of %d troubles", len(begun) + len(over))


def _reach(desk: Desk, person_id: int, broken: Collection[str]) -> Chat | None:
    """Return their last private chat, by preference on an account that works."""
    used = select(Identity).where(Identity.person_id == person_id, Identity.chat_id != "", Identity.reachable)
    newest = desk.session.scalars(used.order_by(Identity.seen_at.desc()))
    found = [each for each in newest if people.is_live(desk.session, each.channel, each.account)]
    best = min(found, key=lambda each: f"{each.channel}/{each.account}" in broken, default=None)
    return Chat(channel=best.channel, account=best.account, id=best.chat_id) if best else None


def _lines(desk: Desk, language: str, begun: Sequence[Trouble], over: Sequence[Trouble]) -> Iterator[tuple[Span, ...]]:
    if begun:
        yield desk.words.say(language, "trouble.begun")
    for row in begun:
        yield desk.words.say(language, f"trouble.{row.kind}", about=row.about, **row.facts)
    for row in over:
        what, since = (
            desk.words.plain(language, f"trouble.name.{row.kind}", about=row.about),
            _moment(desk, language, row.since),
        )
        yield desk.words.say(language, "trouble.over", what=what, since=since)


def _moment(desk: Desk, language: str, at: datetime) -> str:
    return desk.words.moment(language, at, desk.now)
