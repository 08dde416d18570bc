"""What lies around and in WeCom's envelopes: XML, in which nothing is expanded, and which may be none."""

from __future__ import annotations

import pytest

from bot.channels.http.envelope import Unreadable
from bot.channels.wecom.envelope import encrypted_part
from bot.channels.wecom.reading import envelope, read
from bot.port import Text, Unparsable
from tests.channels.vectors import BROKEN_JSON, VECTORS


def test_a_published_message_is_read():
    vector = VECTORS["the document's message"]
    kept = envelope(vector.opened(), "218")
    assert kept is not None
    incoming = read(kept.body, "218", vector.receiver)
    assert (kept.key, incoming.payload) == ("4561255354251345929", Text(text="hello"))
    assert (incoming.sender.realm, incoming.at.timestamp()) == (vector.receiver, 1409659813)


def test_what_opens_but_is_no_xml_is_kept_and_unparsable():
    kept = envelope(BROKEN_JSON.opened(), "1")
    assert kept is not None
    with pytest.raises(Unparsable):
        read(kept.body, "1", "corp")
    assert kept.key.startswith("sha256:")


XXE = '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml>", b"{}", b"<xml/>", b"\xff\xfe", f"{XXE}<xml><Encrypt>&x;</Encrypt></xml>".encode(),
     f"{LAUGHS}<xml><Encrypt>&b;</Encrypt></xml>".encode(), b'<?xml version="1.0" encoding="klingon"?><xml/>',
     b"<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>"],
)  # fmt: skip
def test_an_outer_document_that_is_no_envelope_is_unreadable_and_nothing_in_it_is_expanded(body: bytes):
    with pytest.raises(Unreadable):
        encrypted_part(body)


@pytest.mark.parametrize("head", [XXE, LAUGHS, "<!DOCTYPE xml>"])
def test_nothing_in_an_inner_document_is_expanded_either(head: str):
    xml = f"{head}<xml><FromUserName>u</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"
    kept = envelope(xml.encode(), "1")
    assert kept is not None
    with pytest.raises(Unparsable):
        read(kept.body, "1", "corp")
