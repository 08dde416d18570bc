"""What a person does with a bot, step by step: the same five steps for everyone, in the words each bot expects."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
message_ids = itertools.count(5_000_000)


@dataclass
class Reply:
    """What a bot sent or edited, as the sink saw it."""

    at: float
    message_id: int
    text: str
    markup: Json | None


@dataclass
class Person:
    """A user in a private chat, the step they are at, and the bot's last reply that had buttons."""

    id: int
    step: int = 0
    board: Reply | None = None


@dataclass
class Step:
    """One update, and how to know its reply: by a text within it or a label's beginning; any reply if left out."""

    make: Callable[[Person], Json]
    expects: str = ""

    def fits(self, reply: Reply) -> bool:
        """Whether a reply is the one that ends this step."""
        return self.expects in reply.text or any(b["text"].startswith(self.expects) for b in buttons(reply))


@dataclass
class Script:
    """The steps of one conversation."""

    steps: list[Step] = field(default_factory=list)

    def body(self, person: Person) -> bytes:
        """Return the update of a person's current step; its id is never given twice, or it would be a redelivery."""
        update = {"update_id": person.id * 10 + person.step, **self.steps[person.step].make(person)}
        return json.dumps(update, ensure_ascii=False).encode()


def buttons(reply: Reply) -> list[Json]:
    """Return the inline buttons of a reply."""
    return [button for row in (reply.markup or {}).get("inline_keyboard", []) for button in row]


def says(text: str, expects: str = "") -> Step:
    """Send a text; a command is marked as one."""
    marks = (
        [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}] if text.startswith("/") else []
    )
    return Step(lambda person: message(person, text=text, entities=marks), expects)


def shows_photo(caption: str = "", expects: str = "") -> Step:
    """Send a photo, another one each time."""

    def make(person: Person) -> Json:
        name = f"AgACbench{person.id}x{next(message_ids)}"
        sizes = [{"file_id": name, "file_unique_id": name, "width": 320, "height": 240, "file_size": 30_000}]
        return message(person, photo=sizes, **({"caption": caption} if caption else {}))

    return Step(make, expects)


def pins(latitude: float, longitude: float, expects: str = "") -> Step:
    """Send a location, some 55 metres apart for each person so that reports are not duplicates of each other."""

    def make(person: Person) -> Json:
        spread = person.id % 8_000
        place = {"latitude": latitude + spread // 100 * 0.0005, "longitude": longitude + spread % 100 * 0.0007}
        return message(person, location=place)

    return Step(make, expects)


def presses(label: str, expects: str = "") -> Step:
    """Tap the button whose label begins so, on the last reply that had buttons."""

    def make(person: Person) -> Json:
        assert person.board is not None, f"No buttons were seen before {label!r}."
        button = next(b for b in buttons(person.board) if b["text"].startswith(label))
        shown = {
            "message_id": person.board.message_id,
            "date": 1,
            "chat": chat(person),
            "text": person.board.text or "x",
        }
        query = {"id": str(next(message_ids)), "from": sender(person), "chat_instance": "1", "message": shown}
        return {"callback_query": {**query, "data": button["callback_data"]}}

    return Step(make, expects)


def message(person: Person, **content: Any) -> Json:
    return {
        "message": {
            "message_id": next(message_ids),
            "date": 1_790_000_000,
            "chat": chat(person),
            "from": sender(person),
            **content,
        }
    }


def chat(person: Person) -> Json:
    return {"id": person.id, "type": "private", "first_name": "Somebody"}


def sender(person: Person) -> Json:
    return {"id": person.id, "is_bot": False, "first_name": "Somebody", "language_code": "zh-hans"}


HERE = (38.18, 102.362)
"""The south-west of the demo district."""
SCRIPTS = {
    "peers": Script([says("/start"), shows_photo(), says("路面破损"), pins(*HERE, expects="提交"), presses("提交")]),
    "pointkeeper": Script(
        [
            says("/start", expects="点位长助手"),
            shows_photo(expects="取消"),
            says("路面破损", expects="道路破损"),
            pins(*HERE, expects="提交"),
            presses("提交", expects="已受理"),
        ]
    ),
}
