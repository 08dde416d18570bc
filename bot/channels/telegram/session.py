"""Calls to the Bot API: JSON straight over the wire, answers left as plain JSON.

aiogram's own session builds a form for each call and a model of each answer.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramServerError
from aiogram.methods import EditMessageMedia, SendDocument, SendMediaGroup, SendPhoto, TelegramMethod
from aiogram.types import InputFile

from bot.channels.telegram.errors import failure
from bot.channels.telegram.wire import BrokenWire, TooLong, Wire
from bot.port import DeliveryError

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bots can fetch files up to 20 MB (Bot API, getFile)."""
_SECONDS = 30
_UPLOADS = (SendPhoto, SendDocument, SendMediaGroup, EditMessageMedia)
_JSON = "application/json"
_UNSAFE = {ord(sign): "_" for sign in '"\r\n'}


@dataclass(frozen=True, slots=True)
class Plain:
    """A method by its name with its parameters as they are: frequent calls build no models to take apart."""

    __returning__: ClassVar[type] = object

    name: str
    params: dict[str, Any]

    @property
    def __api_method__(self) -> str:
        return self.name


Method = TelegramMethod[Any] | Plain


class StraightSession(BaseSession):
    """aiogram's extension point. What goes wrong on the way is told without the URL, which holds the token."""

    def __init__(self, root: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(root))
        self._wire = Wire(root)

    async def make_request(
        self, bot: Bot, method: Any, timeout: int | None = None  # noqa: ASYNC109 -- aiogram's name
    ) -> Any:
        """Call a method and return its result as JSON. Raises aiogram's `TelegramAPIError`."""
        kind, body = await self._body(bot, method)
        path = f"/bot{bot.token}/{method.__api_method__}"
        try:
            status, content = await self._wire.ask("POST", path, body, kind, seconds=timeout or _SECONDS)
        except (BrokenWire, TimeoutError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None
        return self._result(bot, method, status, content)

    async def download(self, bot: Bot, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `BrokenWire` or `TimeoutError`."""
        path = f"/file/bot{bot.token}/{path}"
        status, content = await self._wire.ask("GET", path, seconds=_SECONDS, limit=MAX_DOWNLOAD)
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

    def _result(self, bot: Bot, method: Any, status: int, content: bytes) -> Any:
        try:
            answer = json.loads(content)
        except ValueError:
            raise TelegramServerError(method, f"HTTP {status} without JSON") from None
        if status == HTTPStatus.OK and answer.get("ok"):
            return answer["result"]
        self.check_response(bot, method, status, content.decode())
        raise TelegramServerError(method, f"HTTP {status}")

    async def _body(self, bot: Bot, method: Method) -> tuple[str, bytes]:
        """Return the kind of body, and what was set as JSON; as a form where a file may be attached."""
        if isinstance(method, Plain):
            return _JSON, json.dumps(method.params).encode()
        if not isinstance(method, _UPLOADS):
            return _JSON, method.model_dump_json(exclude_unset=True, exclude_none=True, warnings=False).encode()
        files: dict[str, InputFile] = {}
        values = method.model_dump(exclude_none=True, warnings=False)
        fields = {name: self.prepare_value(value, bot=bot, files=files) for name, value in values.items()}
        parts = [(f'name="{name}"', str(value).encode()) for name, value in fields.items() if value]
        for name, file in files.items():
            shown = (file.filename or name).translate(_UNSAFE)
            parts.append((f'name="{name}"; filename="{shown}"', b"".join([piece async for piece in file.read(bot)])))
        return _form(parts)


def _form(parts: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return the kind and the body of a form (RFC 7578)."""
    mark = secrets.token_hex(16)
    body = b"".join(
        f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
        for head, value in parts
    )
    return f"multipart/form-data; boundary={mark}", body + f"--{mark}--\r\n".encode()


class Api:
    """One bot's calls; everything that goes wrong is a `DeliveryError`."""

    def __init__(self, token: str, root: str) -> None:
        self._session = StraightSession(root.rstrip("/"))
        self._bot = Bot(token, session=self._session)

    @property
    def account(self) -> str:
        """The bot's own id, the part of its token that is no secret."""
        return str(self._bot.id)

    async def call(self, method: Method, *, seconds: int | None = None) -> Any:
        """Call a method and return its result as JSON. Raises `DeliveryError`."""
        try:
            return await self._session.make_request(self._bot, method, seconds)
        except TelegramAPIError as error:
            raise failure(error) from None

    async def download(self, path: str) -> bytes:
        """Bring a file by the path that getFile gave. Raises `DeliveryError`, also over 20 MB."""
        try:
            return await self._session.download(self._bot, path)
        except TooLong:
            raise DeliveryError("refused", permanent=True, detail="file is too big") from None
        except (BrokenWire, TimeoutError) as error:
            raise DeliveryError("network", permanent=False, detail=type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
