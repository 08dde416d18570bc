"""Buttons under messages, checked as the real server checks them."""

from __future__ import annotations

from typing import Any

from tests.fakes.bot_api.chats import Json
from tests.fakes.bot_api.errors import bad_request
from tests.fakes.bot_api.params import Params

DATA_LIMIT = 64
BUTTON_LIMIT = 100
ACTIONS = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
REPLY_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(params: Params) -> tuple[Json | None, Json | None]:
    """Return the inline keyboard and the other kind of keyboard of a call; one of them at most is there."""
    markup = params.structure("reply_markup")
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": check_inline(markup["inline_keyboard"])}, None
    if any(name in markup for name in REPLY_MARKUPS):
        rows = [[{"text": b} if isinstance(b, str) else b for b in row] for row in markup.get("keyboard", [])]
        return None, {**markup, "keyboard": rows}
    return None, None


def check_inline(rows: Any) -> list[list[Json]]:
    """Refuse buttons without text or action, data outside 1 to 64 bytes, and too many buttons."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'can\'t parse inline keyboard markup JSON object: Field "inline_keyboard" must be of type Array'
        )
    buttons = [button for row in rows for button in row]
    for button in buttons:
        check_button(button)
    if len(buttons) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def check_button(button: Any) -> None:
    """Refuse one wrong inline button."""
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(prefix + 'Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request(prefix + "Text buttons must be non-empty")
    if not any(button.get(action) is not None and button[action] != "" for action in ACTIONS):
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
