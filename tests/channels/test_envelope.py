"""The envelope: published ones open, another library's do, and nothing that was touched does."""

from __future__ import annotations

import base64
import random

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.http.envelope import NotForUs, NotSigned, Seal, Unreadable
from bot.channels.wecom.envelope import encrypted_part
from tests.channels.vectors import BARE, BROKEN_JSON, DINGTALK, VECTORS, Vector
from tests.fakes.sealing import seal
from tests.fakes.wecom import AES_KEY, CORP, TOKEN
from tests.fakes.wecom.sealing import query

AT = {"timestamp": "1409659813", "nonce": "1372623149"}


def sent(encrypted: str, receiver: str = CORP) -> bytes:
    """Open what the double's own code has sealed and signed."""
    signature = query(encrypted, token=TOKEN, **AT).partition("&")[0].partition("=")[2]
    return Seal(TOKEN, AES_KEY, receiver).open(signature, AT["timestamp"], AT["nonce"], encrypted)


PUBLISHED = {**VECTORS, "broken JSON": BROKEN_JSON, "DingTalk's question": DINGTALK}


@pytest.mark.parametrize("vector", PUBLISHED.values(), ids=PUBLISHED)
def test_published_envelopes_open(vector: Vector):
    assert vector.inside in vector.opened().decode()


def test_a_published_ciphertext_decrypts():
    key, encrypted, message = BARE
    plain = Seal("", key, "")._decrypted(encrypted)
    assert plain[20:].startswith(message)


@pytest.mark.parametrize("owner", [(TOKEN, AES_KEY, CORP), (DINGTALK.token, DINGTALK.key, DINGTALK.receiver)])
def test_random_envelopes_open_whoever_sealed_them(owner: tuple[str, str, str]):
    chance, theirs = random.Random(20260302), WeChatCrypto(*owner)
    ours, lengths = Seal(*owner), set()
    for _ in range(1000):
        text = "".join(chance.choice("甲乙丙\n<>&]👩\u200d e\u0301") for _ in range(chance.randrange(70)))
        sealed = theirs.encrypt_message(text, AT["nonce"], AT["timestamp"])
        signature = sealed.partition("<MsgSignature><![CDATA[")[2].partition("]]")[0]
        encrypted = encrypted_part(sealed.encode())
        assert ours.open(signature, AT["timestamp"], AT["nonce"], encrypted).decode() == text
        closed = ours.close(text.encode(), AT["timestamp"], AT["nonce"])
        assert theirs.check_signature(closed.signature, AT["timestamp"], AT["nonce"], closed.encrypted) == text
        lengths.add((len(text.encode()) + len(owner[2])) % 32)
    assert lengths == set(range(32)), "every padding, from 1 to 32, came about"


def test_what_the_double_seals_another_library_opens():
    encrypted = seal("你好", aes_key=AES_KEY, receiver=CORP)
    signature = query(encrypted, token=TOKEN, **AT).partition("&")[0].partition("=")[2]
    theirs = WeChatCrypto(TOKEN, AES_KEY, CORP)
    assert theirs.check_signature(signature, AT["timestamp"], AT["nonce"], encrypted) == "你好"


@pytest.mark.parametrize("vector", [VECTORS["the document's message"], DINGTALK], ids=["WeCom", "DingTalk"])
def test_what_was_touched_does_not_open(vector: Vector):
    chance = random.Random(1)
    assert vector.opened()
    for field in ("signature", "timestamp", "nonce", "encrypted", "token"):
        value = getattr(vector, field)
        for _ in range(40):
            place = chance.randrange(len(value))
            other = chance.choice("0123456789abcdef".replace(value[place], ""))
            with pytest.raises(NotSigned):
                vector._replace(**{field: value[:place] + other + value[place + 1 :]}).opened()


def test_no_two_envelopes_are_alike():
    ours = Seal(TOKEN, AES_KEY, CORP)
    assert len({ours.close(b"success", **AT).encrypted for _ in range(20)}) == 20


def test_another_key_opens_nothing():
    vector = VECTORS["the document's message"]
    with pytest.raises((Unreadable, NotForUs)):
        vector._replace(key=VECTORS["the sample's message"].key).opened()


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
