"""The envelope: published ones open, another library's do, and nothing that was touched does."""

from __future__ import annotations

import base64
import random

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.http.envelope import NotForUs, NotSigned, Seal, Unreadable
from bot.channels.wecom.envelope import encrypted_part
from bot.channels.wecom.reading import envelope, read
from bot.port import Text, Unparsable
from tests.channels.wecom.vectors import BARE, BROKEN_JSON, VECTORS, Vector
from tests.fakes.sealing import seal
from tests.fakes.wecom import AES_KEY, CORP, TOKEN
from tests.fakes.wecom.sealing import query

AT = {"timestamp": "1409659813", "nonce": "1372623149"}


def opened(vector: Vector) -> bytes:
    seal = Seal(vector.token, vector.key, vector.receiver)
    return seal.open(vector.signature, vector.timestamp, vector.nonce, vector.encrypted)


def sent(encrypted: str, receiver: str = CORP) -> bytes:
    """Open what the double's own code has sealed and signed."""
    signature = query(encrypted, token=TOKEN, **AT).partition("&")[0].partition("=")[2]
    return Seal(TOKEN, AES_KEY, receiver).open(signature, AT["timestamp"], AT["nonce"], encrypted)


@pytest.mark.parametrize("vector", [*VECTORS.values(), BROKEN_JSON], ids=[*VECTORS, "broken JSON"])
def test_published_envelopes_open(vector: Vector):
    assert vector.inside in opened(vector).decode()


def test_a_published_ciphertext_decrypts():
    key, encrypted, message = BARE
    plain = Seal("", key, "")._decrypted(encrypted)
    assert plain[20:].startswith(message)


def test_a_published_message_is_read():
    vector = VECTORS["the document's message"]
    kept = envelope(opened(vector), "218")
    assert kept is not None
    incoming = read(kept.body, "218", vector.receiver)
    assert (kept.key, incoming.payload) == ("4561255354251345929", Text(text="hello"))
    assert (incoming.sender.realm, incoming.at.timestamp()) == (vector.receiver, 1409659813)


def test_what_opens_but_is_no_xml_is_kept_and_unparsable():
    kept = envelope(opened(BROKEN_JSON), "1")
    assert kept is not None
    with pytest.raises(Unparsable):
        read(kept.body, "1", "corp")
    assert kept.key.startswith("sha256:")


def test_a_thousand_random_envelopes_open_whoever_sealed_them():
    chance, theirs = random.Random(20260302), WeChatCrypto(TOKEN, AES_KEY, CORP)
    ours, lengths = Seal(TOKEN, AES_KEY, CORP), set()
    for _ in range(1000):
        text = "".join(chance.choice("甲乙丙\n<>&]👩\u200d e\u0301") for _ in range(chance.randrange(70)))
        sealed = theirs.encrypt_message(text, AT["nonce"], AT["timestamp"])
        signature = sealed.partition("<MsgSignature><![CDATA[")[2].partition("]]")[0]
        encrypted = encrypted_part(sealed.encode())
        assert ours.open(signature, AT["timestamp"], AT["nonce"], encrypted).decode() == text
        lengths.add(len(text.encode()) % 32)
    assert lengths == set(range(32)), "every padding, from 1 to 32, came about"


def test_what_the_double_seals_another_library_opens():
    encrypted = seal("你好", aes_key=AES_KEY, receiver=CORP)
    signature = query(encrypted, token=TOKEN, **AT).partition("&")[0].partition("=")[2]
    theirs = WeChatCrypto(TOKEN, AES_KEY, CORP)
    assert theirs.check_signature(signature, AT["timestamp"], AT["nonce"], encrypted) == "你好"


def test_what_was_touched_does_not_open():
    chance, vector = random.Random(1), VECTORS["the document's message"]
    assert opened(vector)
    for field in ("signature", "timestamp", "nonce", "encrypted", "token"):
        value = getattr(vector, field)
        for _ in range(40):
            place = chance.randrange(len(value))
            other = chance.choice("0123456789abcdef".replace(value[place], ""))
            with pytest.raises(NotSigned):
                opened(vector._replace(**{field: value[:place] + other + value[place + 1 :]}))


def test_another_key_opens_nothing():
    vector = VECTORS["the document's message"]
    with pytest.raises((Unreadable, NotForUs)):
        opened(vector._replace(key=VECTORS["the sample's message"].key))


@pytest.mark.parametrize("receiver", ["", "ww", CORP + "x", CORP.upper()])
def test_what_is_for_somebody_else_does_not_open(receiver: str):
    with pytest.raises(NotForUs):
        sent(seal("你好", aes_key=AES_KEY, receiver=receiver))


def test_paddings_beyond_a_block_of_the_cipher_are_as_good():
    for length in range(32):
        assert sent(seal("x" * length, aes_key=AES_KEY, receiver=CORP)) == b"x" * length


@pytest.mark.parametrize(
    "encrypted", ["", "!", "AAAA", base64.b64encode(bytes(32)).decode(), base64.b64encode(bytes(33)).decode()]
)
def test_what_is_no_ciphertext_is_unreadable_though_signed(encrypted: str):
    with pytest.raises(Unreadable):
        sent(encrypted)


def test_a_length_that_lies_is_unreadable():
    liar = seal("x" * 10, aes_key=AES_KEY, receiver="", noise=bytes(15) + b"\x00" + b"\x7f\xff\xff\xff")
    with pytest.raises((Unreadable, NotForUs)):
        sent(liar)


@pytest.mark.parametrize(
    "key", ["", AES_KEY[:-1], AES_KEY + "A", AES_KEY + "=", AES_KEY[:-1] + "?", AES_KEY[:-1] + "汉", AES_KEY + "\n"]
)
def test_a_key_that_is_none_is_refused(key: str):
    with pytest.raises(ValueError, match="43"):
        Seal(TOKEN, key, CORP)


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
