"""A case like the one that is being reported: joined instead of told twice."""

from __future__ import annotations

from bot.domain.case import Action
from bot.services.casework import cases, nearby
from bot.services.desk import Desk
from storage.models import Case, Person

find = nearby.similar


def follow(desk: Desk, case: Case, person: Person) -> Case:
    """Join a case: the person is told from now on what the first reporter is told. Joining twice changes nothing."""
    return cases.act(desk, case, Action.FOLLOW, person)
