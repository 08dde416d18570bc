"""The report conversation as python-telegram-bot's users write it: ConversationHandler, own webhook, async ORM."""

from __future__ import annotations

import argparse
import hmac
import logging
import warnings

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from benchmarks.peers.cases import Case, open_database

PHOTO, WORDS, PLACE, CONFIRM = range(4)
Context = ContextTypes.DEFAULT_TYPE
BOARD = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("提交", callback_data="submit"),
            InlineKeyboardButton("取消", callback_data="cancel"),
        ]
    ]
)


async def start(update: Update, _: Context) -> int:
    assert update.message
    await update.message.reply_text("请发一张照片")
    return PHOTO


async def take_photo(update: Update, context: Context) -> int:
    assert update.message
    assert context.user_data is not None
    context.user_data["photo"] = update.message.photo[-1].file_id
    await update.message.reply_text("出了什么问题？")
    return WORDS


async def take_words(update: Update, context: Context) -> int:
    assert update.message
    assert context.user_data is not None
    context.user_data["words"] = update.message.text
    await update.message.reply_text("在哪里？请发位置")
    return PLACE


async def take_place(update: Update, context: Context) -> int:
    assert update.message
    assert update.message.location
    assert context.user_data is not None
    place, data = update.message.location, context.user_data
    data.update(latitude=place.latitude, longitude=place.longitude)
    text = f"{data['words']}\n{place.latitude}, {place.longitude}\n确认提交？"
    await update.message.reply_text(text, reply_markup=BOARD)
    return CONFIRM


async def submit(update: Update, context: Context) -> int:
    query = update.callback_query
    assert query
    assert context.user_data is not None
    async with context.bot_data["sessions"]() as session:
        case = Case(reporter=query.from_user.id, **context.user_data)
        session.add(case)
        await session.commit()
    context.user_data.clear()
    await query.answer()
    await query.edit_message_text(f"已受理，编号 {case.id}")
    return ConversationHandler.END


def conversation() -> ConversationHandler[Context]:
    return ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={
            PHOTO: [MessageHandler(filters.PHOTO, take_photo)],
            WORDS: [MessageHandler(filters.TEXT & ~filters.COMMAND, take_words)],
            PLACE: [MessageHandler(filters.LOCATION, take_place)],
            CONFIRM: [CallbackQueryHandler(submit, pattern="^submit$")],
        },
        fallbacks=[CommandHandler("start", start)],
    )


async def serve(options: argparse.Namespace) -> None:
    engine, sessions = await open_database(options.database)
    builder = Application.builder().token(options.token).updater(None)
    app = builder.base_url(f"{options.api}/bot").base_file_url(f"{options.api}/file/bot").build()
    app.bot_data["sessions"] = sessions
    app.add_handler(conversation())

    async def hear(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), options.secret):
            return Response(status_code=401)
        await app.update_queue.put(Update.de_json(await request.json(), app.bot))
        return Response()

    routes = [Route("/telegram/webhook", hear, methods=["POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes), host="127.0.0.1", port=options.port, access_log=False, log_level="warning"
    )
    async with app:
        await app.start()
        await uvicorn.Server(config).serve()
        await app.stop()
    await engine.dispose()


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
    warnings.filterwarnings("ignore", message="If 'per_message=False'")
    uvloop.run(serve(options()))
