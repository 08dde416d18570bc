"""The chore `certificate`: a certificate of service drawn and written, outside of any transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from bot.pipeline.drawing import Drawing
from bot.pipeline.house import House
from bot.port import DeliveryError
from bot.reports import certificate
from bot.services.volunteering import certificates
from storage.blobs import Blobs
from storage.database import Database
from storage.models import Certificate

log = logging.getLogger(__name__)

Args = Mapping[str, Any]


class Certifying:
    """Makes certificates. The arguments are number, language, key, chat; without a picture the document goes out."""

    def __init__(self, house: House, blobs: Blobs, database: Database) -> None:
        self._house = house
        self._blobs = blobs
        self._database = database
        self._drawing = Drawing()

    async def run(self, args: Args) -> dict[str, Any]:
        """Return the addresses of the picture and of the document."""
        made = await asyncio.to_thread(self._read, args["number"])
        page = certificates.page(made, self._house.city, self._house.words, args["language"])
        document = await asyncio.to_thread(certificate.write, page, made.made_at)
        facts = {"photo": await self._draw(certificate.compose(page)), "document": self._blobs.put(document)}
        return {**args, "kind": "certificate", **facts}

    def lost(self, args: Args, _reason: str) -> dict[str, Any]:
        """Say that it could not be made."""
        return {**args, "kind": "certificate", "photo": "", "document": ""}

    def key(self, args: Args) -> str:
        """Return what makes a result unique: who asked when."""
        return f"certificate:{args['key']}"

    def _read(self, number: str) -> Certificate:
        with self._database.reading() as session:
            made = session.get(Certificate, number)
            if made is None:  # they were forgotten meanwhile
                raise DeliveryError("gone", permanent=True)
            session.expunge(made)
            return made

    async def _draw(self, svg: str) -> str:
        try:
            return await asyncio.to_thread(self._blobs.put, await self._drawing.draw(svg))
        except Exception as error:  # noqa: BLE001 -- whatever befell the picture, the document goes out
            log.warning("a certificate goes out without its picture (%s)", error)
            return ""
