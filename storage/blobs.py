"""Attachments by the hash of their bytes: in a folder, or in an object store by its URL (fsspec)."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

_ADDRESS = re.compile(r"[0-9a-f]{64}")
_PARTIAL = ".partial"


class Blobs:
    """A store of immutable bytes; the address of bytes is their SHA-256 in hex, in folders of two levels.

    `url` is a folder, or whatever fsspec understands (`s3://bucket/path` with s3fs installed). Calls block, so they
    belong outside the event loop. Bytes are written under another name, brought to disk, and renamed, so that an
    address holds all of its bytes or none.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = url_to_fs(url)

    @property
    def folder(self) -> Path | None:
        """The folder on this machine; None where the bytes are kept elsewhere."""
        return Path(self._root) if isinstance(self._files, LocalFileSystem) else None

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their address.

        Keeping the same bytes again only makes them young again, so that a sweep that runs meanwhile spares them.
        """
        address = hashlib.sha256(data).hexdigest()
        path = self._path(address)
        partial = f"{path}.{secrets.token_hex(8)}{_PARTIAL}"
        self._files.makedirs(self._parent(path), exist_ok=True)
        with self._files.open(partial, "wb") as file:
            file.write(data)
            _to_disk(file)
        self._files.mv(partial, path)
        return address

    def get(self, address: str) -> bytes:
        """Return the bytes; FileNotFoundError when they are not here, ValueError when it is no address."""
        return bytes(self._files.cat_file(self._path(address)))

    def has(self, address: str) -> bool:
        """Say whether the bytes are here."""
        return bool(self._files.exists(self._path(address)))

    def delete(self, address: str) -> None:
        """Forget the bytes; nothing happens when they are not here."""
        self._remove(self._path(address))

    def discard(self, address: str, older_than: datetime) -> bool:
        """Forget the bytes unless they were put since that moment; return whether they are gone.

        They are looked at again once they were moved aside, so that a put that happens meanwhile stays whole. An object
        store cannot move: there, a put of the very same bytes at the very moment of the deletion would be lost.
        """
        path = self._path(address)
        aside = f"{path}.{secrets.token_hex(8)}{_PARTIAL}"
        try:
            if _utc(self._files.modified(path)) >= older_than:
                return False
            self._files.mv(path, aside)
        except FileNotFoundError:
            return True
        if _utc(self._files.modified(aside)) >= older_than:
            self._files.mv(aside, path)
            return False
        self._remove(aside)
        return True

    def addresses(self, older_than: datetime) -> Iterator[str]:
        """Yield the addresses of all that was last put before that moment."""
        for path in self._old(older_than):
            name = path.rpartition("/")[2]
            if _ADDRESS.fullmatch(name):
                yield name

    def discard_partial(self, older_than: datetime) -> int:
        """Remove what a crash left half written before that moment, and return how many there were."""
        left = [path for path in self._old(older_than) if path.endswith(_PARTIAL)]
        for path in left:
            self._remove(path)
        return len(left)

    def _path(self, address: str) -> str:
        if not _ADDRESS.fullmatch(address):
            raise ValueError("not the address of a blob")
        return f"{self._root}/{address[:2]}/{address[2:4]}/{address}"

    def _parent(self, path: str) -> str:
        return path.rpartition("/")[0]

    def _old(self, older_than: datetime) -> Iterator[str]:
        for path in self._files.find(self._root):
            try:
                if _utc(self._files.modified(path)) < older_than:
                    yield path
            except FileNotFoundError:  # Deleted or renamed since it was listed.
                continue

    def _remove(self, path: str) -> None:
        try:
            self._files.rm_file(path)
        except FileNotFoundError:
            return


def _to_disk(file: IO[Any]) -> None:
    """Have the bytes on the disk before anything in the database points at them; object stores do so by themselves."""
    file.flush()
    try:
        number = file.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return
    os.fsync(number)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
