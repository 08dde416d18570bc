"""`pointkeeper digest` and `service`: figures and records of some days."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.clock import SystemClock
from bot.commands.terminal import Arguments, city_of, language, opened
from bot.config import Settings
from bot.reports.commands import Wish, digest_command
from bot.services.volunteering.recordcommand import Order, records_command
from bot.services.words import Words


def digest(settings: Settings, args: Arguments) -> int:
    """Print the figures of some days (yesterday, unless told otherwise)."""
    wish = Wish(args.first, args.last, args.unit, language(args.language), args.picture, args.table)
    with opened(settings) as database:
        city = city_of(database)
        words = Words(zone=ZoneInfo(city.settings.time_zone))
        return digest_command(database, city, words, wish, SystemClock().now())


def service(settings: Settings, args: Arguments) -> int:
    """Write records of service, of those alone who consented to it; with --public all, by masked names."""
    order = Order(args.file, args.first, args.last, args.unit, language(args.language), is_public=args.public)
    with opened(settings) as database:
        city = city_of(database)
        words = Words(zone=ZoneInfo(city.settings.time_zone))
        return records_command(database, city, words, order, SystemClock().now())
