"""The chores `digest` and `digest_table`: figures collected, written and drawn, outside of any transaction."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.pipeline.drawing import Drawing
from bot.pipeline.house import House
from bot.port import DeliveryError
from bot.reports import picture, sheet, text
from bot.reports.digest import Digest, Kind, collect
from bot.reports.voice import Voice
from bot.services.digesting import digests
from storage.blobs import Blobs
from storage.database import Database

log = logging.getLogger(__name__)

Args = Mapping[str, Any]
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|]')
"""What some system does not take in the name of a file."""


class Digesting:
    """Makes digests, as `bot.services.digesting.digests.order` asks; what is drawn badly is left out."""

    def __init__(self, house: House, blobs: Blobs, database: Database) -> None:
        self._house = house
        self._blobs = blobs
        self._database = database
        self._drawing = Drawing()

    async def run(self, args: Args) -> dict[str, Any]:
        """Return the words, and the addresses of the picture and of the heat table, as far as there are any."""
        words, svg, heat = await asyncio.to_thread(self._write, args)
        return {**args, "kind": "digest", "text": words, "photo": await self._draw(svg), "heat": await self._draw(heat)}

    def lost(self, args: Args, reason: str) -> dict[str, Any] | None:
        """Say that it could not be made; what is too old is not missed."""
        if reason == "expired":
            log.warning("the digest %s came too late", args["key"])
            return None
        return {**args, "kind": "digest_lost"}

    def key(self, args: Args) -> str:
        """Return what makes a digest unique: its slot and to whom, or who asked when."""
        return f"digest:{args['key']}"

    def _write(self, args: Args) -> tuple[list[dict[str, Any]], str, str]:
        """Return the spans as JSON, the picture as SVG, and for a week that of the heat table.

        There is none of a quiet day, and none where drawing fails.
        """
        house, language = self._house, args["language"]
        digest = collected(house, self._database, args)
        spans = text.write(digest, house.words, language, args["limit"], args["measure"], heard=args["heard"])
        svg = "" if digest.is_quiet else _tried(lambda: picture.compose(digest, house.words, language))
        is_heated = digest.kind is Kind.WEEKLY and not digest.is_quiet
        heat = _tried(lambda: picture.compose_heat(digest, house.words, language)) if is_heated else ""
        return [span.model_dump(exclude_defaults=True) for span in spans], svg, heat

    async def _draw(self, svg: str) -> str:
        """Return the picture's address; without one the words go out alone."""
        if not svg:
            return ""
        try:
            return await asyncio.to_thread(self._blobs.put, await self._drawing.draw(svg))
        except Exception as error:  # noqa: BLE001 -- whatever befell the picture, the words go out
            log.warning("a digest goes out without its picture (%s)", error)
            return ""


class Tabling:
    """Makes the full tables of digests. The arguments are an order's, and `key`, `language` and `chat`."""

    def __init__(self, house: House, blobs: Blobs, database: Database) -> None:
        self._house = house
        self._blobs = blobs
        self._database = database

    async def run(self, args: Args) -> dict[str, Any]:
        """Return the address of the table, and its name as a file."""
        return {**args, "kind": "digest_table", **await asyncio.to_thread(self._make, args)}

    def lost(self, args: Args, _reason: str) -> dict[str, Any]:
        """Say that it could not be made."""
        return {**args, "kind": "digest_lost"}

    def key(self, args: Args) -> str:
        """Return what makes a table unique: who asked when."""
        return f"digest_table:{args['key']}"

    def _make(self, args: Args) -> dict[str, str]:
        digest, words, language = collected(self._house, self._database, args), self._house.words, args["language"]
        voice = Voice(words, language, digest.city)
        title = f"{text.title(digest, voice)} {voice.plain('digest.made', at=voice.moment(digest.made_at))}"
        name = f"{_NO_FILE_NAME.sub('', title.replace(':', '.'))}.xlsx"
        return {"document": self._blobs.put(sheet.write(digest, words, language)), "name": name}


def collected(house: House, database: Database, args: Args) -> Digest:
    """Return the digest that the arguments order, as things stood when it was ordered."""
    what, now = digests.read(args["what"], house.city), datetime.fromisoformat(args["made_at"])
    if what is None:  # the unit has left the city pack meanwhile
        raise DeliveryError("refused", permanent=True, detail=args["what"])
    with database.reading() as session:
        return collect(session, house.city, what.period, what.scope, now=now, kind=what.kind)


def _tried(compose: Callable[[], str]) -> str:
    try:
        return compose()
    except Exception:  # a picture that cannot be composed must not keep the words back
        log.exception("a digest could not be drawn")
        return ""
