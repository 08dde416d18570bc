"""The wire: connections are kept and reused, every way in which an answer may end is understood, and TLS is checked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.channels.telegram import wire as module
from bot.channels.telegram.wire import BrokenWire, TooLong, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each request with the next of its answers; one that ends in `HANG UP` is the connection's last."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            size = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
            self.asked.append(head + await reader.readexactly(size))
            answer = self.answers.pop(0) if self.answers else OK
            writer.write(answer.removesuffix(b"HANG UP"))
            await writer.drain()
            if answer.endswith(b"HANG UP"):
                break
        writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def wire(server: Server) -> AsyncIterator[Wire]:
    wire = Wire(server.url + "/base/")
    yield wire
    await wire.close()


async def test_a_question_says_all_that_a_server_must_know(server: Server, wire: Wire):
    assert await wire.ask("POST", "/a b", b"{}", "application/json", seconds=5) == (200, b"ok")
    assert await wire.ask("GET", "/c", seconds=5) == (200, b"ok")

    host = server.url.removeprefix("http://").encode()
    assert server.asked == [
        b"POST /base/a%20b HTTP/1.1\r\nHost: " + host
        + b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /base/c HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
    ]  # fmt: skip


async def test_nobody_can_put_a_header_into_a_path(server: Server, wire: Wire):
    await wire.ask("GET", "/x HTTP/1.1\r\nEvil: 1\r\n\r\n", seconds=5)

    assert b"\r\nEvil" not in server.asked[0]


async def test_a_connection_is_kept_for_the_next_question(server: Server, wire: Wire):
    for _ in range(3):
        await wire.ask("GET", "/", seconds=5)

    assert server.connections == 1


async def test_questions_at_the_same_time_have_connections_of_their_own(server: Server, wire: Wire):
    answers = await asyncio.gather(*(wire.ask("GET", "/", seconds=5) for _ in range(5)))

    assert answers == [(200, b"ok")] * 5
    assert server.connections == 5


async def test_one_that_has_rested_for_long_is_not_trusted(server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch):
    await wire.ask("GET", "/", seconds=5)
    monkeypatch.setattr(module, "IDLE", 0)
    await wire.ask("GET", "/", seconds=5)

    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no.\r\n1\r\nk\r\n0\r\n\r\n", b"o.k"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nokHANG UP", b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nas long as it lastsHANG UP", b"as long as it lasts"),
    ],
)
async def test_an_answer_ends_in_its_own_way_and_the_next_is_understood(
    server: Server, wire: Wire, answer: bytes, body: bytes
):
    server.answers = [answer]

    assert await wire.ask("GET", "/", seconds=5) == (200, body)
    assert await wire.ask("GET", "/", seconds=5) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        b"HANG UP",
        b"HTTP/1.1 200 OK\r\nContent-Le" + b"HANG UP",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nokHANG UP",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokHANG UP",
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_broken_answer_is_told_and_the_next_question_begins_anew(server: Server, wire: Wire, answer: bytes):
    server.answers = [answer]

    with pytest.raises(BrokenWire):
        await wire.ask("GET", "/", seconds=5)
    assert await wire.ask("GET", "/", seconds=5) == (200, b"ok")


async def test_what_nobody_asked_for_ends_the_connection(server: Server, wire: Wire):
    server.answers = [OK, OK + OK]
    for _ in range(3):
        assert await wire.ask("GET", "/", seconds=5) == (200, b"ok")


async def test_an_answer_may_be_too_long(server: Server, wire: Wire):
    server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n123456"] * 2

    assert await wire.ask("GET", "/", seconds=5, limit=6) == (200, b"123456")
    with pytest.raises(TooLong):
        await wire.ask("GET", "/", seconds=5, limit=5)


async def test_a_question_that_takes_too_long_leaves_no_answer_to_the_next(server: Server, wire: Wire):
    server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
    with pytest.raises(TimeoutError):
        await wire.ask("GET", "/", seconds=0.05)

    assert await wire.ask("GET", "/", seconds=5) == (200, b"ok")
    assert server.connections == 2


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a certificate, signed by itself, for an address."""

    def make(address: str) -> Path:
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
        now = datetime.now(UTC)  # noqa: TID251 -- a certificate has to be valid now
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = tmp_path / f"{address}.pem"
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return path

    return make


@pytest.mark.parametrize(("address", "is_trusted", "is_right"), [
    ("127.0.0.1", True, True), ("127.0.0.1", False, False), ("127.0.0.2", True, False),
])  # fmt: skip
async def test_tls_is_spoken_with_whom_it_is_proven_to_be(certificate, address: str, is_trusted: bool, is_right: bool):
    path = certificate(address)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(path)
    async with serving(tls) as server:
        wire = Wire(server.url)
        if is_trusted:
            wire._tls.load_verify_locations(path)
        if is_right:
            assert await wire.ask("GET", "/", seconds=5) == (200, b"ok")
        else:
            with pytest.raises(BrokenWire, match="SSLCertVerificationError"):
                await wire.ask("GET", "/", seconds=5)
        await wire.close()
