"""WeCom's callbacks in neutral words (path/90239, 90240)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.wecom.files import LIVES
from bot.domain.datum import wgs84_from_gcj02
from bot.port import (
    Chat,
    Envelope,
    Incoming,
    Location,
    Media,
    Opened,
    Payload,
    Photo,
    Press,
    Receipt,
    Sender,
    Text,
    Unparsable,
    Unsupported,
    Video,
    Voice,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAME = "wecom"
EDITABLE = timedelta(hours=72)
"""How long a response code lives (path/94888)."""
CODE = "code"
"""Where a receipt keeps its response code."""
_HEARD = {"enter_agent", "subscribe", "unsubscribe", "click", "template_card_event", "location_select"}
_PLACES = 6
"""Decimal places of degrees that mean anything: a tenth of a metre."""


# --- as it came ------------------------------------------------------------------------------------------------------


def envelope(message: bytes, account: str) -> Envelope | None:
    """Wrap a decrypted message, whatever it is: nothing here may fail.

    None for an event that nobody waits for: a link of the menu was opened, or where somebody is in the background.
    """
    text = message.decode(errors="replace")
    body = json.dumps({"xml": text}, ensure_ascii=False)
    try:
        xml = _tree(text)
    except Unparsable:
        return Envelope(channel=NAME, account=account, key=_digest(text), chat=_chat_key(account, ""), body=body)
    if _said(xml, "MsgType") == "event" and _said(xml, "Event") not in _HEARD:
        return None
    who = _said(xml, "FromUserName")
    return Envelope(channel=NAME, account=account, key=_key(xml), chat=_chat_key(account, who), body=body)


def _chat_key(account: str, who: str) -> str:
    return Chat(channel=NAME, account=account, id=who).key[:255]


def _key(xml: Element) -> str:
    """Return what a redelivery has in common with the first delivery: events have no id, so all that tells them apart.

    Entering is told at every look at the app: one greeting a day is enough.
    """
    if number := _said(xml, "MsgId"):
        return number[:255]
    parts = [_said(xml, name) for name in ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")]
    if parts[2] == "enter_agent" and parts[1].isdecimal():
        parts[1] = f"day {int(parts[1]) // 86_400}"
    return _digest("\n".join(parts))


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _tree(text: str) -> Element:
    try:
        return fromstring(text, forbid_dtd=True)  # type: ignore[no-any-return]
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unparsable(type(error).__name__) from None


def _said(xml: Element, name: str) -> str:
    return xml.findtext(name) or ""


# --- as it is meant --------------------------------------------------------------------------------------------------


def read(body: str, account: str, corp: str) -> Incoming:
    """Read a raw callback. Raises `Unparsable`."""
    try:
        return _read(_tree(json.loads(body)["xml"]), account, corp)
    except (ValueError, TypeError, LookupError, OverflowError, OSError, RecursionError) as error:
        raise Unparsable(type(error).__name__) from error


def _read(xml: Element, account: str, corp: str) -> Incoming:
    who, at = _said(xml, "FromUserName"), datetime.fromtimestamp(int(_said(xml, "CreateTime")), UTC)
    if not who:
        raise Unparsable("from nobody")
    return Incoming(
        channel=NAME,
        account=account,
        key=_key(xml),
        chat=Chat(channel=NAME, account=account, id=who),
        sender=Sender(realm=corp, id=who),
        at=at,
        payload=_payload(xml, at),
    )


def _payload(xml: Element, at: datetime) -> Payload:  # noqa: PLR0911 -- a table of kinds
    kind = _said(xml, "MsgType")
    match kind:
        case "text":
            return Text(text=_said(xml, "Content"))
        case "image":
            return Photo(media=_media(xml, at, "image/jpeg"))
        case "voice":
            return Voice(media=_media(xml, at, f"audio/{_said(xml, 'Format') or 'amr'}"))
        case "video":
            return Video(media=_media(xml, at, "video/mp4"))
        case "location":
            return _location(xml)
        case "link":
            return Text(text=_link(xml))
        case "event":
            return _event(xml, at)
    return Unsupported(what=kind)


def _event(xml: Element, at: datetime) -> Payload:
    """Return what happened; the keys of a menu's entries are what their tapping means, commands mostly."""
    event, key = _said(xml, "Event"), _said(xml, "EventKey")
    match event:
        case "enter_agent" | "subscribe":
            return Opened()
        case "unsubscribe":
            return Opened(entering=False)
        case "click":
            return Text(text=key)
        case "template_card_event":
            return _press(xml, key, at)
        case "location_select":
            place = xml.find("SendLocationInfo")
            return _location(place) if place is not None else Unsupported(what=event)
    return Unsupported(what=event)


def _press(xml: Element, key: str, at: datetime) -> Press:
    """Return the tap. It brings a fresh code, by which its card can be changed once more."""
    code = _said(xml, "ResponseCode")
    receipt = Receipt(id=_said(xml, "TaskId"), editable_until=at + EDITABLE, detail={CODE: code}) if code else None
    return Press(token=key, receipt=receipt)


def _media(xml: Element, at: datetime, mime: str) -> Media:
    return Media(ref=xml.findtext("MediaId", ""), mime=mime, expires_at=at + LIVES)


def _location(xml: Element) -> Location:
    """Return the place; WeCom speaks GCJ-02."""
    lat, lon = float(_said(xml, "Location_X")), float(_said(xml, "Location_Y"))
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004 -- degrees
        raise Unparsable("no place on earth")
    place = wgs84_from_gcj02(lat, lon)
    return Location(lat=round(place.lat, _PLACES), lon=round(place.lon, _PLACES), name=_said(xml, "Label"))


def _link(xml: Element) -> str:
    """Return a link as words: shared by a map, it tells a place."""
    return "\n".join(part for name in ("Title", "Description", "Url") if (part := _said(xml, name)))
