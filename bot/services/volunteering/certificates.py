"""Certificates of service: issued from the figures of `hours`, and checked by the code that stands on them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date

from babel.dates import format_date
from sqlalchemy import select

from bot.city.model import City
from bot.domain import service
from bot.domain.case import Refusal
from bot.domain.letters import line
from bot.reports.certificate import Page
from bot.services.casework import numbers
from bot.services.desk import Desk
from bot.services.volunteering import hours, records, volunteers
from bot.services.volunteering.hours import Served
from bot.services.words import Words
from storage.models import Certificate, Person

LONGEST_NAME = 40
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look alike."""
_CODE = re.compile(rf"([{_SIGNS}]{{4}})[ -]?([{_SIGNS}]{{4}})")


class NothingServed(Refusal):
    """There is nothing to certify."""

    def __init__(self) -> None:
        super().__init__("certificate.nothing")


def issue(desk: Desk, person: Person) -> Certificate:
    """Certify all that somebody has served; the last certificate, where it still says so. Raises `NothingServed`."""
    served = ensure(desk, person)
    facts = {
        "name": records.named_as(person, volunteers.of(desk, person.id)), "minutes": hours.minutes(served),
        "training": hours.minutes(served, training=True), "first": served[-1].shift.day, "last": served[0].shift.day,
    }  # fmt: skip
    theirs = select(Certificate).where(Certificate.person_id == person.id)
    last = desk.session.scalars(theirs.order_by(Certificate.made_at.desc(), Certificate.number.desc())).first()
    if last is not None and all(getattr(last, name) == fact for name, fact in facts.items()):
        return last
    number = _number(desk)
    made = Certificate(number=number, code=_code(), person_id=person.id, made_at=desk.now, **facts)
    desk.session.add(made)
    desk.session.flush()
    return made


def ensure(desk: Desk, person: Person) -> list[Served]:
    """Return what there is to certify. Raises `NothingServed`."""
    served = [each for each in hours.of(desk, person.id) if each.minutes]
    if not served:
        raise NothingServed
    return served


def read(text: str) -> str:
    """Return the check code that a text is; nothing where it is none."""
    match = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return f"{match[1]}-{match[2]}" if match else ""


def find(desk: Desk, code: str) -> Certificate | None:
    """Return the certificate with this check code; None where none was issued, or it was erased."""
    return desk.session.scalars(select(Certificate).where(Certificate.code == code)).first()


def name_of(text: str) -> str:
    """Return the name that somebody wants on a certificate, as one line; nothing where it is too long or no name."""
    name = line(text)
    return name if len(name) <= LONGEST_NAME and any(sign.isalpha() for sign in name) else ""


def page(made: Certificate, city: City, words: Words, language: str) -> Page:
    """Return what stands on a certificate, in one language."""

    def say(key: str, **facts: str | int) -> str:
        return words.plain(language, f"certificate.page.{key}", **facts)

    def day(text: str) -> str:
        return format_date(date.fromisoformat(text), "long", locale=language)

    city_name, star = city.settings.label(language), service.stars(made.minutes)
    text = "text_day" if made.first == made.last else "text"
    return Page(
        title=say("title"), lead=say("lead"), name=made.name or "—",
        text=say(text, city=city_name, first=day(made.first), last=day(made.last)),
        hours=words.length(language, made.minutes),
        training=say("training", length=words.length(language, made.training)) if made.training else "",
        star=star, rank=say("rank", n=star, hours=service.STARS[star - 1]) if star else "", thanks=say("thanks"),
        facts=((say("number"), made.number), (say("code"), made.code)), issuer=say("issuer", city=city_name),
        day=words.day(language, made.made_at), foot=(say("rules"), say("check", city=city_name)), language=language,
    )  # fmt: skip


def _number(desk: Desk) -> str:
    year = desk.now.astimezone(desk.words.zone).year
    return f"V{year}-{numbers.serial(desk, f'V{year}'):05}"


def _code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
