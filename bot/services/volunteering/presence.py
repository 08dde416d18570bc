"""Whether somebody is at a post, by the position they send; only the class of its distance is kept, never more."""

from __future__ import annotations

import hmac
from datetime import timedelta

from bot.domain.case import Refusal
from bot.domain.geo import metres_between
from bot.domain.service import Distance, distance_of
from bot.port import Location
from bot.services.desk import Desk
from bot.services.volunteering import posts, shifts
from storage.models import Person, Pin, Post, Shift
from storage.queries import webchat

PIN_AGE = timedelta(days=1)
"""So long it is remembered (as a digest) that somebody showed a position."""
_KEY = "pins"
_KILOMETRE = 1000


class NotThere(Refusal):
    """What was sent does not show that somebody is at the post."""


def meant(desk: Desk, person: Person, location: Location) -> Shift | None:
    """Return the shift that a position is about: of those that one may sign in to the nearest, else the last one."""
    before = timedelta(minutes=desk.city.settings.volunteers.sign_in_minutes_before)
    due = [each for each in shifts.coming(desk, person.id) if each.begins <= desk.now + before]
    nearest = min(due, key=lambda each: _metres(desk.session.get_one(Post, each.post), location), default=None)
    return nearest or shifts.current(desk, person.id)


def look(desk: Desk, shift: Shift, person: Person, location: Location) -> Distance:
    """Return how far from the post of a shift somebody is, which is `at`. Raises `NotThere`, saying what to do instead.

    A forwarded position is nobody's own, and the very position that a colleague has shown of late is theirs.
    """
    post = desk.session.get_one(Post, shift.post)
    name = posts.label(post, desk.language_of(person))
    if location.forwarded:
        raise NotThere("signin.forwarded")
    metres = _metres(post, location)
    distance = distance_of(metres, post.radius, desk.city.settings.volunteers.near_metres)
    if distance is Distance.NEAR:
        raise NotThere("signin.near", post=name, metres=str(max(50, round(metres / 50) * 50)))
    if distance is Distance.FAR:
        raise NotThere("signin.far", post=name, far=_far(desk, person, metres))
    _claim(desk, person, location)
    return distance


def _metres(post: Post, location: Location) -> float:
    return metres_between(location.lat, location.lon, post.lat, post.lon)


def _claim(desk: Desk, person: Person, location: Location) -> None:
    """Remember who showed a position: two phones never stand on the same few centimetres."""
    digest = _digest(desk, location)
    shown = desk.session.get(Pin, digest)
    if shown is None:
        desk.session.add(Pin(digest=digest, person_id=person.id, at=desk.now))
    elif shown.person_id != person.id and desk.now - shown.at < PIN_AGE:
        raise NotThere("signin.copied")
    else:
        shown.person_id, shown.at = person.id, desk.now


def _digest(desk: Desk, location: Location) -> str:
    key = webchat.secret(desk.session, _KEY)
    return hmac.digest(key.encode(), f"{location.lat:.6f} {location.lon:.6f}".encode(), "sha256").hex()


def _far(desk: Desk, person: Person, metres: float) -> str:
    key = "signin.metres" if metres < _KILOMETRE else "signin.kilometres"
    n = round(metres, -2) if metres < _KILOMETRE else metres / _KILOMETRE
    return desk.words.plain(desk.language_of(person), key, n=round(n))
