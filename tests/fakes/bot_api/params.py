"""The parameters of one call, however they were sent: query, JSON, form or multipart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.bot_api.errors import bad_request


@dataclass
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes
    mime: str


@dataclass
class Params:
    """Named values, read by type; complex ones may be JSON text as in forms."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """Return a text or None."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def upload(self, name: str) -> Upload | None:
        """Return the file sent under this name, or under the name that `attach://…` points to."""
        source = str(self.values.get(name, ""))
        if source.startswith("attach://"):
            name = source.removeprefix("attach://")
            if name not in self.uploads:
                raise bad_request("wrong file identifier/HTTP URL specified")
        return self.uploads.get(name)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number; the default when missing or not one."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        """Return a number; a 400 when missing or not one."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f'parameter "{name}" is required') from None

    def flag(self, name: str) -> bool:
        """Return a truth value."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """Return a list or mapping, decoded when it came as text; None when missing."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


async def read_params(request: web.Request) -> Params:
    """Read a request's parameters."""
    params = Params(dict(request.query))
    if request.content_type == "application/json":
        body = await request.text()
        try:
            params.values.update(json.loads(body or "{}"))
        except ValueError:
            raise bad_request("can't parse JSON object") from None
    elif request.content_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
        add_fields(params, await request.post())
    return params


def add_fields(params: Params, fields: Mapping[str, Any]) -> None:
    """Sort form fields into values and uploads."""
    for name, value in fields.items():
        if isinstance(value, web.FileField):
            params.uploads[name] = Upload(value.filename, value.file.read(), value.content_type)
        else:
            params.values[name] = value
