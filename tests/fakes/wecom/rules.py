"""What the platform insists on (path/90236, 94888, 91770, 90253, 90312)."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
MEMBER = ((30, 60.0), (1000, 3600.0))
"""So many messages in so many seconds one member gets from an app; the rest is dropped without a word."""
ROBOT = ((20, 60.0),)
CODE_LIVES, MEDIA_LIVES = 72 * 3600.0, 3 * 86400.0
TEXT, ROBOT_MARKDOWN = 2048, 4096
MEDIA = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
ROBOT_IMAGE = 2 << 20
_TASK = re.compile(r"[0-9a-zA-Z_\-@]{1,128}")


class Refused(Exception):
    """A call that is answered by an error code."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(code)
        self.answer = {"errcode": code, "errmsg": "refused, with what was said quoted", **more}


def words(message: Json, *, markdown: int = TEXT) -> Json:
    """Return a message as it is shown: what is too long is cut, no error told."""
    kind = message["msgtype"]
    content = message[kind].get("content", "")
    if not content.strip():
        raise Refused(44004)
    room = markdown if kind == "markdown" else TEXT
    cut = content.encode()[:room].decode(errors="ignore")
    return {**message, kind: {**message[kind], "content": cut}}


def check_card(card: Json, *, is_new: bool) -> None:
    """Refuse what is no button card."""
    if card.get("card_type") != "button_interaction" or not card.get("main_title", {}).get("title"):
        raise Refused(42013)
    if not _TASK.fullmatch(card.get("task_id", "")):
        raise Refused(42014)
    buttons = card.get("button_list", [])
    if len(buttons) > 6 or (is_new and not buttons):
        raise Refused(42016)
    if any(not each.get("text") or not each.get("key") or len(each["key"].encode()) > 1024 for each in buttons):
        raise Refused(42017)
    jumps = card.get("jump_list", [])
    if len(jumps) > 3 or any(not each.get("title") for each in jumps):
        raise Refused(42019)
