"""Callbacks in neutral words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.reading import envelope, read
from bot.domain.datum import gcj02_from_wgs84
from bot.domain.geo import metres_between
from bot.port import Envelope, Location, Media, Opened, Photo, Text, Unparsable, Unsupported, Video, Voice

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LIVES = AT + timedelta(days=3)


def xml(**fields: str) -> bytes:
    head = {"ToUserName": "ww1", "FromUserName": "alice", "CreateTime": str(int(AT.timestamp())), "MsgId": "1"}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in (head | fields).items())
    return f"<xml>{inner}<AgentID>1</AgentID></xml>".encode()


def payload(**fields: str):
    return read(kept(xml(**fields)).body, "1", "ww1").payload


def kept(message: bytes) -> Envelope:
    found = envelope(message, "1")
    assert found is not None
    return found


@pytest.mark.parametrize("event", ["LOCATION", "view", "pic_photo_or_album", "batch_job_result", "change_contact"])
def test_events_that_nobody_waits_for_are_not_kept(event: str):
    assert envelope(xml(MsgType="event", Event=event, Latitude="25.8", Longitude="114.9"), "1") is None


def media(mime: str) -> Media:
    return Media(ref="m1", mime=mime, expires_at=LIVES)


@pytest.mark.parametrize(("fields", "meant"), [
    ({"MsgType": "text", "Content": "<![CDATA[灯 <b> & 不亮]]>"}, Text(text="灯 <b> & 不亮")),
    ({"MsgType": "image", "PicUrl": "http://x.example", "MediaId": "m1"}, Photo(media=media("image/jpeg"))),
    ({"MsgType": "voice", "MediaId": "m1", "Format": "amr"}, Voice(media=media("audio/amr"))),
    ({"MsgType": "video", "MediaId": "m1", "ThumbMediaId": "t"}, Video(media=media("video/mp4"))),
    ({"MsgType": "link", "Title": "西街路口", "Description": "地图", "Url": "https://map.example/?a=1&amp;b=2"},
     Text(text="西街路口\n地图\nhttps://map.example/?a=1&b=2")),
    ({"MsgType": "event", "Event": "subscribe"}, Opened()),
    ({"MsgType": "event", "Event": "enter_agent", "EventKey": ""}, Opened()),
    ({"MsgType": "event", "Event": "unsubscribe"}, Opened(entering=False)),
    ({"MsgType": "event", "Event": "click", "EventKey": "/help"}, Text(text="/help")),
    ({"MsgType": "event", "Event": "location_select"}, Unsupported(what="location_select")),
    ({"MsgType": "hologram"}, Unsupported(what="hologram")),
])  # fmt: skip
def test_every_kind_has_its_meaning(fields: dict[str, str], meant: object):
    assert payload(**fields) == meant


@pytest.mark.parametrize("shape", ["message", "menu"])
def test_a_place_comes_in_true_degrees(shape: str):
    shown = gcj02_from_wgs84(25.845, 114.935)
    place = {"Location_X": f"{shown.lat:.6f}", "Location_Y": f"{shown.lon:.6f}", "Label": "西街"}
    if shape == "menu":
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in place.items())
        found = payload(MsgType="event", Event="location_select", SendLocationInfo=inner)
    else:
        found = payload(MsgType="location", **place)
    assert isinstance(found, Location)
    assert metres_between(found.lat, found.lon, 25.845, 114.935) < 1
    assert found.name == "西街"


@pytest.mark.parametrize("broken", [
    {"MsgType": "location"}, {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
    {"MsgType": "location", "Location_X": "91", "Location_Y": "1"}, {"CreateTime": "soon"}, {"CreateTime": "9" * 30},
    {"FromUserName": ""},
])  # fmt: skip
def test_what_cannot_be_read_is_kept_and_unparsable(broken: dict[str, str]):
    row = kept(xml(**{"MsgType": "text", **broken}))
    assert row.key == "1"
    with pytest.raises(Unparsable):
        read(row.body, "1", "ww1")


@given(st.binary(max_size=60))
def test_anything_that_was_sealed_is_kept(message: bytes):
    row = kept(message)
    assert isinstance(json.loads(row.body)["xml"], str)
    assert "\x00" not in row.body
    with pytest.raises(Unparsable):
        read(row.body, "1", "ww1")


@pytest.mark.parametrize("name", ["FromUserName", "CreateTime", "Event", "EventKey", "TaskId"])
def test_events_are_told_apart_by_all_that_they_bring(name: str):
    fields = {"MsgType": "event", "Event": "click", "EventKey": "a", "TaskId": "t", "MsgId": ""}
    other = {**fields, name: "subscribe" if name == "Event" else "1"}
    assert kept(xml(**fields)).key == kept(xml(**fields)).key != kept(xml(**other)).key
