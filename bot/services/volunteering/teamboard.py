"""The board of teams as volunteers see it: that of the last week, as in the digest; teams, never persons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.reports.facts import DISTRICT, Facts
from bot.reports.period import Kind, period_of
from bot.reports.sections import teams
from bot.reports.voice import Voice
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk
from bot.services.words import joined


def told(desk: Desk, language: str) -> Spans:
    """Return the teams of the last week by their hours, or why there is no board."""
    period = period_of(Kind.WEEKLY, desk.now, ZoneInfo(desk.city.settings.time_zone))
    facts = Facts(desk.session, desk.city, period, DISTRICT, desk.now, Kind.WEEKLY, cases=())
    found, voice = teams.collect(facts), Voice(desk.words, language, desk.city)
    days = voice.days(period, desk.now)
    if found is None:
        return voice.say("teamboard.none", days=days, least=teams.LEAST_HEADS)
    rows = (
        voice.say(
            "digest.teams.row", place=each.place, team=voice.unit(each.team), hours=voice.hours(each.minutes),
            heads=each.heads,
        )
        for each in found.rows
    )  # fmt: skip
    return joined(voice.say("teamboard.head", days=days, least=found.least), *rows)
