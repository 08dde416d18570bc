"""Calls to WeCom's interface: tokens, refusals, files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from yarl import URL

from bot.channels.http.tokens import Granted, Token
from bot.channels.wecom.refusals import Json, as_json, broken, gone, is_token, refused, understood
from bot.clock import Clock
from bot.port import DeliveryError

API = "https://qyapi.weixin.qq.com"
MAX_DOWNLOAD = 20 * 1024 * 1024
"""The largest kind of media, a file, has 20 MB at most (path/90253)."""
_SECONDS = ClientTimeout(total=20)
_FILE_SECONDS = ClientTimeout(total=60)

_UNSAFE = {ord(sign): "_" for sign in '"\\\r\n'}

T = TypeVar("T")


class Calls:
    """One app's way to WeCom.

    No address goes into an error or the log: secrets, tokens and robots' keys are written in them.
    """

    def __init__(self, corp: str, secret: str, root: str, clock: Clock) -> None:
        self._who = {"corpid": corp, "corpsecret": secret}
        self._root = root.rstrip("/")
        self._token = Token(self._ask_token, clock)
        self._session: ClientSession | None = None

    async def get(self, path: str, **query: str) -> Json:
        """Ask something. Raises `DeliveryError`."""
        return await self._with_token(lambda token: self._ask("GET", path, {**query, **token}))

    async def post(self, path: str, body: Json) -> Json:
        """Tell something. Raises `DeliveryError`."""
        return await self._with_token(lambda token: self._ask("POST", path, token, json=body))

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """Hand a file over and return its media id. Raises `DeliveryError`."""
        path = "/cgi-bin/media/upload"
        answer = await self._with_token(
            lambda token: self._ask("POST", path, {**token, "type": kind}, data=_form(name, data))
        )
        return _found(answer, "media_id")

    async def download(self, media_id: str) -> bytes:
        """Bring what somebody sent. Raises `DeliveryError`."""
        return await self._with_token(lambda token: self._download(media_id, token))

    async def post_by_key(self, key: str, body: Json) -> Json:
        """Let a group robot say something. Raises `DeliveryError`."""
        return await self._ask("POST", "/cgi-bin/webhook/send", {"key": key}, json=body)

    async def upload_by_key(self, key: str, name: str, data: bytes) -> str:
        """Hand a file over to a group robot and return its media id. Raises `DeliveryError`."""
        query = {"key": key, "type": "file"}
        answer = await self._ask("POST", "/cgi-bin/webhook/upload_media", query, data=_form(name, data))
        return _found(answer, "media_id")

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    async def _with_token(self, ask: Callable[[Mapping[str, str]], Awaitable[T]]) -> T:
        """Ask with a token; with a fresh one, once, where it was refused."""
        held = await self._token.get()
        try:
            return await ask({"access_token": held})
        except DeliveryError as error:
            if not is_token(error):
                raise
        self._token.drop(held)
        return await ask({"access_token": await self._token.get()})

    async def _ask_token(self) -> Granted:
        answer = await self._ask("GET", "/cgi-bin/gettoken", self._who)
        return Granted(_found(answer, "access_token"), float(answer.get("expires_in") or 0))

    async def _ask(self, method: str, path: str, query: Mapping[str, str], **sent: object) -> Json:
        return understood(*await self._carry(method, path, query, **sent))

    async def _download(self, media_id: str, token: Mapping[str, str]) -> bytes:
        query = {**token, "media_id": media_id}
        status, data = await self._carry("GET", "/cgi-bin/media/get", query, timeout=_FILE_SECONDS)
        if status >= HTTPStatus.BAD_REQUEST:
            raise broken(f"http {status}")
        answer = as_json(data)
        if answer is not None and answer.get("errcode"):
            error = refused(answer["errcode"])
            raise gone(str(error)) if error.permanent else error
        return data

    async def _carry(self, method: str, path: str, query: Mapping[str, str], **sent: object) -> tuple[int, bytes]:
        """Return status and body of an answer of up to 20 MB."""
        if self._session is None:
            self._session = ClientSession(timeout=_SECONDS)
        data = bytearray()
        try:
            url = URL(self._root + path).with_query(dict(query))
            async with self._session.request(method, url, **sent) as answer:  # type: ignore[arg-type]
                async for piece in answer.content.iter_chunked(1 << 16):
                    data += piece
                    if len(data) > MAX_DOWNLOAD:
                        raise DeliveryError("refused", permanent=True, detail="file is too big")
                return answer.status, bytes(data)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise broken(type(error).__name__) from None


def _found(answer: Json, name: str) -> str:
    """Return what an answer must hold. Raises `DeliveryError` where it does not."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise broken(f"no {name}")
    return value


def _form(name: str, data: bytes) -> FormData:
    """Return a form with the file. Its name goes as it is: WeCom shows a quoted one (RFC 2231) quoted."""
    form = FormData(quote_fields=False)
    form.add_field("media", data, filename=name.translate(_UNSAFE))
    return form
