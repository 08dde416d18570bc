"""Bytes are kept whole under their own hash, in a folder and in any store that fsspec knows."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from storage.blobs import Blobs

PHOTO = b"\xff\xd8 not really a photo"
ADDRESS = hashlib.sha256(PHOTO).hexdigest()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["folder", "file url", "memory"])
def blobs(request, tmp_path):
    urls = {
        "folder": str(tmp_path / "blobs"),
        "file url": (tmp_path / "blobs").as_uri(),
        "memory": f"memory://{uuid4()}",
    }
    return Blobs(urls[request.param])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "blobs"


def test_what_was_put_is_got_by_its_hash(blobs):
    assert blobs.put(PHOTO) == ADDRESS
    assert blobs.get(ADDRESS) == PHOTO
    assert blobs.has(ADDRESS)


def test_nothing_at_all_has_an_address_too(blobs):
    assert blobs.get(blobs.put(b"")) == b""


def test_the_same_bytes_are_kept_once(blobs):
    blobs.put(PHOTO)
    blobs.put(PHOTO)

    assert list(blobs.addresses(FAR_AHEAD)) == [ADDRESS]


def test_what_is_not_there_is_not_found(blobs):
    assert not blobs.has(ADDRESS)
    with pytest.raises(FileNotFoundError):
        blobs.get(ADDRESS)


def test_deleted_bytes_are_gone_and_may_be_deleted_again(blobs):
    blobs.put(PHOTO)
    blobs.delete(ADDRESS)
    blobs.delete(ADDRESS)

    assert not blobs.has(ADDRESS)


def test_an_empty_store_has_no_addresses(blobs):
    assert list(blobs.addresses(FAR_AHEAD)) == []


def test_young_bytes_are_not_offered_to_the_sweep(blobs):
    blobs.put(PHOTO)

    assert list(blobs.addresses(LONG_AGO)) == []
    assert list(blobs.addresses(FAR_AHEAD)) == [ADDRESS]


@pytest.mark.parametrize("address", ["", "../../etc/passwd", ADDRESS.upper(), ADDRESS[:-1], f"{ADDRESS}\n"])
def test_what_is_no_address_is_refused(blobs, address):
    for use in (blobs.get, blobs.has, blobs.delete):
        with pytest.raises(ValueError, match="not the address"):
            use(address)


def test_bytes_lie_in_folders_of_two_levels(folder):
    Blobs(str(folder)).put(PHOTO)

    assert (folder / ADDRESS[:2] / ADDRESS[2:4] / ADDRESS).read_bytes() == PHOTO


def test_bytes_that_are_put_again_are_young_again(folder):
    blobs = Blobs(str(folder))
    blobs.put(PHOTO)
    file = folder / ADDRESS[:2] / ADDRESS[2:4] / ADDRESS
    os.utime(file, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    a_day_later = LONG_AGO + timedelta(days=1)
    assert list(blobs.addresses(a_day_later)) == [ADDRESS]

    blobs.put(PHOTO)

    assert list(blobs.addresses(a_day_later)) == []


def test_a_write_that_fails_leaves_no_half_blob(folder, monkeypatch):
    blobs = Blobs(str(folder))

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        blobs.put(PHOTO)

    assert not blobs.has(ADDRESS)
    assert list(blobs.addresses(FAR_AHEAD)) == []
    assert blobs.discard_partial(LONG_AGO) == 0
    assert blobs.discard_partial(FAR_AHEAD) == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_many_may_put_the_same_bytes_at_once(folder):
    blobs = Blobs(str(folder))
    with ThreadPoolExecutor(8) as pool:
        addresses = set(pool.map(blobs.put, [PHOTO] * 40))

    assert addresses == {ADDRESS}
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [ADDRESS]


def test_old_bytes_are_discarded_and_young_ones_stay(blobs):
    blobs.put(PHOTO)
    assert not blobs.discard(ADDRESS, LONG_AGO)
    assert blobs.get(ADDRESS) == PHOTO
    assert blobs.discard(ADDRESS, FAR_AHEAD)
    assert not blobs.has(ADDRESS)
    assert blobs.discard(ADDRESS, FAR_AHEAD)


@pytest.mark.parametrize("moment", ["before it is moved aside", "after it was moved aside"])
def test_bytes_that_are_put_again_at_the_moment_of_their_deletion_stay(folder, monkeypatch, moment):
    blobs = Blobs(str(folder))
    blobs.put(PHOTO)
    os.utime(folder / ADDRESS[:2] / ADDRESS[2:4] / ADDRESS, (0, 0))
    move = blobs._files.mv

    def racing(path, to):
        monkeypatch.setattr(blobs._files, "mv", move)
        if moment.startswith("before"):
            blobs.put(PHOTO)
        move(path, to)
        if moment.startswith("after"):
            blobs.put(PHOTO)

    monkeypatch.setattr(blobs._files, "mv", racing)
    blobs.discard(ADDRESS, datetime(2020, 1, 1, tzinfo=UTC))

    assert blobs.get(ADDRESS) == PHOTO
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
