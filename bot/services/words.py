"""Texts by key and language, from the gettext catalogues in `locales/`, rendered to spans.

A text may hold `<b>…</b>` and `{placeholders}`; what fills a placeholder is never read as markup, whatever it contains.
Times are given in the zone of the city.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.plural import PluralRule

from bot.port import Span

Fact = str | int | float | tuple[Span, ...]
LOCALES = Path(__file__).parents[2] / "locales"
_WEEK = 7
DEFAULT = "zh_CN"
_PLURAL_ORDER = ("zero", "one", "two", "few", "many", "other")
_PIECE = re.compile(r"(</?b>|\{\w+\})")


class _Gap(NamedTuple):
    """A placeholder."""

    name: str
    bold: bool


class UnknownText(KeyError):
    """No catalogue has this key."""


class Words:
    """The texts of all languages."""

    def __init__(self, folder: Path = LOCALES, zone: tzinfo | None = None) -> None:
        self.zone = zone
        self._texts = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_dir()}
        self._locales = {name: Locale.parse(name) for name in self._texts}
        self._plurals: dict[str, PluralRule] = {name: locale.plural_form for name, locale in self._locales.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, the default first."""
        return (DEFAULT, *(name for name in self._texts if name != DEFAULT))

    def match(self, hint: str) -> str:
        """Return the language nearest to a platform's hint (`zh-hans`, `en-GB`), or the default."""
        head = hint.replace("_", "-").split("-")[0].lower()
        return next((name for name in self.languages if head and name.split("_")[0] == head), DEFAULT)

    def say(self, language: str, key: str, **facts: Fact) -> tuple[Span, ...]:
        """Return the text as spans. A plural text takes its form by the fact `n`. Raises `UnknownText`."""
        spans: list[Span] = []
        for piece in _pieces(self._template(language, key, facts.get("n"))):
            if isinstance(piece, Span):
                spans.append(piece)
            else:
                spans += _filled(facts[piece.name], bold=piece.bold)
        return tuple(spans)

    def plain(self, language: str, key: str, **facts: Fact) -> str:
        """Return the text without styles (labels, names)."""
        pieces = _pieces(self._template(language, key, facts.get("n")))
        return "".join(piece.text if isinstance(piece, Span) else _said(facts[piece.name]) for piece in pieces)

    def has(self, key: str) -> bool:
        """Tell whether the default language has this key."""
        return key in self._texts[DEFAULT]

    def moment(self, language: str, at: datetime, now: datetime) -> str:
        """Return a time as people say it: today and tomorrow by name, this year without the year."""
        local, today = at.astimezone(self.zone), now.astimezone(self.zone)
        clock = local.strftime("%H:%M")
        if local.date() == today.date():
            return self.plain(language, "time.today", clock=clock)
        if local.date() == today.date() + timedelta(days=1):
            return self.plain(language, "time.tomorrow", clock=clock)
        skeleton = "time.format" if local.year == today.year else "time.format_year"
        return format_datetime(local, self.plain(language, skeleton), locale=self._locales.get(language, language))

    def brief(self, language: str, begins: datetime, ends: datetime, now: datetime) -> str:
        """Return from when to when as short as a choice must be on a phone, where the language has a shorter way."""
        day, today = (each.astimezone(self.zone).date() for each in (begins, now))
        ahead = (day - today).days
        key = {0: "today", 1: "tomorrow"}.get(ahead, "week" if 0 < ahead < _WEEK else "day")
        return f"{self._format(language, key, begins)} {self.hours(language, begins, ends)}"

    def hours(self, language: str, begins: datetime, ends: datetime) -> str:
        """Return the hours alone, as short: 7–8:30."""
        local = [each.astimezone(self.zone) for each in (begins, ends)]
        keys = ["clock" if each.minute or not each.hour else "hour" for each in local]
        return "–".join(self._format(language, key, each) for key, each in zip(keys, local, strict=True))

    def _format(self, language: str, key: str, at: datetime) -> str:
        pattern = self.plain(language, f"time.brief.{key}")
        return format_datetime(at.astimezone(self.zone), pattern, locale=self._locales.get(language, language))

    def day(self, language: str, at: datetime) -> str:
        """Return the date alone."""
        return format_date(at.astimezone(self.zone), "long", locale=self._locales.get(language, language))

    def length(self, language: str, minutes: int) -> str:
        """Return so many minutes as people say it: 1 小时 28 分."""
        whole, rest = divmod(minutes, 60)
        key = "duty.minutes" if not whole else "duty.hours_minutes" if rest else "duty.hours"
        return self.plain(language, key, h=whole, m=rest)

    def _template(self, language: str, key: str, n: Fact | None) -> str:
        texts: Mapping[str, str | tuple[str, ...]] = self._texts.get(language) or self._texts[DEFAULT]
        text = texts.get(key) or self._texts[DEFAULT].get(key)
        if not text:
            raise UnknownText(key)
        if isinstance(text, str):
            return text
        forms = sorted(self._plurals[language].tags | {"other"}, key=_PLURAL_ORDER.index)
        return text[min(forms.index(self._plurals[language](n if isinstance(n, int | float) else 0)), len(text) - 1)]


def joined(*parts: tuple[Span, ...] | str, by: str = "\n") -> tuple[Span, ...]:
    """Join texts, a line each by default; empty ones are left out."""
    spans: list[Span] = []
    for part in parts:
        if part:
            if spans:
                spans.append(Span(text=by))
            spans.extend((Span(text=part),) if isinstance(part, str) else part)
    return tuple(spans)


@cache
def _read(folder: Path) -> Mapping[str, str | tuple[str, ...]]:
    """Return the texts of a language. A program's catalogues do not change while it runs."""
    texts: dict[str, str | tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog: Catalog = read_po(file, locale=folder.name, abort_invalid=True)
        for message in catalog:
            if message.id and message.string:
                key = message.id[0] if isinstance(message.id, tuple | list) else message.id
                texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return texts


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[Span | _Gap, ...]:
    """Take a text apart into what it says and what is filled in."""
    pieces: list[Span | _Gap] = []
    bold = False
    for piece in _PIECE.split(template):
        if piece in {"<b>", "</b>"}:
            bold = piece == "<b>"
        elif piece.startswith("{") and piece.endswith("}"):
            pieces.append(_Gap(piece[1:-1], bold))
        elif piece:
            pieces.append(Span(text=piece, bold=bold))
    return tuple(pieces)


def _filled(fact: Fact, *, bold: bool) -> tuple[Span, ...]:
    if isinstance(fact, tuple):
        return fact
    text = str(fact)
    return (Span(text=text, bold=bold),) if text else ()


def _said(fact: Fact) -> str:
    return "".join(span.text for span in fact) if isinstance(fact, tuple) else str(fact)
