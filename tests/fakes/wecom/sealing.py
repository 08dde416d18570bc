"""The platform's side of the envelope, written apart from the bot's: by hand, from the vendor's description."""

from __future__ import annotations

import hashlib
import secrets
import struct
from base64 import b64decode, b64encode
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def seal(text: str, *, aes_key: str, receiver: str, noise: bytes | None = None) -> str:
    """Return the text encrypted for a receiver."""
    key, message = b64decode(aes_key + "="), text.encode()
    plain = (noise or secrets.token_bytes(16)) + struct.pack(">I", len(message)) + message + receiver.encode()
    pad = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def query(encrypted: str, *, token: str, timestamp: str, nonce: str) -> str:
    """Return the query with which it is posted."""
    signature = hashlib.sha1("".join(sorted([token, timestamp, nonce, encrypted])).encode()).hexdigest()  # noqa: S324
    return urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})


def envelope(encrypted: str, *, corp: str, agent: str) -> str:
    """Return the body that is posted."""
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[{agent}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
