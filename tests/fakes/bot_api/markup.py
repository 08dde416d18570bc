"""Text with entities as the Bot API reads it: HTML, MarkdownV2 and explicit entities, offsets in UTF-16 units."""

from __future__ import annotations

import re

from tests.fakes.bot_api.errors import bad_request
from tests.fakes.bot_api.styles import Entity, MarkdownReader, parse_html, units

FOUND = re.compile(r"(?P<bot_command>(?<!\S)/\w{1,32}(?:@\w+)?)|(?P<url>https?://\S+)|(?P<mention>(?<!\S)@\w{4,32})")


def found_entities(text: str) -> list[Entity]:
    """Return what Telegram marks by itself in a person's message: commands, links, mentions."""
    return [
        {"type": str(hit.lastgroup), "offset": units(text[: hit.start()]), "length": units(hit.group())}
        for hit in FOUND.finditer(text)
    ]


def formatted(text: str, parse_mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Return the text as shown and its entities.

    Raises the 400 of the real server for broken markup, an unknown mode, or entities that split a character.
    """
    if entities:
        check_bounds(text, entities)
        return trimmed(text, entities)
    match (parse_mode or "").lower():
        case "":
            return trimmed(text, [])
        case "html":
            return trimmed(*parse_html(text))
        case "markdownv2":
            return trimmed(*MarkdownReader(text).read())
        case "markdown":
            raise NotImplementedError("The double does not speak the legacy Markdown mode.")
        case _:
            raise bad_request("unsupported parse_mode")


def check_bounds(text: str, entities: list[Entity]) -> None:
    """Refuse entities that are outside the text or begin or end inside a character."""
    edges = {0: 0}
    size = byte = 0
    for character in text:
        size += units(character)
        byte += len(character.encode("utf-8", "surrogatepass"))
        edges[size] = byte
    for entity in entities:
        if complaint := bounds_complaint(int(entity["offset"]), int(entity["length"]), size, edges):
            raise bad_request(complaint)


def bounds_complaint(start: int, length: int, size: int, edges: dict[int, int]) -> str | None:
    """Return what is wrong with an entity; `edges` maps UTF-16 offsets between characters to byte offsets."""
    end = start + length
    itself, split = f"entity beginning at UTF-16 offset {start}", "in a middle of a UTF-16 symbol at byte offset"
    troubles = {
        f"receive an entity with incorrect offset {start}": start < 0,
        f"receive an entity with incorrect length {length}": length < 0,
        f"entity begins after the end of the text at UTF-16 offset {start}": start > size,
        f"entity begins {split} {edges.get(start + 1)}": start not in edges,
        f"{itself} ends after the end of the text at UTF-16 offset {end}": end > size,
        f"{itself} ends {split} {edges.get(end + 1)}": end not in edges,
    }
    return next((complaint for complaint, wrong in troubles.items() if wrong), None)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Return text and entities without the white space at both ends, as the server stores them."""
    body = text.strip()
    lead, size = units(text[: len(text) - len(text.lstrip())]), units(body)
    kept = []
    for entity in entities:
        start = max(int(entity["offset"]) - lead, 0)
        end = min(int(entity["offset"]) + int(entity["length"]) - lead, size)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return body, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))
