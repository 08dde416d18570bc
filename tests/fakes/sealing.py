"""The platforms' side of the envelope, written apart from the bot's: by hand, from the vendors' description."""

from __future__ import annotations

import hashlib
import secrets
import struct
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def seal(text: str, *, aes_key: str, receiver: str, noise: bytes | None = None) -> str:
    """Return the text encrypted for a receiver."""
    key, message = b64decode(aes_key + "="), text.encode()
    plain = (noise or secrets.token_bytes(16)) + struct.pack(">I", len(message)) + message + receiver.encode()
    pad = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def unseal(encrypted: str, *, aes_key: str) -> tuple[str, str]:
    """Return a text and its receiver."""
    key = b64decode(aes_key + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(b64decode(encrypted)) + decryptor.finalize()
    (length,) = struct.unpack(">I", plain[16:20])
    return plain[20 : 20 + length].decode(), plain[20 + length : -plain[-1]].decode()


def signature(*signed: str) -> str:
    """Return the signature of a token, a timestamp, a nonce and what is encrypted, in whatever order."""
    return hashlib.sha1("".join(sorted(signed)).encode()).hexdigest()  # noqa: S324
