"""A Bot API so light that it is not what is measured: takes every call, answers at once, tells who listens.

`python -m benchmarks.sink --port 9101 --events 9102`. Whoever connects to the events port gets one JSON line for each
message sent or edited: [chat id, monotonic seconds, method, message id, text, reply_markup or null]. The clock is
CLOCK_MONOTONIC, one for all processes of a machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import itertools
import json
import time
from typing import Any
from urllib.parse import parse_qs

import uvloop
from PIL import Image

listeners: set[asyncio.StreamWriter] = set()
message_ids = itertools.count(1)
BOT = {"id": 1000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
MESSAGES = ("sendmessage", "sendphoto", "senddocument", "sendlocation", "sendmediagroup")


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


PHOTO = photo()


class Call(asyncio.Protocol):
    """One connection; requests may be pipelined, bodies must have a Content-Length."""

    def __init__(self) -> None:
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            size = content_length(head)
            if len(self.buffer) < end + 4 + size:
                return
            body = self.buffer[end + 4 : end + 4 + size]
            self.buffer = self.buffer[end + 4 + size :]
            self.transport.write(answer(head, body))


def content_length(head: bytes) -> int:
    lower = head.lower()
    assert b"transfer-encoding" not in lower, "The sink reads no chunked bodies."
    place = lower.find(b"content-length:")
    return int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0


def answer(head: bytes, body: bytes) -> bytes:
    path = head.split(b" ", 2)[1].decode()
    if path.startswith("/file/"):
        return response(PHOTO, b"image/jpeg")
    method = path.rpartition("/")[2].partition("?")[0].lower()
    return response(json.dumps({"ok": True, "result": result(method, head, body)}).encode(), b"application/json")


def response(body: bytes, kind: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


def result(method: str, head: bytes, body: bytes) -> Any:
    if method in MESSAGES or method.startswith("editmessage"):
        return message(method, parameters(head, body))
    if method == "getme":
        return BOT
    if method == "getfile":
        file = parameters(head, body)["file_id"]
        return {"file_id": file, "file_unique_id": file, "file_size": len(PHOTO), "file_path": "photos/file_1.jpg"}
    if method == "getupdates":
        return []
    if method == "getwebhookinfo":
        return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    return True


def parameters(head: bytes, body: bytes) -> dict[str, Any]:
    lower = head.lower()
    if b"application/json" in lower:
        values: dict[str, Any] = json.loads(body)
        return values
    if b"multipart/form-data" in lower:
        return multipart(body)
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def multipart(body: bytes) -> dict[str, Any]:
    """Return the plain fields of a multipart body."""
    values = {}
    boundary = body.split(b"\r\n", 1)[0]
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if b"filename" not in head:
            name = head.split(b'name="', 1)[1].split(b'"', 1)[0]
            values[name.decode()] = value.removesuffix(b"\r\n").decode()
    return values


def message(method: str, values: dict[str, Any]) -> Any:
    now, chat = time.monotonic(), int(values["chat_id"])
    number = int(values.get("message_id") or 0) or next(message_ids)
    text = values.get("text") or values.get("caption") or ""
    markup = values.get("reply_markup")
    if isinstance(markup, str):
        markup = json.loads(markup)
    line = json.dumps([chat, now, method, number, text, markup]).encode() + b"\n"
    for listener in listeners:
        listener.write(line)
    sent = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": BOT, "text": text or "x"}
    return [sent] if method == "sendmediagroup" else sent


async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Tell a listener everything until it hangs up."""
    listeners.add(writer)
    with contextlib.suppress(ConnectionError):
        await reader.read()
    listeners.discard(writer)
    writer.close()


async def serve(port: int, events: int) -> None:
    loop = asyncio.get_running_loop()
    calls = await loop.create_server(Call, "127.0.0.1", port)
    watchers = await asyncio.start_server(listen, "127.0.0.1", events)
    print("ready", flush=True)
    async with calls, watchers:
        await asyncio.gather(calls.serve_forever(), watchers.serve_forever())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    chosen = parser.parse_args()
    uvloop.run(serve(chosen.port, chosen.events))
