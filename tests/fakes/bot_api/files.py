"""Files as Telegram keeps them: reached by file_id, downloaded by path, 20 MB at most."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.fakes.bot_api.errors import bad_request

DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024


@dataclass
class StoredFile:
    """One stored file; `size` may be larger than the data, to play a file too big to carry around in a test."""

    id: str
    unique_id: str
    path: str
    data: bytes
    name: str
    mime: str
    size: int


@dataclass
class Files:
    """All files of the double."""

    by_id: dict[str, StoredFile] = field(default_factory=dict)
    by_path: dict[str, StoredFile] = field(default_factory=dict)

    def keep(self, data: bytes, folder: str, name: str, mime: str, size: int | None = None) -> StoredFile:
        """Store bytes under ids of their own."""
        number = len(self.by_id) + 1
        digest = hashlib.sha256(f"{number}:{name}".encode()).digest()
        extension = name.rpartition(".")[2] or "bin"
        file = StoredFile(
            id="AgAC" + base64.urlsafe_b64encode(digest * 2).decode().rstrip("="),
            unique_id=base64.urlsafe_b64encode(digest[:9]).decode(),
            path=f"{folder}/file_{number}.{extension}",
            data=data,
            name=name,
            mime=mime,
            size=len(data) if size is None else size,
        )
        self.by_id[file.id] = self.by_path[file.path] = file
        return file

    def find(self, file_id: str) -> StoredFile:
        """Return a file by id, or raise the 400 for a wrong one."""
        try:
            return self.by_id[file_id]
        except KeyError:
            raise bad_request("wrong file identifier/HTTP URL specified") from None

    def photo(self, data: bytes, size: int | None = None) -> list[dict[str, Any]]:
        """Store a photo as Telegram does, EXIF gone, and return its two sizes, the smallest first."""
        width, height = dimensions(data) or (1280, 960)
        file = self.keep(without_exif(data), "photos", "photo.jpg", "image/jpeg", size)
        small = self.keep(file.data, "thumbnails", "photo.jpg", "image/jpeg")
        return [photo_size(small, 90, max(1, 90 * height // width)), photo_size(file, width, height)]


def photo_size(file: StoredFile, width: int, height: int) -> dict[str, Any]:
    """Return a PhotoSize."""
    return {**reference(file), "width": width, "height": height}


def reference(file: StoredFile) -> dict[str, Any]:
    """Return what every object that points to a file says of it."""
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}


def document(file: StoredFile) -> dict[str, Any]:
    """Return a Document."""
    return {**reference(file), "file_name": file.name, "mime_type": file.mime}


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None when it is no picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def check_photo(data: bytes) -> None:
    """Refuse what the real server refuses as a photo from a bot."""
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes"
        )
    size = dimensions(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def without_exif(data: bytes) -> bytes:
    """Return a JPEG without its APP1 segments (EXIF, XMP); anything else unchanged."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, position = bytearray(data[:2]), 2
    while data[position : position + 1] == b"\xff" and data[position + 1] not in (0xDA, 0xD9):
        length = 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if data[position + 1] != 0xE1:
            kept += data[position : position + length]
        position += length
    return bytes(kept) + data[position:]
