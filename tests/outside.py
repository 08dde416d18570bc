"""Tests reach this machine only: a connection or a name look-up that leaves it fails the test."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

import pytest

NAMES_OF_THIS_MACHINE = {None, "", "localhost", b"localhost"}


def is_inside(host: Any) -> bool:
    """Say whether a host, by name or by address, is this machine."""
    if host in NAMES_OF_THIS_MACHINE:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook; it sees Python's sockets, and so asyncio's and those of every pure Python client."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not is_inside(address[0]):
            pytest.fail(f"a test tried to reach {address}; only this machine may be reached")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_inside(arguments[0]):
        pytest.fail(f"a test tried to look up {arguments[0]!r}; only this machine may be reached")


sys.addaudithook(guard)
