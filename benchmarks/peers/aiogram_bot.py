"""The report conversation as aiogram's users write it: router, FSM, webhook on aiohttp, async ORM."""

from __future__ import annotations

import argparse
import logging
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.peers.cases import Case, Sessions, open_database

router = Router()
BOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="提交", callback_data="submit"),
            InlineKeyboardButton(text="取消", callback_data="cancel"),
        ]
    ]
)


class Report(StatesGroup):
    photo = State()
    words = State()
    place = State()
    confirm = State()


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.set_state(Report.photo)
    await message.answer("请发一张照片")


@router.message(Report.photo, F.photo)
async def take_photo(message: Message, state: FSMContext) -> None:
    assert message.photo
    await state.update_data(photo=message.photo[-1].file_id)
    await state.set_state(Report.words)
    await message.answer("出了什么问题？")


@router.message(Report.words, F.text)
async def take_words(message: Message, state: FSMContext) -> None:
    await state.update_data(words=message.text)
    await state.set_state(Report.place)
    await message.answer("在哪里？请发位置")


@router.message(Report.place, F.location)
async def take_place(message: Message, state: FSMContext) -> None:
    assert message.location
    place = message.location
    data = await state.update_data(latitude=place.latitude, longitude=place.longitude)
    await state.set_state(Report.confirm)
    await message.answer(f"{data['words']}\n{place.latitude}, {place.longitude}\n确认提交？", reply_markup=BOARD)


@router.callback_query(Report.confirm, F.data == "submit")
async def submit(query: CallbackQuery, state: FSMContext, sessions: Sessions) -> None:
    assert isinstance(query.message, Message)
    async with sessions() as session:
        case = Case(reporter=query.from_user.id, **await state.get_data())
        session.add(case)
        await session.commit()
    await state.clear()
    await query.answer()
    await query.message.edit_text(f"已受理，编号 {case.id}")


async def application(options: argparse.Namespace) -> web.Application:
    engine, sessions = await open_database(options.database)
    bot = Bot(options.token, session=AiohttpSession(api=TelegramAPIServer.from_base(options.api)))
    dispatcher = Dispatcher(storage=MemoryStorage(), sessions=sessions)
    dispatcher.include_router(router)
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token=options.secret)
    handler.register(app, path="/telegram/webhook")
    setup_application(app, dispatcher, bot=bot)

    async def close(_: Any) -> None:
        await engine.dispose()

    app.on_cleanup.append(close)
    return app


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--api", required=True, help="root of the Bot API server")
    parser.add_argument("--token", default="1000001:fictional-token-for-benchmarks")
    parser.add_argument("--secret", default="bench-secret")
    return parser.parse_args()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    uvloop.install()
    chosen = options()
    web.run_app(application(chosen), host="127.0.0.1", port=chosen.port, access_log=None, print=None)
