"""Calls to DingTalk's two interfaces, the new one (api) and the older one (oapi): tokens, refusals, files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from yarl import URL

from bot.channels.dingtalk.refusals import Json, broken, is_token, understood
from bot.channels.http.tokens import Granted, Token
from bot.clock import Clock
from bot.port import DeliveryError

_SECONDS = ClientTimeout(total=20)
_FILE_SECONDS = ClientTimeout(total=60)
MAX_DOWNLOAD = 20 * 1024 * 1024
"""What is larger is not fetched: the vendor names no figure, and no other platform gives more."""
_TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 -- a header's name


class Meter(Protocol):
    """Counts the calls that the vendor counts."""

    async def count(self) -> None:
        """Count one. Raises nothing."""
        ...


class Roots(NamedTuple):
    """Where the two interfaces begin."""

    api: str = "https://api.dingtalk.com"
    oapi: str = "https://oapi.dingtalk.com"


class Calls:
    """One application's way to DingTalk.

    No address goes into an error or the log: tokens, tickets and sessions are written in them.
    """

    def __init__(self, client_id: str, client_secret: str, roots: Roots, clock: Clock, meter: Meter) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.api = roots.api.rstrip("/")
        self.oapi = roots.oapi.rstrip("/")
        self._meter = meter
        self._new = Token(self._ask_new, clock)
        self._old = Token(self._ask_old, clock)
        self._session: ClientSession | None = None

    @property
    def session(self) -> ClientSession:
        """The connections, which are opened by the first who need them."""
        if self._session is None:
            self._session = ClientSession(timeout=_SECONDS)
        return self._session

    async def call(self, method: str, path: str, body: Json) -> Json:
        """Call the new interface. Raises `DeliveryError`."""

        async def ask(token: str) -> Json:
            await self._meter.count()
            return await self._ask(method, f"{self.api}{path}", body, {_TOKEN_HEADER: token})

        return await _with(self._new, ask)

    async def post(self, url: str, body: Json) -> Json:
        """Post to an address that is its own key: a session, a custom robot. Raises `DeliveryError`."""
        return await self._ask("POST", url, body)

    async def open(self, body: Json) -> Json:
        """Ask for a connection of the stream. Raises `DeliveryError`."""
        return await self._ask("POST", f"{self.api}/v1.0/gateway/connections/open", body)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """Hand a file over and return its media id. Raises `DeliveryError`."""

        async def ask(token: str) -> Json:
            await self._meter.count()
            form = FormData()
            form.add_field("media", data, filename=name)
            url = URL(f"{self.oapi}/media/upload").with_query(access_token=token, type=kind)
            return await self._answer("POST", url, data=form, timeout=_FILE_SECONDS)

        return _found(await _with(self._old, ask), "media_id")

    async def download(self, url: str) -> bytes:
        """Bring a file of up to 20 MB from a passing address. Raises `DeliveryError`."""
        data = bytearray()
        try:
            async with self.session.get(URL(url, encoded=True), timeout=_FILE_SECONDS) as answer:
                if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise broken(f"http {answer.status}")
                if answer.status != HTTPStatus.OK:
                    raise DeliveryError("gone", permanent=True, detail=f"http {answer.status}")
                async for piece in answer.content.iter_chunked(1 << 16):
                    data += piece
                    if len(data) > MAX_DOWNLOAD:
                        raise DeliveryError("refused", permanent=True, detail="file is too big")
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise broken(type(error).__name__) from None
        return bytes(data)

    async def check(self) -> None:
        """Get a token anew. Raises `DeliveryError`."""
        await self._ask_new()

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    async def _ask_new(self) -> Granted:
        who = {"appKey": self.client_id, "appSecret": self.client_secret}
        answer = await self._ask("POST", f"{self.api}/v1.0/oauth2/accessToken", who)
        return Granted(_found(answer, "accessToken"), float(answer.get("expireIn") or 0))

    async def _ask_old(self) -> Granted:
        who = {"appkey": self.client_id, "appsecret": self.client_secret}
        answer = await self._answer("GET", URL(f"{self.oapi}/gettoken").with_query(who))
        return Granted(_found(answer, "access_token"), float(answer.get("expires_in") or 0))

    async def _ask(self, method: str, url: str, body: Json, headers: dict[str, str] | None = None) -> Json:
        wanted = {"Accept": "application/json", **(headers or {})}
        return await self._answer(method, URL(url, encoded=True), json=body, headers=wanted)

    async def _answer(self, method: str, url: URL, **sent: object) -> Json:
        try:
            async with self.session.request(method, url, **sent) as answer:  # type: ignore[arg-type]
                status, body = answer.status, await answer.read()
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise broken(type(error).__name__) from None
        return understood(status, body)


def _found(answer: Json, name: str) -> str:
    """Return what an answer must hold. Raises `DeliveryError` where it does not."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise broken(f"no {name}")
    return value


async def _with(token: Token, ask: Callable[[str], Awaitable[Json]]) -> Json:
    """Ask with a token; with a fresh one, once, where it was refused."""
    held = await token.get()
    try:
        return await ask(held)
    except DeliveryError as error:
        if not is_token(error):
            raise
    token.drop(held)
    return await ask(await token.get())
