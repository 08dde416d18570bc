"""The envelope in which WeCom and DingTalk post to us: signed, encrypted, and addressed to one receiver.

Sources: WeCom's path/90968; DingTalk's event subscription (事件订阅), which is laid out alike.

Errors::

    EnvelopeError
    ├── NotSigned       somebody without the token sent it
    ├── NotForUs        it is addressed to another receiver
    ├── Stale           it was signed long ago: somebody may have kept it, to let it happen once more
    └── Unreadable      no XML or JSON, no base64, no ciphertext, or its plaintext is laid out in another way
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

_KEY = re.compile(r"[A-Za-z0-9]{43}")
_BLOCK = 256
"""Bits to which the plaintext is padded: 32 bytes, twice the cipher's own block."""
_RANDOM = 16
"""With so many random bytes the plaintext begins."""


class EnvelopeError(Exception):
    """A callback that is not taken."""


class NotSigned(EnvelopeError):
    """The signature is wrong."""


class NotForUs(EnvelopeError):
    """The receiver is another."""


class Stale(EnvelopeError):
    """It was signed long ago."""


class Unreadable(EnvelopeError):
    """It is laid out in another way."""


class Sealed(NamedTuple):
    """What is sent: a ciphertext in base64, and its signature."""

    encrypted: str
    signature: str


class Seal:
    """What opens and closes envelopes: the token and the AES key that the vendor's console shows, and who receives.

    Raises `ValueError` for a key that is not 43 letters and digits.
    """

    def __init__(self, token: str, encoding_aes_key: str, receiver: str) -> None:
        if not _KEY.fullmatch(encoding_aes_key):
            raise ValueError("an EncodingAESKey is 43 letters and digits")
        key = base64.b64decode(encoding_aes_key + "=")
        self._cipher = Cipher(AES256(key), CBC(key[:16]))
        self._token = token
        self._receiver = receiver.encode()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """Return the message. Raises `EnvelopeError`."""
        wanted = self._signature(timestamp, nonce, encrypted)
        if not hmac.compare_digest(wanted.encode(), signature.encode(errors="replace")):
            raise NotSigned
        message, receiver = _parted(self._decrypted(encrypted))
        if not hmac.compare_digest(receiver, self._receiver):
            raise NotForUs
        return message

    def close(self, message: bytes, timestamp: str, nonce: str) -> Sealed:
        """Encrypt and sign a message, addressed as those are that come in."""
        plain = secrets.token_bytes(_RANDOM) + len(message).to_bytes(4, "big") + message + self._receiver
        encryptor, padder = self._cipher.encryptor(), PKCS7(_BLOCK).padder()
        padded = padder.update(plain) + padder.finalize()
        encrypted = base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
        return Sealed(encrypted, self._signature(timestamp, nonce, encrypted))

    def _signature(self, *parts: str) -> str:
        signed = "".join(sorted((self._token, *parts))).encode(errors="replace")
        return hashlib.sha1(signed).hexdigest()  # noqa: S324 -- the vendors' choice

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            decryptor, unpadder = self._cipher.decryptor(), PKCS7(_BLOCK).unpadder()
            padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
            return unpadder.update(padded) + unpadder.finalize()
        except (binascii.Error, ValueError) as error:
            raise Unreadable(type(error).__name__) from None


def _parted(plain: bytes) -> tuple[bytes, bytes]:
    """Part the plaintext, 16 random bytes + length (4 bytes, big-endian) + message + receiver."""
    start = _RANDOM + 4
    end = start + int.from_bytes(plain[_RANDOM:start], "big")
    if len(plain) < start or end > len(plain):
        raise Unreadable("length")
    return plain[start:end], plain[end:]
