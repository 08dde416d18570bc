"""The log: one line an event, and no secret in it whatever a library may write."""

from __future__ import annotations

import logging
import re
import sys
from types import TracebackType
from typing import Any

_BOT_TOKEN = re.compile(r"\b(bot)?\d{5,}:[A-Za-z0-9_-]{20,}")
_PARAMETER = re.compile(r"(?i)\b(\w*(?:token|secret|key|password|sign|signature|ticket|session))=[^&\s\"']+")
_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@/\s]+@")
_LINE_BREAKS = re.compile(r"\s*\n\s*")
_LONGEST = 4000


def redact(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Return the text without bot tokens, passwords in URLs, secret parameters, and the secrets named."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = _BOT_TOKEN.sub("***", text)
    return _PASSWORD.sub(r"\1***@", _PARAMETER.sub(r"\1=***", text))


def way_of(way: TracebackType | None) -> str:
    """Return the frames that an error came through, outermost first: file, line, function."""
    frames = []
    while way is not None:
        code = way.tb_frame.f_code
        frames.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{way.tb_lineno} {code.co_name}")
        way = way.tb_next
    return " > ".join(frames)


class Formatter(logging.Formatter):
    """Writes a record in one line: time, level, where, what, and for an error the way it took.

    An error's own words stay out, since they may quote what somebody wrote.
    """

    default_msec_format = "%s.%03d"

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redact(_LINE_BREAKS.sub(" | ", super().format(record)), self._secrets)[:_LONGEST]

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the name is logging's
        """Return the error's type and the way it took."""
        kind, _, way = ei
        return f"{kind.__name__} at {way_of(way)}" if kind else ""


def set_up(level: str, secrets: tuple[str, ...] = ()) -> None:
    """Send everything to standard error, redacted."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(tuple(secret for secret in secrets if secret)))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "aiogram", "telegram", "apscheduler", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))
