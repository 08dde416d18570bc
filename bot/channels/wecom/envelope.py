"""The outer XML of WeCom's callbacks, in which the envelope lies (path/90930)."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.http.envelope import Unreadable


def encrypted_part(body: bytes) -> str:
    """Return what the outer XML of a callback holds encrypted. It is anybody's: nothing in it is expanded."""
    try:
        found = fromstring(body, forbid_dtd=True).findtext("Encrypt")
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(type(error).__name__) from None
    if not found:
        raise Unreadable("no Encrypt")
    return str(found)
