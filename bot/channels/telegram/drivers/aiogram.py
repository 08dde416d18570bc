"""The Bot API by aiogram: its bot with a session of our own, and its errors."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.channels.telegram.calls import MAX_DOWNLOAD, SECONDS, Call, read_answer
from bot.channels.telegram.form import form
from bot.channels.telegram.refusals import blocked, broken, busy, moved, not_us, rejected, too_big
from bot.channels.telegram.wire import BrokenWire, TooLong, Wire
from bot.port import DeliveryError


class AiogramDriver:
    """One bot at the Bot API server whose URL is `root`."""

    def __init__(self, token: str, root: str) -> None:
        self._session = _Session(root.rstrip("/"))
        self._bot = Bot(token, session=self._session)
        self.account = str(self._bot.id)

    async def call(self, call: Call, seconds: float = SECONDS) -> Any:
        """Call a method and return its result as JSON. Raises `DeliveryError`."""
        try:
            return await self._session.make_request(self._bot, _Method(call), seconds)
        except TelegramAPIError as error:
            raise _failure(error) from None

    async def download(self, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `DeliveryError`, also over 20 MB."""
        try:
            return await self._session.download(self._bot, path)
        except TooLong:
            raise too_big() from None
        except (BrokenWire, TimeoutError) as error:
            raise broken(type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


@dataclass(frozen=True, slots=True)
class _Method:
    """A call as aiogram's errors want it; its own methods are models, built only to be taken apart again."""

    __returning__: ClassVar[type] = object

    call: Call


class _Session(BaseSession):
    """The extension point of aiogram, whose own session builds a form for each call and a model of each answer."""

    def __init__(self, root: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(root))
        self._wire = Wire(root)

    async def make_request(self, bot: Bot, method: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 -- its name
        """Call a method and return its result as JSON. Raises aiogram's `TelegramAPIError`, without any URL in it."""
        call: Call = method.call
        kind, body = form(call) if call.files else ("application/json", json.dumps(call.params).encode())
        path = f"/bot{bot.token}/{call.method}"
        try:
            status, content = await self._wire.ask("POST", path, body, kind, seconds=timeout or SECONDS)
        except (BrokenWire, TimeoutError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None
        answer = read_answer(status, content)
        if answer is None:
            raise TelegramServerError(method, f"HTTP {status} without an answer")
        if answer["ok"]:
            return answer["result"]
        if status == HTTPStatus.TOO_MANY_REQUESTS and not (answer.get("parameters") or {}).get("retry_after"):
            # aiogram would not know it from a refusal for good.
            raise TelegramServerError(method, answer["description"])
        return self.check_response(bot, method, status, content.decode())  # raises

    async def download(self, bot: Bot, path: str) -> bytes:
        """Bring a file by its path. Raises `BrokenWire`, also beyond `MAX_DOWNLOAD`, or `TimeoutError`."""
        path = f"/file/bot{bot.token}/{path}"
        status, content = await self._wire.ask("GET", path, seconds=SECONDS, limit=MAX_DOWNLOAD)
        if status != HTTPStatus.OK:
            raise BrokenWire(f"HTTP {status}")
        return content

    async def stream_content(self, *_args: Any, **_kwargs: Any) -> AsyncGenerator[bytes, None]:
        """Refuse: whole files are brought by `download`."""
        raise NotImplementedError
        yield b""  # which makes it what aiogram declares

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()


def _failure(error: TelegramAPIError) -> DeliveryError:  # noqa: PLR0911 -- a table
    """Return the neutral error for one of aiogram's."""
    match error:
        case TelegramRetryAfter():
            return busy(error.retry_after)
        case TelegramMigrateToChat():
            return moved(error.migrate_to_chat_id)
        case TelegramForbiddenError():
            return blocked(error.message)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return not_us()
        case TelegramBadRequest() | TelegramEntityTooLarge():  # the latter is a TelegramNetworkError by descent
            return rejected(error.message)
        case TelegramNetworkError() | TelegramServerError() | TelegramConflictError():
            return broken(error.message)
        case _:
            return rejected(error.message)
