"""What we read and what we say agrees with the types of both SDKs, two witnesses to what the Bot API is."""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import Any

import aiogram.methods
import aiogram.types
import pytest
import telegram
from pydantic import BaseModel

from bot.channels.telegram import saying, updates
from bot.channels.telegram.arriving import webhook
from bot.channels.telegram.calls import Call, Upload
from bot.port import Chat, Command, Location, Outgoing, Span
from tests.channels.contract import CARD, picture

SPANS = (Span(text="井", bold=True), Span(text="丙", mention="7"), Span(text="看", url="http://a.example/"))
STYLED = CARD.model_copy(update={"text": SPANS})
PHOTO = STYLED.model_copy(update={"photos": ("blob",)})
ROOM = Chat(channel="telegram", account="1", id="7")
HELP = [Command(name="help", description="帮助")]
CALLS = [
    saying.sending(7, STYLED),
    saying.sending(7, PHOTO, "file-id"),
    saying.sending(7, PHOTO, Upload("photo.jpg", b"")),
    saying.sending(7, Outgoing(document="blob"), "file-id"),
    saying.sending(7, Outgoing(location=Location(lat=30.25, lon=120.5))),
    saying.album(7, ["file-id", Upload("photo.jpg", b"")]),
    saying.rewriting(7, 5, STYLED),
    saying.captioning(7, 5, STYLED),
    saying.showing(7, 5, STYLED, "file-id"),
    webhook("https://city.example", "a-fictional-secret"),
    saying.offering(HELP, None, "zh"),
    saying.offering(HELP, ROOM, None),
]


def agrees(ours: Any, theirs: Any) -> bool:
    """Say whether they have the same values wherever we have one."""
    if isinstance(ours, BaseModel):
        names = ours.model_fields_set & set(type(ours).model_fields) - {"arrived_at"}
        return all(agrees(getattr(ours, name), getattr(theirs, their_name(name))) for name in names)
    if isinstance(ours, tuple):
        return len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    if isinstance(ours, dict):
        return theirs is not None
    return ours == (theirs.timestamp() if isinstance(theirs, datetime) else theirs)


def their_name(name: str) -> str:
    return "from_user" if name == "sender" else name


@pytest.fixture
def heard(api) -> list[dict[str, Any]]:
    """Updates of every kind that we read."""
    alice = api.user("甲")
    group = api.group("路灯组", members=[alice])
    said = alice.sends("路灯不亮")
    alice.edits(said, "路灯不亮了")
    alice.sends_photo(picture(), "看")
    alice.sends_file(b"x", "照片.jpg")
    alice.sends_location(30.25, 120.5)
    api.membership_changed(group, alice, "left", "member")
    group.becomes_supergroup(alice)
    pressed = {"id": "q", "from": alice.json, "chat_instance": "c", "data": "t", "message": said.json}
    api.deliver({"callback_query": pressed})
    return api.updates.unconfirmed


def test_what_we_read_is_what_both_read(heard):
    kinds = {kind for update in heard for kind in update} - {"update_id"}
    assert kinds == {"message", "edited_message", "my_chat_member", "callback_query"}
    for update in heard:
        ours = updates.Update.model_validate(update)
        assert agrees(ours, aiogram.types.Update.model_validate(update))
        assert agrees(ours, telegram.Update.de_json(update, None))


@pytest.mark.parametrize("call", CALLS, ids=[call.method for call in CALLS])
def test_what_we_say_is_known_to_both(call: Call):
    model = getattr(aiogram.methods, call.method[0].upper() + call.method[1:])
    assert strangers(model.model_validate(dict(call.params))) == []
    assert set(call.params) <= set(inspect.signature(getattr(telegram.Bot, call.method)).parameters)


def strangers(value: Any) -> list[str]:
    """Return the fields, at any depth, that aiogram does not know."""
    if isinstance(value, BaseModel):
        inner = [name for each in dict(value).values() for name in strangers(each)]
        return [*(value.model_extra or ()), *inner]
    return [name for each in value for name in strangers(each)] if isinstance(value, list) else []
