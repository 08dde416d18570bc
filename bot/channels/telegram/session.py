"""Calls to the Bot API: JSON straight through one pool of connections, answers left as plain JSON.

aiogram's own session builds a form for each call and a model of each answer; this one takes about half the time.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramServerError
from aiogram.methods import EditMessageMedia, SendDocument, SendMediaGroup, SendPhoto, TelegramMethod
from aiogram.types import InputFile
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, FormData

from bot.channels.telegram.errors import failure
from bot.port import DeliveryError

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bots can fetch files up to 20 MB (Bot API, getFile)."""
_SECONDS = 30
_UPLOADS = (SendPhoto, SendDocument, SendMediaGroup, EditMessageMedia)
_JSON = {"Content-Type": "application/json"}


class Plain(TelegramMethod[Any]):
    """A method by its name with its parameters as they are: frequent calls build no models to take apart."""

    __returning__ = object

    name: str
    params: dict[str, Any]

    @property
    def __api_method__(self) -> str:  # type: ignore[override]
        return self.name


class StraightSession(BaseSession):
    """aiogram's extension point. What goes wrong on the way is told without the URL, which holds the token."""

    _client: ClientSession | None = None

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None  # noqa: ASYNC109 -- aiogram's name
    ) -> Any:
        """Call a method and return its result as JSON. Raises aiogram's `TelegramAPIError`."""
        url = self.api.api_url(bot.token, method.__api_method__)
        status, content = await self._post(url, method, self._body(bot, method), timeout or _SECONDS)
        try:
            answer = json.loads(content)
        except ValueError:
            raise TelegramServerError(method, f"HTTP {status} without JSON") from None
        if status == HTTPStatus.OK and answer.get("ok"):
            return answer["result"]
        self.check_response(bot, method, status, content.decode())
        raise TelegramServerError(method, f"HTTP {status}")

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = _SECONDS,  # noqa: ASYNC109 -- aiogram's name
        chunk_size: int = 65536,
        raise_for_status: bool = True,  # noqa: FBT001, FBT002 -- aiogram's signature
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes behind a URL in pieces."""
        limit = ClientTimeout(total=timeout)
        async with self._open().get(url, headers=headers, timeout=limit, raise_for_status=raise_for_status) as answer:
            async for piece in answer.content.iter_chunked(chunk_size):
                yield piece

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def _post(
        self, url: str, method: TelegramMethod[Any], body: bytes | FormData, seconds: float
    ) -> tuple[int, bytes]:
        headers = _JSON if isinstance(body, bytes) else None
        limit = ClientTimeout(total=seconds)
        try:
            async with self._open().post(url, data=body, headers=headers, timeout=limit) as answer:
                return answer.status, await answer.read()
        except (ClientError, TimeoutError, OSError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> bytes | FormData:
        """Return what was set, as JSON; as a form where a file may be attached."""
        if isinstance(method, Plain):
            return json.dumps(method.params).encode()
        if not isinstance(method, _UPLOADS):
            return method.model_dump_json(exclude_unset=True, exclude_none=True, warnings=False).encode()
        form, files = FormData(quote_fields=False), dict[str, InputFile]()
        for name, value in method.model_dump(exclude_none=True, warnings=False).items():
            field = self.prepare_value(value, bot=bot, files=files)
            if field:
                form.add_field(name, field)
        for name, file in files.items():
            form.add_field(name, file.read(bot), filename=file.filename or name)
        return form

    def _open(self) -> ClientSession:
        if self._client is None:
            self._client = ClientSession(cookie_jar=DummyCookieJar())
        return self._client


class Api:
    """One bot's calls; everything that goes wrong is a `DeliveryError`."""

    def __init__(self, token: str, root: str) -> None:
        self._session = StraightSession(api=TelegramAPIServer.from_base(root.rstrip("/")))
        self._bot = Bot(token, session=self._session)

    @property
    def account(self) -> str:
        """The bot's own id, the part of its token that is no secret."""
        return str(self._bot.id)

    async def call(self, method: TelegramMethod[Any], *, seconds: int | None = None) -> Any:
        """Call a method and return its result as JSON. Raises `DeliveryError`."""
        try:
            return await self._bot(method, request_timeout=seconds)
        except TelegramAPIError as error:
            raise failure(error) from None

    async def download(self, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `DeliveryError`, also over 20 MB."""
        url = self._session.api.file_url(self._bot.token, path)
        data = bytearray()
        try:
            async for piece in self._session.stream_content(url):
                data += piece
                if len(data) > MAX_DOWNLOAD:
                    raise DeliveryError("refused", permanent=True, detail="file is too big")
        except (ClientError, TimeoutError, OSError) as error:
            raise DeliveryError("network", permanent=False, detail=type(error).__name__) from None
        return bytes(data)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
