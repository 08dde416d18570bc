"""Every language says everything, with the same placeholders and markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.services.words import DEFAULT, LOCALES

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"</?\w+>")
_CJK = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())
SPOKEN_IN_BOTH = {"command.lang", "lang.ask", "lang.name"}


def _texts(language: str) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    key = message.id[0] if isinstance(message.id, tuple | list) else message.id
                    assert key not in texts, f"{path}: {key} stands twice"
                    texts[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return texts


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != DEFAULT])
def test_every_language_has_the_same_keys(language):
    assert _texts(DEFAULT).keys() == _texts(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_empty(language):
    assert [key for key, forms in _texts(language).items() if not all(forms)] == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != DEFAULT])
def test_placeholders_and_marks_agree(language):
    def used(forms: tuple[str, ...]) -> list[str]:
        return sorted({*_PLACEHOLDER.findall(forms[-1]), *_MARK.findall(forms[-1])})

    theirs = _texts(language)
    differing = [key for key, forms in _texts(DEFAULT).items() if used(forms) != used(theirs[key])]

    assert differing == []


def test_english_is_english():
    chinese = {key for key, forms in _texts("en").items() if _CJK.search("".join(forms))}

    assert chinese <= SPOKEN_IN_BOTH


def test_the_code_uses_no_unknown_text():
    """Every literal key in the code is in the catalogue."""
    known = _texts(DEFAULT)
    areas = {key.split(".")[0] for key in known}
    literal = re.compile(rf'"((?:{"|".join(sorted(areas))})\.[a-z0-9_.]+)"')
    code = [*Path("bot/handlers").rglob("*.py"), *Path("bot/services").rglob("*.py")]
    unknown = {key for path in code for key in literal.findall(path.read_text("utf-8")) if key not in known}

    assert unknown == set()
