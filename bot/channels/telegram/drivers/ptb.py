"""The Bot API by python-telegram-bot: its calls, its connections (httpx) and its errors."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import warnings
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.error import NetworkError as Trouble
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.calls import MAX_DOWNLOAD, SECONDS, Call, Json, read_answer
from bot.channels.telegram.refusals import blocked, broken, busy, moved, not_us, rejected, too_big
from bot.port import DeliveryError

_UNTOLD = range(410, 429)
"""Refusals that python-telegram-bot does not tell from trouble on the line."""

os.environ["PTB_TIMEDELTA"] = "true"  # so it is asked for the type of `RetryAfter.retry_after` that will stay


def _hush(_record: logging.LogRecord) -> bool:
    return False


for _name in ("httpx", "telegram.Bot"):  # they would tell URLs, in which the token is, and parameters
    logging.getLogger(_name).addFilter(_hush)


class PtbDriver:
    """One bot at the Bot API server whose URL is `root`. A proxy that the environment names is used."""

    def __init__(self, token: str, root: str) -> None:
        root = root.rstrip("/")
        self.account = token.partition(":")[0]
        tls = ssl.create_default_context() if root.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._request = _Request(httpx_kwargs={"timeout": None, "verify": tls})
        self._bot = _Bot(token, f"{root}/bot", f"{root}/file/bot", self._request, self._request)
        self._files = httpx.AsyncClient(timeout=SECONDS, verify=tls)
        # Its own functions give objects where we want the JSON, as of getUpdates; the way round them says so each time.
        warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)

    async def call(self, call: Call, seconds: float = SECONDS) -> Any:
        """Call a method and return its result as JSON. Raises `DeliveryError`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._bot.do_api_request(call.method, _params(call))
        except TelegramError as error:
            raise _failure(error) from None
        except TimeoutError as error:
            raise broken(type(error).__name__) from None

    async def download(self, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `DeliveryError`, also over 20 MB."""
        url = f"{self._bot.base_file_url}/{path}"
        data = bytearray()
        try:
            async with asyncio.timeout(SECONDS), self._files.stream("GET", url) as answer:
                async for piece in answer.raise_for_status().aiter_bytes():
                    data += piece
                    if len(data) > MAX_DOWNLOAD:
                        raise too_big()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise broken(type(error).__name__) from None
        return bytes(data)

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()
        await self._files.aclose()


class _Bot(Bot):
    """A bot that does not tell its token to whoever prints it."""

    __repr__ = object.__repr__


class _Request(HTTPXRequest):
    """The extension point of python-telegram-bot: refuses what that would misread, or write into the log."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Return status and body, a JSON object. Raises `TelegramError`."""
        status, body = await super().do_request(*args, **kwargs)
        answer = read_answer(status, body)
        if answer is None:
            raise Trouble(f"HTTP {status} without an answer")
        if status in _UNTOLD:
            raise BadRequest(answer["description"])
        return status, body


def _params(call: Call) -> Json:
    """Return parameters and files; an album has to be made of objects."""
    files = {field: InputFile(file.data, file.name) for field, file in call.files.items()}
    media = call.params.get("media")
    album = {"media": [InputMediaPhoto(each["media"]) for each in media]} if isinstance(media, list) else {}
    return {**call.params, **files, **album}


def _failure(error: TelegramError) -> DeliveryError:
    """Return the neutral error for one of python-telegram-bot's."""
    match error:
        case RetryAfter(retry_after=timedelta() as pause):
            return busy(pause.total_seconds())
        case ChatMigrated():
            return moved(error.new_chat_id)
        case Forbidden():
            return blocked(error.message)
        case InvalidToken() | EndPointNotFound():
            return not_us()
        case BadRequest():
            return rejected(error.message)
        case _:  # what caused it may quote the URL
            return broken(type(error.__cause__).__name__ if error.__cause__ else error.message)
