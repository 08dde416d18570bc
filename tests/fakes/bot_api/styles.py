"""The Bot API's HTML and MarkdownV2 styles: the shown text and its entities, offsets in UTF-16 units."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.fakes.bot_api.errors import bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
START_TAG = re.compile(r"<([^\s>]*)([^>]*)>")
ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?""")
CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
MARKS = {"||": "spoiler", "__": "underline", "*": "bold", "_": "italic", "~": "strikethrough", "[": "text_url"}
CODES = {"```": "pre", "`": "code"}
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def units(text: str) -> int:
    """Return the length in UTF-16 code units, the Bot API's measure."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def broken(reason: str) -> Exception:
    """Return the 400 for markup that cannot be parsed."""
    return bad_request(f"can't parse entities: {reason}")


def byte_offset(source: str, position: int) -> int:
    """Return where a position is in UTF-8, as error messages count."""
    return len(source[:position].encode())


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return shown text and entities of the HTML style."""
    text, position = "", 0
    entities: list[Entity] = []
    opened: list[tuple[str, Entity]] = []
    while position < len(source):
        if source.startswith("</", position):
            end = source.find(">", position)
            name = source[position + 2 : end].strip().lower() if end >= 0 else ""
            if not opened:
                raise broken(f"Unexpected end tag at byte offset {byte_offset(source, position)}")
            tag, entity = opened.pop()
            if name not in ("", tag):
                where = byte_offset(source, position)
                raise broken(f'Unmatched end tag at byte offset {where}, expected "</{tag}>", found "</{name}>"')
            entities.append({**entity, "length": units(text) - entity["offset"]})
            position = end + 1
        elif source[position] == "<":
            tag, entity, position = start_tag(source, position)
            opened.append((tag, {**entity, "offset": units(text)}))
        else:
            character = CHARACTER.match(source, position)
            text += unescape(character.group()) if character else source[position]
            position = character.end() if character else position + 1
    if opened:
        raise broken(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return text, entities


def start_tag(source: str, position: int) -> tuple[str, Entity, int]:
    """Return the tag's name, its entity and the position after it."""
    found, where = START_TAG.match(source, position), byte_offset(source, position)
    if found is None:
        raise broken(f"Unclosed start tag at byte offset {where}")
    tag = found[1].lower()
    if tag not in TAGS:
        raise broken(f'Unsupported start tag "{tag}" at byte offset {where}')
    attributes = {name: a or b or c for name, a, b, c in ATTRIBUTE.findall(found[2])}
    entity: Entity = {"type": TAGS[tag]}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise broken(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    if tag == "a":
        entity["url"] = unescape(attributes.get("href", ""))
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    return tag, entity, found.end()


class MarkdownReader:
    """Reads MarkdownV2, without quotes and custom emoji."""

    def __init__(self, source: str) -> None:
        self.source, self.position, self.text = source, 0, ""
        self.entities: list[Entity] = []
        self.opened: list[tuple[str, int, int]] = []

    def read(self) -> tuple[str, list[Entity]]:
        """Return shown text and entities."""
        while self.position < len(self.source):
            self.step()
        if self.opened:
            mark, _, began = self.opened[-1]
            self.endless("TextUrl" if mark == "[" else MARKS[mark].capitalize(), began)
        return self.text, self.entities

    def step(self) -> None:
        """Read one character or mark."""
        mark = next((mark for mark in (*CODES, *MARKS, "](", "\\") if self.source.startswith(mark, self.position)), "")
        if mark == "\\":
            self.shown(self.source[self.position + 1 : self.position + 2], 2)
        elif mark in CODES:
            self.code(mark)
        elif mark == "](" and self.opened and self.opened[-1][0] == "[":
            self.link()
        elif mark in MARKS:
            self.toggle(mark)
        elif self.source[self.position] in RESERVED:
            character = self.source[self.position]
            raise broken(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.shown(self.source[self.position], 1)

    def shown(self, text: str, read: int) -> None:
        """Show a text, having read so many characters."""
        self.text += text
        self.position += read

    def code(self, mark: str) -> None:
        """Read code up to the same mark."""
        end = self.source.find(mark, self.position + len(mark))
        if end < 0:
            self.endless(CODES[mark].capitalize(), self.position)
        body = self.source[self.position + len(mark) : end].replace("\\", "")
        self.entities.append({"type": CODES[mark], "offset": units(self.text), "length": units(body)})
        self.shown(body, end + len(mark) - self.position)

    def link(self) -> None:
        """Read the address after a link's text."""
        _, start, _ = self.opened.pop()
        end = self.source.find(")", self.position)
        if end < 0:
            raise broken(f"Can't find end of a URL at byte offset {byte_offset(self.source, self.position)}")
        url = self.source[self.position + 2 : end].replace("\\", "")
        self.close("text_link", start, url=url)
        self.position = end + 1

    def toggle(self, mark: str) -> None:
        """Open or close a style."""
        if self.opened and self.opened[-1][0] == mark != "[":
            self.close(MARKS[mark], self.opened.pop()[1])
        else:
            self.opened.append((mark, units(self.text), self.position))
        self.position += len(mark)

    def close(self, kind: str, start: int, **more: str) -> None:
        """Note an entity that ends here."""
        self.entities.append({"type": kind, "offset": start, "length": units(self.text) - start, **more})

    def endless(self, kind: str, began: int) -> None:
        """Refuse an entity that does not end."""
        raise broken(f"Can't find end of {kind} entity at byte offset {byte_offset(self.source, began)}")
