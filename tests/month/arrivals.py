"""Everybody comes: those with functions, those who report; who never joined is known by name alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from storage.models import Absence, Assignment, Identity, Person, Subscription, new_id
from tests.dialogue import Stage
from tests.month.crew import Crew, Staff
from tests.month.script import Script


def arrive(stage: Stage, crew: Crew, script: Script) -> dict[str, int]:
    """Write down everybody and who is away; return their ids by key."""
    reporters = sorted({each.by for each in script.filings} - crew.staff.keys())
    persons = {key: new_id() for key in (*crew.staff, *reporters)}
    posts = [post for each in crew.staff.values() for post in _posts(stage, each, persons[each.key])]
    posts += [_post(stage, persons[key], "volunteer") for key in reporters if key.startswith("volunteer")]
    with stage.database.begin() as session:
        session.execute(insert(Person), [_person(stage, key, id_) for key, id_ in persons.items()])
        session.execute(insert(Identity), [_identity(stage, crew, key, id_) for key, id_ in persons.items()])
        session.execute(insert(Assignment), posts)
        for key, stand_in, since, until in crew.away:
            who = {"person_id": persons[key], "stand_in_id": persons[stand_in]}
            session.add(Absence(id=new_id(), since=since, until=until, **who))
    return persons


def subscribe(stage: Stage, person_id: int, *kinds: str) -> None:
    """Let somebody get digests in private."""
    with stage.database.begin() as session:
        session.add_all(Subscription(person_id=person_id, kind=kind) for kind in kinds)


def _posts(stage: Stage, staff: Staff, person_id: int) -> list[dict[str, Any]]:
    if not staff.points:
        return [_post(stage, person_id, staff.role, staff.unit)]
    points = (stage.city.points[code] for code in staff.points)
    return [_post(stage, person_id, staff.role, point.territorial_unit, point.code) for point in points]


def _post(stage: Stage, person_id: int, role: str, unit: str = "", point: str = "") -> dict[str, Any]:
    return {"id": new_id(), "person_id": person_id, "role": role, "unit": unit, "point": point, "since": stage.now}


def _person(stage: Stage, key: str, person_id: int) -> dict[str, Any]:
    return {"id": person_id, "name": key, "language": "zh_CN", "created_at": stage.now, "informed_at": stage.now}


def _identity(stage: Stage, crew: Crew, key: str, person_id: int) -> dict[str, Any]:
    joined = key not in crew.staff or crew.staff[key].joined
    return {
        "channel": stage.channel.name, "realm": stage.channel.name, "id": key, "person_id": person_id,
        "account": stage.channel.account, "chat_id": key if joined else "", "reachable": True, "seen_at": stage.now,
    }  # fmt: skip
