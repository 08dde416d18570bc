"""The clients that judge the double, and what they send."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from PIL import Image

from tests.fakes.bot_api import TOKEN, FakeBotApi


def jpeg(side: int = 40, exif: bool = False) -> bytes:
    picture, out = Image.new("RGB", (side, side), "red"), io.BytesIO()
    marks = Image.Exif()
    marks[0x010E] = "where it was taken"
    picture.save(out, "JPEG", **({"exif": marks} if exif else {}))
    return out.getvalue()


def keys(*rows: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=t, callback_data=d)] for t, d in rows])


@asynccontextmanager
async def aiogram_bot(api: FakeBotApi, token: str = TOKEN) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
    try:
        yield Bot(token, session=session)
    finally:
        # AiohttpSession.close sleeps a quarter of a second for the sake of TLS, which is not used here.
        await (await session.create_session()).close()


async def caught(call) -> BaseException | None:
    try:
        await call
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test looks at
        return error
    return None
