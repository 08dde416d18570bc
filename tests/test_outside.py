"""The guard around the tests is itself awake."""

from __future__ import annotations

import asyncio
import socket

import pytest

REFUSED = "only this machine may be reached"


def test_a_connection_to_the_outside_fails_the_test():
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match=REFUSED):
        client.connect(("192.0.2.1", 80))


def test_a_name_of_the_outside_is_not_looked_up():
    with pytest.raises(pytest.fail.Exception, match=REFUSED):
        socket.getaddrinfo("example.invalid", 80)


def test_a_datagram_to_the_outside_fails_the_test():
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(pytest.fail.Exception, match=REFUSED):
        client.sendto(b"?", ("192.0.2.1", 53))


async def test_this_machine_may_be_reached():
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
