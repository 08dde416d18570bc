"""How WeCom posts what is sealed."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.fakes.sealing import signature


def query(encrypted: str, *, token: str, timestamp: str, nonce: str) -> str:
    """Return the query with which it is posted."""
    signed = signature(token, timestamp, nonce, encrypted)
    return urlencode({"msg_signature": signed, "timestamp": timestamp, "nonce": nonce})


def envelope(encrypted: str, *, corp: str, agent: str) -> str:
    """Return the body that is posted."""
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[{agent}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
