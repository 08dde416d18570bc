"""The short codes on stickers at the points: who types one stands there, where no pin can say so."""

from __future__ import annotations

import csv
import hmac
import re
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from bot.city.model import City, Point
from bot.services.desk import Desk
from storage.queries import webchat

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6
_CODE = re.compile(rf"[{_LETTERS}]{{{_LENGTH}}}")
_SECRET = "stickers"  # noqa: S105 -- what the secret is called
_HEADS = ("code", "name", "address", "class", "unit", "sticker")


def code_of(secret: str, point: str) -> str:
    """Return the code of a point, such as "7KQ-M3X": nobody can work it out without the deployment's secret."""
    number = int.from_bytes(hmac.digest(secret.encode(), point.encode(), "sha256"))
    letters = ""
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"{letters[:3]}-{letters[3:]}"


def looks_like_code(text: str) -> bool:
    """Tell whether a text is nothing but a code."""
    return _CODE.fullmatch(_bare(text)) is not None


def points_of(desk: Desk, text: str) -> list[Point]:
    """Return the points whose sticker bears this code: one, hardly ever more, or none."""
    codes = _codes(webchat.secret(desk.session, _SECRET), desk.city)
    return [desk.city.points[code] for code in codes.get(_bare(text), ())]


def write(session: Session, city: City, path: Path, unit: str = "") -> int:
    """Write the codes of all points (of one unit) as CSV that spreadsheets open; return how many."""
    secret = webchat.secret(session, _SECRET)
    points = city.points_of(unit) if unit else tuple(city.points.values())
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADS)
        for each in points:
            facts = (each.code, each.name, each.address, city.point_class(each.class_code).name)
            rows.writerow((*facts, city.unit(each.territorial_unit).name, code_of(secret, each.code)))
    return len(points)


@lru_cache(maxsize=2)
def _codes(secret: str, city: City) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in city.points:
        found.setdefault(_bare(code_of(secret, code)), []).append(code)
    return found


def _bare(text: str) -> str:
    return re.sub(r"[-\s]", "", text).upper()
