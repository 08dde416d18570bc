"""A digest as one message: the most important first, and never longer than the channel takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.port import Span
from bot.reports.digest import Block, Digest
from bot.reports.voice import Fact, Voice, Words

FOLDERS = [Path(__file__).parents[1] / "templates" / "digest"]
"""Where the sections' templates lie."""
_RUNS = re.compile(r"<b>(.+?)</b>|((?:(?!<b>).)+)")
Line = tuple[Span, ...]
Unit = Literal["utf16", "utf8"]


def write(
    digest: Digest, words: Words, language: str, limit: int, unit: Unit = "utf16", *, heard: bool = True
) -> tuple[Span, ...]:
    """Return the digest as one text of at most `limit` units (as `Capabilities.text_limit` and `text_unit` have them).

    A quiet day is one line. What does not fit is left to the table: whole sections from the least important upwards,
    and of the most important one, if that alone is too long, its last lines; a line then says so, and where nobody
    is `heard` that the table is asked for elsewhere.
    """
    voice = Voice(words, language, digest.city)
    head, foot = voice.say("digest.head", title=title(digest, voice)), _foot(digest, voice)
    if digest.is_quiet:
        return joined([_quiet(digest, voice)])
    blocks = [lines(block, digest, voice) for block in digest.blocks]
    whole = joined([head, *_parted(blocks), *foot])
    if size(whole, unit) <= limit:
        return whole
    return _cut(head, blocks, [voice.say("digest.more" if heard else "digest.more_elsewhere"), *foot], limit, unit)


def title(digest: Digest, voice: Voice) -> str:
    """Return what a digest is called: whose, of which sort, of which days."""
    settings = digest.city.settings
    name = voice.unit(digest.scope.unit) if digest.scope.unit else settings.label(voice.language)
    days = voice.days(digest.period, digest.made_at)
    return voice.plain(f"digest.title.{digest.kind.value}", name=name, days=days)


def lines(block: Block, digest: Digest, voice: Voice) -> list[Line]:
    """Return what a section says, line by line."""
    template = _environment().get_template(f"{block.name}.txt.j2")
    said = template.render(data=block.data, digest=digest, rows=digest.city.settings.digests.rows, **_vocabulary(voice))
    return [tuple(_spans(line.strip())) for line in said.splitlines() if line.strip()]


def size(text: Sequence[Span], unit: Unit) -> int:
    """Return the length of a text as the platform counts it."""
    said = "".join(span.text for span in text)
    return len(said.encode()) if unit == "utf8" else len(said.encode("utf-16-le")) // 2


def joined(parts: Sequence[Line]) -> tuple[Span, ...]:
    """Return the lines as one text."""
    spans: list[Span] = []
    for number, line in enumerate(parts):
        spans += [Span(text="\n"), *line] if number else line
    return tuple(spans)


def _quiet(digest: Digest, voice: Voice) -> Line:
    stands = digest.facts.standing
    line = voice.say("digest.quiet", title=title(digest, voice), open=stands.open, suspended=stands.suspended)
    return (*line, *_seal(digest, voice))


def _foot(digest: Digest, voice: Voice) -> list[Line]:
    return [(), (*voice.say("digest.made", at=voice.moment(digest.made_at)), *_seal(digest, voice))]


def _seal(digest: Digest, voice: Voice) -> Line:
    return voice.say("digest.seal", seal=digest.seal) if digest.seal else ()


def _cut(head: Line, blocks: list[list[Line]], foot: list[Line], limit: int, unit: Unit) -> tuple[Span, ...]:
    """Drop sections from the end, then lines of the last one left, until it fits."""
    text = joined([head, *foot])
    for shown in _shorter(blocks):
        text = joined([head, *_parted(shown), (), *foot])
        if size(text, unit) <= limit:
            break
    return text


def _shorter(blocks: list[list[Line]]) -> Iterator[list[list[Line]]]:
    for count in range(len(blocks) - 1, 0, -1):
        yield blocks[:count]
    for count in range(len(blocks[0]) - 1 if blocks else 0, -1, -1):
        yield [blocks[0][:count]]


def _parted(blocks: list[list[Line]]) -> Iterator[Line]:
    for block in blocks:
        yield ()
        yield from block


def _spans(said: str) -> Iterator[Span]:
    for bold, plain in _RUNS.findall(said.replace("</b><b>", "")):
        yield Span(text=unescape(bold or plain), bold=bool(bold))


def _vocabulary(voice: Voice) -> dict[str, object]:
    def say(key: str, **facts: Fact) -> Markup:
        spans = voice.say(key, **facts)
        return Markup().join(
            Markup("<b>{}</b>").format(each.text) if each.bold else escape(each.text) for each in spans
        )

    names = ("unit", "point", "kind", "source", "owner", "whereabouts", "behaviour", "stand")
    numbers = ("percent", "rate", "share", "counted", "change", "stands", "hours", "days")
    return {"say": say} | {name: getattr(voice, name) for name in (*names, *numbers)}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
