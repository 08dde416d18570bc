"""What stands in a chat: messages of the robot, and cards that can be changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.fakes.dingtalk.refusing import demand
from tests.fakes.dingtalk.render import render

Json = dict[str, Any]
_SAY = "dtmd://dingtalkclient/sendMessage?content="
_STRINGS = {
    "sampleText": ["content"],
    "sampleMarkdown": ["title", "text"],
    "sampleImageMsg": ["photoURL"],
    "sampleFile": ["mediaId", "fileName", "fileType"],
    "sampleActionCard": ["title", "text", "singleTitle", "singleURL"],
    **{
        f"sampleActionCard{n}": [
            "title", "text", *(f"action{what}{i}" for i in range(1, n + 1) for what in ("Title", "URL")),
        ]
        for n in range(2, 6)
    },
}  # fmt: skip


@dataclass
class Shown:
    """A message of the robot as people see it; `buttons` holds what each says when it is pressed."""

    key: str
    text: str = ""
    bold: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    file: tuple[str, str] | None = None
    buttons: dict[str, str] = field(default_factory=dict)
    way: str = "robot"


@dataclass
class Card(Shown):
    """A card by the template: its variables are what it shows."""

    values: dict[str, str] = field(default_factory=dict)
    group: bool = False
    route: str = ""

    def show(self, values: Json) -> None:
        """Take variables over."""
        for name, value in values.items():
            demand(isinstance(value, str), "param.cardParamMapValueNotString")
            demand(len(name.encode()) <= 100 and len(value.encode()) <= 1024, "param.cardParamMapTooLong")
        self.values |= values
        pages = [render(self.values[name]) for name in ("text", "text2", "text3", "text4") if self.values.get(name)]
        self.text = "\n".join(page.text for page in pages)
        self.bold = [each for page in pages for each in page.bold]
        self.links = [each for page in pages for each in page.links]
        self.photos = [self.values[name] for name in ("photo", "photo2", "photo3") if self.values.get(name)]
        buttons = json.loads(self.values.get("btns") or "[]")
        self.buttons = {each["text"]: json.dumps(each["event"]["params"]["params"]) for each in buttons}


@dataclass
class Chat:
    """A private chat or a group."""

    id: str
    messages: list[Shown] = field(default_factory=list)

    def with_button(self, label: str) -> Shown:
        """Return the newest message that has this button."""
        return next(each for each in reversed(self.messages) if label in each.buttons)


def of_robot(key: str, kind: str, param: str) -> Shown:
    """Return what msgKey and msgParam show; refuse what the vendor would."""
    demand(kind in _STRINGS, "invalidParameter.msgKey.invalid")
    demand(len(param.encode()) <= 15_000, "invalidParameter.msgParam.tooLong")
    said = json.loads(param)
    demand(set(said) == set(_STRINGS[kind]), "invalidParameter.msgParam.invalid")
    demand(all(isinstance(value, str) and value for value in said.values()), "invalidParameter.msgParam.invalid")
    if kind == "sampleText":
        return Shown(key, said["content"])
    if kind == "sampleImageMsg":
        return Shown(key, photos=[said["photoURL"]])
    if kind == "sampleFile":
        return Shown(key, file=(said["fileName"], said["mediaId"]))
    shown = _marked(key, said["text"])
    if "singleTitle" in said:
        shown.buttons = {said["singleTitle"]: spoken(said["singleURL"])}
    numbers = range(1, 6)
    shown.buttons |= {
        said[f"actionTitle{n}"]: spoken(said[f"actionURL{n}"]) for n in numbers if f"actionTitle{n}" in said
    }
    return shown


def of_session(key: str, said: Json) -> Shown:
    """Return what a session or a custom robot shows."""
    kind = said.get("msgtype")
    demand(kind in {"text", "markdown", "actionCard"}, 400105)
    if kind == "text":
        demand(said["text"]["content"], 400106)
        return Shown(key, said["text"]["content"], way="session")
    demand(said[kind]["title"] and len(json.dumps(said, ensure_ascii=False).encode()) <= 20_000, 460101)
    shown = _marked(key, said[kind]["text"])
    shown.way = "session"
    shown.buttons = {each["title"]: spoken(each["actionURL"]) for each in said[kind].get("btns", [])}
    return shown


def spoken(url: str) -> str:
    """Return what a button makes its presser say."""
    demand(url.startswith(_SAY), "invalidParameter.actionUrl")
    return unquote(url.removeprefix(_SAY))


def _marked(key: str, markdown: str) -> Shown:
    page = render(markdown)
    return Shown(key, page.text, page.bold, page.links, page.images)
