"""The log: one line an event, no secrets, no words of people."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.log import Formatter, redact

TOKEN = "123456789:AAfictional-token_of_thirty_five_ch"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"HTTP Request: POST https://api.telegram.org/bot{TOKEN}/getUpdates 200", "/getUpdates 200"),
        (f"token {TOKEN} is wrong", "is wrong"),
        ("GET /cgi-bin/gettoken?access_token=abc123&id=7", "&id=7"),
        ("POST /wecom/callback?msg_signature=abc123&nonce=7", "&nonce=7"),
        ("GET /gettoken?corpid=7&corpsecret=abc123", "corpid=7&"),
        ("GET /connect?ticket=abc123", "/connect?"),
        ("postgresql+psycopg://pk:hush@db/pk is away", "@db/pk is away"),
        ("the secret-of-ours was shown", "was shown"),
    ],
)
def test_secrets_are_left_out(text: str, kept: str):
    said = redact(text, ("secret-of-ours",))

    assert kept in said
    for secret in (TOKEN, "abc123", "hush", "secret-of-ours"):
        assert secret not in said


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(written: io.StringIO) -> Iterator[logging.Logger]:
    log = logging.getLogger("test")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(written)
    handler.setFormatter(Formatter(("hush",)))
    log.addHandler(handler)
    yield log
    log.removeHandler(handler)


def test_an_event_is_one_line(log: logging.Logger, written: io.StringIO):
    log.info("one\n  two hush")

    assert written.getvalue().count("\n") == 1
    assert written.getvalue().endswith("INFO test one | two ***\n")


def test_an_error_is_told_by_its_way_and_not_by_its_words(log: logging.Logger, written: io.StringIO):
    def fail() -> None:
        raise KeyError("what Wang wrote")

    try:
        fail()
    except KeyError:
        log.exception("a turn failed")

    assert "KeyError at " in written.getvalue()
    assert " fail" in written.getvalue()
    assert "Wang" not in written.getvalue()
    assert written.getvalue().count("\n") == 1


def test_a_very_long_line_is_cut(log: logging.Logger, written: io.StringIO):
    log.info("x" * 100_000)

    assert len(written.getvalue()) < 5000
