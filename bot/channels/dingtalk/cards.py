"""Cards by a template: its variables, and the calls that deliver and change one.

The template is made on the vendor's card platform; docs/dingtalk.md says which variables it must show.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence

from bot.channels.degrade import split
from bot.channels.dingtalk.markdown import marked, title
from bot.channels.dingtalk.messages import GROUP_CARD, PRIVATE_CARD
from bot.channels.dingtalk.refusals import Json
from bot.channels.dingtalk.saying import BUTTONS, PHOTOS_A_CARD
from bot.port import Chat, ChatKind, Choice, Outgoing, Span

CREATE, CHANGE = "/v1.0/card/instances/createAndDeliver", "/v1.0/card/instances"
ROUTE = "pointkeeper"
"""Under this name we register where taps are posted to (HTTP only)."""
_TEXTS = 4
_VALUE_LIMIT = 1024
"""A variable of a card takes so many bytes (open.dingtalk.com, cards); so the words are spread over several."""
_TRIES = (900, 700, 500, 400)
"""So many bytes of plain text are tried a variable: how long they become depends on what must be escaped."""
_LABELS = (60, 20, 8)
"""So many characters of labels are tried: five of eight fit beside the longest tokens."""
_COLORS = {"": "grey", "primary": "blue", "danger": "red"}


def new_id(chat: Chat) -> str:
    """Return what a new card is to be called; it tells where taps on it belong."""
    return (GROUP_CARD if chat.kind is ChatKind.GROUP else PRIVATE_CARD) + secrets.token_hex(12)


def creating(
    card_id: str, chat: Chat, values: Json, template: str, robot: str, *, by_http: bool, called: Mapping[str, str]
) -> Json:
    """Return the body of the call that makes a card and puts it into a chat; in a group it calls those of these ids."""
    place: Json
    if chat.kind is ChatKind.GROUP:
        place = {
            "openSpaceId": f"dtv1.card//IM_GROUP.{chat.id}",
            "imGroupOpenSpaceModel": {"supportForward": True},
            "imGroupOpenDeliverModel": {"robotCode": robot, **({"atUserIds": dict(called)} if called else {})},
        }
    else:
        place = {
            "openSpaceId": f"dtv1.card//IM_ROBOT.{chat.id}",
            "imRobotOpenSpaceModel": {"supportForward": True},
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        }
    back = {"callbackType": "HTTP", "callbackRouteKey": ROUTE} if by_http else {"callbackType": "STREAM"}
    data = {"cardData": {"cardParamMap": values}, "userIdType": 1}
    return {"cardTemplateId": template, "outTrackId": card_id, **data, **place, **back}


def changing(card_id: str, values: Json) -> Json:
    """Return the body of the call that changes a card."""
    options = {"updateCardDataByKey": True}
    return {"outTrackId": card_id, "cardData": {"cardParamMap": values}, "cardUpdateOptions": options}


def values_of(message: Outgoing, photos: Sequence[str]) -> dict[str, str]:
    """Return all variables of a card, those too that are empty now: by an update they would stay as they were."""
    return {
        "title": title(message.plain),
        **_numbered("text", texts(message.text), _TEXTS),
        **_numbered("photo", photos, PHOTOS_A_CARD),
        "btns": _buttons([choice for row in message.choices for choice in row][:BUTTONS]),
    }


def texts(spans: Sequence[Span]) -> list[str]:
    """Spread words over a card's variables; what fits in no way at all is cut."""
    return _spread(spans) or [_cut(marked(page)) for page in split(spans, _TRIES[-1], "utf8")[:_TEXTS]]


def fits(message: Outgoing) -> bool:
    """Tell whether a card can show all the words."""
    return _spread(message.text) is not None


def _spread(spans: Sequence[Span]) -> list[str] | None:
    for limit in _TRIES:
        found = [marked(page) for page in split(spans, limit, "utf8")]
        if len(found) <= _TEXTS and all(len(text.encode()) <= _VALUE_LIMIT for text in found):
            return found
    return None


def _cut(text: str) -> str:
    return text.encode()[:_VALUE_LIMIT].decode(errors="ignore")


def _numbered(name: str, values: Sequence[str], count: int) -> dict[str, str]:
    filled = [*values[:count], *[""] * (count - len(values))]
    return {name if number == 1 else f"{name}{number}": value for number, value in enumerate(filled, start=1)}


def _buttons(choices: Sequence[Choice]) -> str:
    """Return the buttons as JSON in one variable; where they would be too long, their labels are cut."""
    found = ""
    for length in _LABELS:
        shown = [_button(choice, choice.label[:length]) for choice in choices]
        found = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        if len(found.encode()) <= _VALUE_LIMIT:
            break
    return found


def _button(choice: Choice, label: str) -> Json:
    params = {"actionId": "choice", "params": {"token": choice.token}}
    return {
        "text": label,
        "color": _COLORS[choice.style],
        "event": {"type": "sendCardRequest", "params": params},
    }
