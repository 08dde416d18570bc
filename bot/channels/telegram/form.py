"""The body of a call that brings files along."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

from bot.channels.telegram.calls import Call

_UNSAFE = {ord(sign): "_" for sign in '"\r\n'}


def form(call: Call) -> tuple[str, bytes]:
    """Return the kind and the body of a form (RFC 7578) with the call's parameters and files."""
    mark = secrets.token_hex(16)
    body = b"".join(
        f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
        for head, value in _fields(call)
    )
    return f"multipart/form-data; boundary={mark}", body + f"--{mark}--\r\n".encode()


def _fields(call: Call) -> Iterator[tuple[str, bytes]]:
    for name, value in call.params.items():
        yield f'name="{name}"', (value if isinstance(value, str) else json.dumps(value)).encode()
    for name, file in call.files.items():
        yield f'name="{name}"; filename="{file.name.translate(_UNSAFE)}"', file.data
