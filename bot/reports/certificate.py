"""A certificate of service as a picture and as a document: one page, in one language."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.reports import svg
from bot.reports.canvas import FAMILY
from bot.reports.lettering import width

if TYPE_CHECKING:
    from docx.document import Document

STARS = 5
WIDTH, HEIGHT = 1080, 1528
"""The shape of an A4 page."""
MARGIN = 110
_PIXELS = 1000
_ROOM = WIDTH - 2 * MARGIN
_MOST = {
    "title": (76, _ROOM), "name": (88, _ROOM), "hours": (72, _ROOM), "training": (34, _ROOM), "rank": (36, _ROOM),
    "thanks": (36, _ROOM), "issuer": (34, 0.55 * _ROOM),
}  # fmt: skip
"""How high the letters of a line are, and the room for it: where that is not enough, they are smaller."""
_FONTS = {"ascii": "Calibri", "hAnsi": "Calibri", "eastAsia": "SimSun"}


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a certificate; `facts` are labels and values, `star` is 0 to 5."""

    title: str
    lead: str
    name: str
    text: str
    hours: str
    training: str
    star: int
    rank: str
    thanks: str
    facts: tuple[tuple[str, str], ...]
    issuer: str
    day: str
    foot: tuple[str, ...]
    language: str

    @property
    def stars(self) -> str:
        """The stars that were earned, and the room for the others; nothing without any."""
        return "★" * self.star + "☆" * (STARS - self.star) if self.star else ""


def compose(page: Page) -> str:
    """Return the certificate as SVG."""
    layout = {
        "width": WIDTH, "height": HEIGHT, "scale": _PIXELS / WIDTH, "family": FAMILY, "stars": page.stars,
        "sizes": {name: _size(getattr(page, name), *most) for name, most in _MOST.items()},
        "label_room": max(width(label, 28) for label, _ in page.facts) + 20,
        "lines": wrapped(page.text, 36, _ROOM), "foot_lines": [wrapped(each, 24, _ROOM) for each in page.foot],
    }  # fmt: skip
    return svg.environment().get_template("certificate/page.svg.j2").render(**asdict(page), **layout)


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Break a text into lines that fit; English between words, Chinese anywhere."""
    return [line for part in text.splitlines() for line in _broken(part, size, room)]


def write(page: Page, made_at: datetime) -> bytes:
    """Return the certificate as DOCX."""
    import docx  # noqa: PLC0415 -- sixteen megabytes that only certificates need

    document = docx.Document()
    _set_up(document, page, made_at)
    _put(document, page.title, 28, bold=True, before=60)
    _put(document, page.lead, 14, before=48)
    _put(document, page.name, 30, bold=True)
    _put(document, page.text, 14, before=12)
    _put(document, page.hours, 26, bold=True, before=12)
    for text, size in ((page.training, 12), (page.stars, 24), (page.rank, 14), (page.thanks, 14)):
        if text:
            _put(document, text, size)
    for label, value in page.facts:
        _put(document, f"{label}  {value}", 12, before=6)
    _put(document, page.issuer, 14, before=36)
    _put(document, page.day, 12)
    for line in page.foot:
        _put(document, line, 9, before=12)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _size(text: str, largest: int, room: float) -> float:
    """Return how high letters may be, so that a line fits."""
    return min(largest, largest * room / max(1, width(text, largest)))


def _broken(text: str, size: float, room: float) -> list[str]:
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width(f"{lines[-1]}{piece}".rstrip(), size) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    """Break a text into what stays together: words with the space before them, letters with the mark after them."""
    return re.findall(r" ?[\x21-\x7e]+|.[，。、；：）]?", text)


def _set_up(document: Document, page: Page, made_at: datetime) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 -- as above
    from docx.shared import Mm  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    fonts: Any = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for name, font in _FONTS.items():
        fonts.set(qn(f"w:{name}"), font)
    about = document.core_properties
    about.title, about.author, about.comments = f"{page.title} {page.name}", page.issuer, ""
    about.created = about.modified = made_at.replace(tzinfo=None)


def _put(document: Document, text: str, size: int, *, bold: bool = False, before: int = 0) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 -- as above
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(6)
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
