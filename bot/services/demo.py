"""The cast of the demo: one person plays them all, so that the whole story can be seen within a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.city.model import City, Point
from bot.domain.geo import crossing_of
from bot.domain.roles import Role
from bot.domain.service import Age
from bot.port import Chat, ChatKind
from storage.models import Assignment, BoundChat, Identity, Person, Volunteer, new_id

REALM = "demo"
_CHANNEL, _ACCOUNT = "web", "page"
_ABOUT_METRES = 300


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be: a seat at the page, who acts there, and in a group the group's chat."""

    seat: str
    id: str
    group: str = ""

    @property
    def is_group(self) -> bool:
        """Whether the seat looks into a group."""
        return bool(self.group)

    @property
    def chat_id(self) -> str:
        """The chat that the seat shows."""
        return self.group or self.id


PERSONAS = (
    Persona("citizen", "demo-citizen"),
    Persona("leader", "demo-leader"),
    Persona("inspector", "demo-inspector"),
    Persona("unit", "demo-leader", group="demo-unit"),
    Persona("dispatcher", "demo-dispatcher"),
    Persona("leaders", "demo-executive", group="demo-leaders"),
    Persona("volunteer", "demo-volunteer"),
)
"""In the order of the story. In the unit's group one acts as the leader, in the leaders' group as an executive."""

_NAMES = {
    "demo-citizen": ("演示市民", "Demo citizen"),
    "demo-leader": ("演示点位长", "Demo point leader"),
    "demo-inspector": ("演示督查员", "Demo inspector"),
    "demo-dispatcher": ("演示派遣员", "Demo dispatcher"),
    "demo-executive": ("演示领导", "Demo executive"),
    "demo-volunteer": ("演示志愿者", "Demo volunteer"),
}
_POSTS = {
    "demo-inspector": Role.INSPECTOR,
    "demo-dispatcher": Role.DISPATCHER,
    "demo-executive": Role.EXECUTIVE,
}


def prepare(session: Session, city: City, now: datetime) -> None:
    """Make the cast and give them their functions; what is there already stays as it is.

    The leader leads every point and heads every unit, so that whichever way a case goes it arrives.
    """
    language = city.settings.languages[0]
    cast = {id_: _person(session, id_, language, now) for id_ in _NAMES}
    leader = cast["demo-leader"]
    wanted = [(cast[id_], role.value, "", "") for id_, role in _POSTS.items()]
    wanted += [(cast["demo-volunteer"], Role.VOLUNTEER.value, _team(city), "")]
    wanted += [(leader, Role.UNIT_HEAD.value, unit, "") for unit in city.units]
    wanted += [(leader, Role.LEADER.value, point.territorial_unit, point.code) for point in city.points.values()]
    _assign(session, cast.values(), wanted, now)
    _enrol(session, cast["demo-volunteer"], _team(city), now)
    for chat_id, units, by in (("demo-unit", list(city.units), leader), ("demo-leaders", [""], cast["demo-executive"])):
        _bind(session, chat_id, units, BoundChat(language=language, bound_by=by, bound_at=now))


def speak(session: Session, language: str) -> None:
    """Let the whole cast and their groups speak a language from now on."""
    for id_ in _NAMES:
        identity = session.get(Identity, (_CHANNEL, REALM, id_))
        if identity is not None:
            person = session.get_one(Person, identity.person_id)
            person.language, person.name = language, _name(id_, language)
    for bound in session.scalars(select(BoundChat).where(BoundChat.chat.like(f"{_CHANNEL}:{_ACCOUNT}:demo-%"))):
        bound.language = language


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the sample stories play, in a language: a crossing of two roads, a point, and one that has its round."""

    crossing: str
    point: str
    round: Point | None


def scene(city: City, language: str) -> Scene:
    """Return places of this city that the finder knows: the crossing with most points about, and the first anchor.

    The round is a weekly one where there is any: it is due on days off as well.
    """
    point = next((each for each in city.points.values() if each.anchor), next(iter(city.points.values()), None))
    name = point.label(language) if point else city.settings.name
    crossing = max(_crossings(city, language), default=(0, name))[1]
    return Scene(crossing=crossing, point=name, round=_round(city))


def _round(city: City) -> Point | None:
    rhythms = {code: each.rhythm for code, each in city.classes.items()}
    for rhythm in ("weekly", "daily"):
        for point in city.points.values():
            if rhythms.get(point.class_code) == rhythm:
                return point
    return None


def _crossings(city: City, language: str) -> Iterator[tuple[int, str]]:
    """Yield how many points are about each crossing, and its name."""
    roads = [place for place in city.places.values() if place.kind == "road"]
    for one, other in combinations(roads, 2):
        spot = crossing_of(one.geometry, other.geometry)
        if spot:
            first, second = one.label(language), other.label(language)
            name = f"{first} and {second}" if language == "en" else f"{first}与{second}口"
            yield len(city.points_near(*spot, _ABOUT_METRES)), name


def _name(id_: str, language: str) -> str:
    return _NAMES[id_][language == "en"]


def _person(session: Session, id_: str, language: str, now: datetime) -> int:
    identity = session.get(Identity, (_CHANNEL, REALM, id_))
    if identity is None:
        person = Person(id=new_id(), name=_name(id_, language), language=language, informed_at=now, created_at=now)
        session.add(person)
        session.flush()
        identity = Identity(
            channel=_CHANNEL, realm=REALM, id=id_, person_id=person.id, account=_ACCOUNT,
            chat_id="" if id_ == "demo-executive" else id_, seen_at=now,
        )  # fmt: skip
        session.add(identity)
        session.flush()
    return identity.person_id


def _assign(session: Session, cast: Iterable[int], wanted: Iterable[tuple[int, str, str, str]], now: datetime) -> None:
    columns = (Assignment.person_id, Assignment.role, Assignment.unit, Assignment.point)
    held = {tuple(row) for row in session.execute(select(*columns).where(Assignment.person_id.in_(list(cast))))}
    rows = [
        {"id": new_id(), "person_id": person, "role": role, "unit": unit, "point": point, "title": "", "since": now}
        for person, role, unit, point in wanted
        if (person, role, unit, point) not in held
    ]
    if rows:
        session.execute(insert(Assignment), rows)


def _team(city: City) -> str:
    """Return the unit of the first post: that is where everything can be tried at any hour."""
    return next((post.unit for post in city.posts.values()), "")


def _enrol(session: Session, person_id: int, team: str, now: datetime) -> None:
    if session.get(Volunteer, person_id) is None:
        session.add(Volunteer(person_id=person_id, team=team, age=Age.ADULT.value, on_call=True, joined_at=now))


def _bind(session: Session, chat_id: str, units: Iterable[str], like: BoundChat) -> None:
    chat = Chat(channel=_CHANNEL, account=_ACCOUNT, id=chat_id, kind=ChatKind.GROUP)
    bound = set(session.scalars(select(BoundChat.unit).where(BoundChat.chat == chat.key)))
    facts = {"language": like.language, "bound_by": like.bound_by, "bound_at": like.bound_at}
    body = chat.model_dump_json()
    rows = [{"chat": chat.key, "unit": unit, "chat_body": body, **facts} for unit in units if unit not in bound]
    if rows:
        session.execute(insert(BoundChat), rows)
