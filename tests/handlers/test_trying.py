"""Whoever tries the demo tries all of volunteering at once, at whatever hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.city.demo.duty import TRYING, duty_posts, duty_rotas
from bot.city.model import City, DutyPost, DutyRota
from bot.services.volunteering import certificates
from storage.models import Person
from tests.handlers.serving import plan, volunteer
from tests.small_city import small_city


def city() -> City:
    """The small city with the demo's posts."""
    posts = [DutyPost(**row | {"unit": "U-E"}) for row in duty_posts()]
    rotas = [DutyRota(**row) for row in duty_rotas() if row["post"] == TRYING]
    records = {key: each for key, each in small_city()._all.items() if key[0] not in {"post", "rota"}}
    return City(records | {("post", each.code): each for each in posts} | {("rota", each.code): each for each in rotas})


@pytest.mark.parametrize("hour", [3.2, 23.9])
def test_from_signing_up_to_the_certificate_on_a_sunday_by_day_and_night(make_stage, hour: float):
    stage = make_stage(city=city())
    stage.clock.move(timedelta(hours=hour - 9 - 24))
    plan(stage)
    wang, post = volunteer(stage, "wang"), stage.city.posts[TRYING]
    wang.sends("/shifts")
    wang.presses(wang.sees("今天").labels[0])
    wang.presses("签到")
    wang.sends_location(post.lat, post.lon)
    wang.presses("闯红灯")
    stage.advance(minutes=5)
    wang.sends("签退")

    wang.sees("本次服务 5 分钟", "记录不文明行为 1 次")
    with stage.desk() as desk:
        assert certificates.issue(desk, desk.session.get_one(Person, wang.person.id)).minutes == 5
