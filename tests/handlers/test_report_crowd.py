"""Two hundred people at once, five quick messages each: every report comes out right."""

from __future__ import annotations

import random

from bot.port import Envelope, Location, Payload, Photo, Text
from bot.services import attachments
from storage.models import CaseText
from tests.dialogue import Actor, Stage, jpeg
from tests.small_city import LAT, LON, ROAD_DAMAGE

PEOPLE = 200


def test_two_hundred_reports_of_five_quick_messages_are_all_right(stage: Stage):
    chance = random.Random(7)
    people = [stage.person(f"p{number}") for number in range(PEOPLE)]
    stage.receives(*_mixed(chance, [_five(stage, each, number) for number, each in enumerate(people)]))
    stage.receives(*[each.tap("提交") for each in people])

    cases = {case.reporter_id: case for case in stage.cases}
    assert len(stage.cases) == len(cases) == PEOPLE
    with stage.reading() as session:
        texts = {text.case_id: text.text for text in session.query(CaseText).filter_by(purpose="problem")}
        right = 0
        for number, each in enumerate(people):
            case = cases[each.person.id]
            photos = [photo.state for photo in attachments.of_case(session, case.id)]
            right += (
                (case.lat, case.lon) == _spot(number)
                and case.category == ROAD_DAMAGE
                and texts[case.id] == f"路面有个坑\n编号{number}"
                and photos == ["stored", "stored"]
            )
    assert right == PEOPLE
    assert all(sum("提交" in shown.labels for shown in each.messages) == 0 for each in people)


def _five(stage: Stage, who: Actor, number: int) -> list[Envelope]:
    photo = stage.channel.holds(SMALL)
    says: list[Payload] = [
        Photo(media=photo, album=f"album-{number}"),
        Text(text="路面有个坑"),
        Photo(media=photo, album=f"album-{number}"),
        Location(lat=_spot(number)[0], lon=_spot(number)[1]),
        Text(text=f"编号{number}"),
    ]
    return [stage.channel.says(who.sender, payload) for payload in says]


def _spot(number: int) -> tuple[float, float]:
    """Places a hundred metres apart, so that none is like another."""
    return round(LAT - 0.009 + number // 14 * 0.0012, 6), round(LON - 0.009 + number % 14 * 0.0013, 6)


def _mixed(chance: random.Random, lanes: list[list[Envelope]]) -> list[Envelope]:
    """Mix the messages of all, each one's own in order."""
    order = [lane for lane in range(len(lanes)) for _ in lanes[lane]]
    chance.shuffle(order)
    return [lanes[lane].pop(0) for lane in order]


SMALL = jpeg(size=(16, 12))
