"""What a client shows of DingTalk's markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKENS = re.compile(
    r"\\(?P<sign>[!-/:-@\[-`{-~])"
    r"|(?P<break> {2,}\n)|(?P<space>\n)"
    r"|!\[[^\]]*\]\((?P<image>[^)]*)\)"
    r"|(?<!\\)\[(?P<label>(?:\\.|[^\]\\])*)\]\((?P<url>[^)]*)\)"
    r"|(?P<bold>\*\*)"
    r"|(?P<mark>[*_`<>~]|&(?=\w+;))",
    re.DOTALL,
)
_LINE_MARK = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s|[-+*]\s|\d+[.)]\s|>|={3,}|-{3,})")


@dataclass
class Page:
    """Text as it is read, and what stands out in it."""

    text: str = ""
    bold: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


def render(markdown: str) -> Page:  # noqa: C901 -- a table of marks
    """Return what is shown; a mark that was not meant becomes a ¶, so that it is noticed."""
    page, place, opened = Page(), 0, None
    source = _LINE_MARK.sub("¶", markdown)
    for match in _TOKENS.finditer(source):
        page.text += source[place : match.start()]
        place = match.end()
        if match["sign"]:
            page.text += match["sign"]
        elif match["break"]:
            page.text += "\n"
        elif match["space"]:
            page.text += " "
        elif match["image"] is not None:
            page.images.append(match["image"])
        elif match["url"] is not None:
            page.text += render(match["label"]).text
            page.links.append(match["url"])
        elif match["bold"] and opened is None:
            opened = len(page.text)
        elif match["bold"]:
            page.bold.append(page.text[opened:])
            opened = None
        else:
            page.text += "¶"
    page.text += source[place:]
    return page
