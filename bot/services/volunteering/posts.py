"""Posts where volunteers stand: brought in from the pack or made in chat, and who organises what happens there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bot.city.model import DutyPost
from bot.city.record import in_language
from bot.domain.case import Refusal
from bot.domain.roles import Role
from bot.services import people
from bot.services.desk import Desk
from bot.services.staffing import absences
from bot.services.volunteering import packed
from storage.models import Person, Post, new_id

ORGANISERS = frozenset({Role.UNIT_HEAD, Role.DISPATCHER, Role.ADMINISTRATOR})
_EVERYWHERE = frozenset({Role.DISPATCHER, Role.ADMINISTRATOR})
RADIUS = 100
"""Metres within which a pin counts as at the post, where nobody says otherwise."""


class NotOrganiser(Refusal):
    """It is for the organisers of the post to do."""

    def __init__(self) -> None:
        super().__init__("shifts.not_organiser")


def live(desk: Desk) -> Sequence[Post]:
    """Return the posts that are in use, by code."""
    return desk.session.scalars(select(Post).where(Post.retired_at.is_(None)).order_by(Post.code)).all()


def label(post: Post, language: str) -> str:
    """Return the name in the language of the reader."""
    return in_language(language, post.name, post.name_en)


def corners(post: Post, language: str) -> str:
    """Return who stands where, in the language of the reader; it may be empty."""
    return in_language(language, post.corners, post.corners_en)


def callees(desk: Desk, post: Post, *, but: int = 0) -> list[int]:
    """Return whom to tell of what happens at a post, but for somebody who cannot decide on it."""
    return answering_for(desk, post.unit, but=but)


def answering_for(desk: Desk, unit: str, *, but: int = 0) -> list[int]:
    """Return who answers for the volunteers of a unit: its heads, or headquarters where none of them can be reached.

    Whoever is away is heard for by their stand-in; nobody answers for themselves (`but`).
    """
    heads = people.holders(desk.session, [Role.UNIT_HEAD], desk.now, unit=unit) if unit else []
    headquarters = (people.holders(desk.session, [role], desk.now) for role in (Role.DISPATCHER, Role.ADMINISTRATOR))
    for held in (heads, *headquarters):
        acting = [each for each in absences.all_standing_in(desk, held) if each != but]
        if reached := [each for each in acting if people.private_chat(desk.session, each)]:
            return reached
    return [each for each in heads if each != but]


def units_of(desk: Desk, person: Person) -> frozenset[str] | None:
    """Return for which units somebody organises, in place of heads who are away as well; None for all of them."""
    held = people.functions(desk.session, person.id, desk.now)
    if any(item.role in _EVERYWHERE for item in held):
        return None
    for absent in absences.absents(desk, person.id):
        held += people.functions(desk.session, absent, desk.now)
    return frozenset(item.unit for item in held if item.role == Role.UNIT_HEAD and item.unit)


def may_organise(desk: Desk, person: Person, post: Post) -> bool:
    """Tell whether somebody organises a post."""
    units = units_of(desk, person)
    return units is None or post.unit in units


def ensure_organiser(desk: Desk, person: Person, post: Post) -> None:
    """Raise `NotOrganiser` unless somebody organises the post."""
    if not may_organise(desk, person, post):
        raise NotOrganiser


def organised_by(desk: Desk, person: Person) -> list[Post]:
    """Return the posts in use that somebody organises, by code."""
    units = units_of(desk, person)
    return [post for post in live(desk) if units is None or post.unit in units]


def unit_at(desk: Desk, person: Person, lat: float, lon: float) -> str:
    """Return the unit that would organise a post here: of those somebody organises for, the nearest that has posts.

    That is the unit of the area, or one above it; else any of their own.
    """
    above, chain = desk.city.unit_at(lat, lon), []
    while above is not None and above.code not in chain:
        chain.append(above.code)
        above = desk.city.units.get(above.parent)
    own, busy = units_of(desk, person), {post.unit for post in live(desk)}
    mine = [unit for unit in chain if own is None or unit in own]
    return next((unit for unit in mine if unit in busy), next(iter([*mine, *sorted(own or ())]), ""))


def make(desk: Desk, person: Person, name: str, lat: float, lon: float, *, unit: str, radius: int = RADIUS) -> Post:
    """Make a post at a position in WGS-84 degrees. Raises `NotOrganiser` for a unit for which they do not organise."""
    post = Post(
        code=f"m{new_id()}", name=name[:128], name_en="", unit=unit, point="", lat=lat, lon=lon, radius=radius,
        corners="", corners_en="", made_by=person.id,
    )  # fmt: skip
    ensure_organiser(desk, person, post)
    desk.session.add(post)
    desk.session.flush()
    return post


def bring_in(desk: Desk) -> None:
    """Let the posts of the pack be as the pack says; those that are gone from it retire."""
    packed.bring_in(desk, Post, desk.city.posts, _copy)


def _copy(wanted: DutyPost, post: Post) -> None:
    for name in ("name", "name_en", "unit", "point", "lat", "lon", "radius", "corners", "corners_en"):
        setattr(post, name, getattr(wanted, name))
