"""The envelope of WeCom's callbacks: signed, encrypted, and addressed to one receiver (path/90968).

Errors::

    EnvelopeError
    ├── NotSigned       somebody without the token sent it
    ├── NotForUs        it is addressed to another receiver
    ├── Stale           it was signed long ago: somebody may have kept it, to let it happen once more
    └── Unreadable      no XML, no base64, no ciphertext, or its plaintext is laid out in another way
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from xml.etree.ElementTree import ParseError

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

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


class Seal:
    """What opens envelopes: the token and the EncodingAESKey of the app's callback, and who receives.

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
        signed = "".join(sorted((self._token, timestamp, nonce, encrypted))).encode(errors="replace")
        wanted = hashlib.sha1(signed)  # noqa: S324 -- the vendor's choice
        if not hmac.compare_digest(wanted.hexdigest().encode(), signature.encode(errors="replace")):
            raise NotSigned
        message, receiver = _parted(self._decrypted(encrypted))
        if not hmac.compare_digest(receiver, self._receiver):
            raise NotForUs
        return message

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            decryptor, unpadder = self._cipher.decryptor(), PKCS7(_BLOCK).unpadder()
            padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
            return unpadder.update(padded) + unpadder.finalize()
        except (binascii.Error, ValueError) as error:
            raise Unreadable(type(error).__name__) from None


def encrypted_part(body: bytes) -> str:
    """Return what the outer XML of a callback holds encrypted. It is anybody's: nothing in it is expanded."""
    try:
        found = fromstring(body, forbid_dtd=True).findtext("Encrypt")
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(type(error).__name__) from None
    if not found:
        raise Unreadable("no Encrypt")
    return str(found)


def _parted(plain: bytes) -> tuple[bytes, bytes]:
    """Part the plaintext, 16 random bytes + length (4 bytes, big-endian) + message + receiver."""
    start = _RANDOM + 4
    end = start + int.from_bytes(plain[_RANDOM:start], "big")
    if len(plain) < start or end > len(plain):
        raise Unreadable("length")
    return plain[start:end], plain[end:]
