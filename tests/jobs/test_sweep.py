"""What belongs to nothing is thrown away; nothing else is."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.port import Chat, Outgoing
from storage.blobs import Blobs
from storage.models import Attachment, Chore, InboxRow, OutboxRow, WebFile, WebMessage, new_id
from tests.dialogue import Stage, jpeg
from tests.jobs.conftest import BEFORE_DAWN, tick

DAY = timedelta(days=1)


@pytest.fixture
def night(stage: Stage) -> Stage:
    stage.clock.move(BEFORE_DAWN - stage.now)
    return stage


def put(stage: Stage, data: bytes, age: timedelta = 2 * DAY) -> str:
    """Keep bytes that were put so long ago."""
    address = stage.blobs.put(data)
    grow_old(stage, address, age)
    return address


def grow_old(stage: Stage, address: str, age: timedelta = 2 * DAY) -> None:
    at = (stage.now - age).timestamp()
    os.utime(stage.blobs._path(address), (at, at))


def attachments(stage: Stage) -> list[Attachment]:
    with stage.reading() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def test_bytes_that_nothing_speaks_of_go_after_a_day(night: Stage):
    young, old = put(night, b"young", timedelta(hours=23)), put(night, b"old", timedelta(hours=25))
    partial = Path(f"{night.blobs._path(old)}.0123456789abcdef.partial")
    partial.write_bytes(b"half")
    os.utime(partial, (0, 0))
    tick(night, "sweep")

    assert (night.blobs.has(young), night.blobs.has(old), partial.exists()) == (True, False, False)


def test_photos_of_cases_and_of_open_drafts_stay_and_those_of_dead_drafts_go(night: Stage):
    night.staff("point_leader", unit="U-E", point="P-1")
    wang, li, chen = (night.person(name) for name in ("wang", "li", "chen"))
    wang.sends_photo(jpeg((10, 20, 30)), caption="东街农贸市场 路面破损")
    wang.presses("提交")
    li.sends_photo(jpeg((40, 50, 60)))
    li.sends("/cancel")
    chen.sends_photo(jpeg((70, 80, 90)))
    night.advance(hours=20)
    chen.sends("东街小学 路面破损")
    night.advance(hours=20)
    for each in attachments(night):
        grow_old(night, each.blob)
    night.clock.move(timedelta(hours=8))
    tick(night, "sweep")

    kept = attachments(night)
    assert [each.person_id for each in kept] == [wang.person.id, chen.person.id]
    assert all(night.blobs.has(each.blob) for each in kept)
    assert len(list(night.blobs.addresses(night.now))) == 2


def test_a_photo_that_is_still_being_fetched_stays(night: Stage):
    li = night.person("li")
    li.sends("东街小学 路面破损")
    with night.database.begin() as session:
        session.add(_attachment(li.person.id, night, state="pending"))
        session.add(_attachment(li.person.id, night, state="lost"))
    tick(night, "sweep")

    assert [each.state for each in attachments(night)] == ["pending"]


def test_what_is_on_its_way_and_what_stands_on_the_page_stays(night: Stage):
    names = ("chore", "quarantine", "outbox", "page", "document", "drawing", "done", "other")
    blobs = {name: put(night, name.encode()) for name in names}
    at = night.now
    message = WebMessage(id=new_id(), chat_id="c", sender="s", body="{}", sent_at=at)
    digest = Outgoing(text=(), document=blobs["document"], document_name="digest.xlsx").model_dump_json()
    drawing = Outgoing(text=(), photos=(blobs["drawing"],)).model_dump_json(exclude_defaults=True)
    chat = Chat(channel="gone", account="x", id="c").model_dump_json()
    with night.database.begin() as session:
        session.add(message)
        session.flush()
        session.add(WebFile(message_id=message.id, position=0, blob=blobs["page"], mime="", name="", size=1))
        session.add(WebMessage(chat_id="c", sender="", body=digest, sent_at=at))
        session.add(WebMessage(chat_id="c", sender="", body=drawing, sent_at=at))
        session.add(
            Chore(kind="fetch", chat="c", args={"ref": blobs["chore"]}, not_before=at + DAY, expires_at=at + 2 * DAY)
        )
        for state, name in (("quarantined", "quarantine"), ("done", "done")):
            session.add(_inbox(night, name, blobs[name], state))
        session.add(
            OutboxRow(
                channel="gone", account="x", chat="c", chat_body=chat, not_before=at, created_at=at,
                expires_at=at + DAY, body=Outgoing(text=(), photos=(blobs["outbox"],)).model_dump_json(),
            )
        )  # fmt: skip
    tick(night, "sweep")

    gone = {name for name, address in blobs.items() if not night.blobs.has(address)}
    assert gone == {"done", "other"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_bytes_that_are_put_again_while_the_sweep_runs_stay(night: Stage, monkeypatch: pytest.MonkeyPatch):
    address = put(night, b"again")
    discard = Blobs.discard

    def put_first(blobs: Blobs, doomed: str, before) -> bool:
        blobs.put(b"again")
        return discard(blobs, doomed, before)

    monkeypatch.setattr(Blobs, "discard", put_first)
    tick(night, "sweep")

    assert night.blobs.get(address) == b"again"


def _attachment(person_id: int, stage: Stage, state: str) -> Attachment:
    sent_at = stage.now - 2 * DAY
    return Attachment(draft_id=1, case_id=None, person_id=person_id, purpose="before", state=state, sent_at=sent_at)


def _inbox(stage: Stage, key: str, blob: str, state: str) -> InboxRow:
    facts = {"channel": "pk", "account": "", "chat": "c", "partition": 0, "received_at": stage.now}
    return InboxRow(key=key, body=f'{{"blob": "{blob}"}}', state=state, **facts)
