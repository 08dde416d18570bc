"""Text made comparable: width, case, marks and blanks no longer matter."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 500
_SEPARATORS = re.compile(r"[;；|]")
_INVISIBLE = {"Cf", "Cc", "Mn", "Me", "Cs", "Co"}


class Folded(NamedTuple):
    """The comparable text, and for each of its characters the position in the original."""

    text: str
    positions: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the stretch from `start` to `end` lies in the original."""
        return self.positions[start], self.positions[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold the first 500 characters: NFKC, case, one blank for many, none beside Chinese, no invisible marks."""
    letters: list[str] = []
    positions: list[int] = []
    for position, original in enumerate(text[:LONGEST]):
        for letter in unicodedata.normalize("NFKC", original).casefold():
            blank = letter.isspace()
            if not blank and unicodedata.category(letter) in _INVISIBLE:
                continue
            if blank and (not letters or letters[-1] == " " or is_chinese(letters[-1])):
                continue
            if letters and letters[-1] == " " and is_chinese(letter):
                letters.pop()
                positions.pop()
            letters.append(" " if blank else letter)
            positions.append(position)
    return Folded("".join(letters), tuple(positions))


def folded(text: str) -> str:
    """Return the comparable text alone."""
    return fold(text).text.strip()


def is_chinese(letter: str) -> bool:
    """Return whether a character is a Chinese one."""
    return "\u3400" <= letter <= "\u9fff"


def is_latin(letter: str) -> bool:
    """Return whether a character belongs to a word that is parted by blanks."""
    return letter.isalnum() and not is_chinese(letter)


def split_words(cell: str) -> tuple[str, ...]:
    """Split a cell that holds several words, parted by a semicolon of either width or by a bar."""
    return tuple(word.strip() for word in _SEPARATORS.split(cell) if word.strip())


def find_word(word: str, text: str) -> tuple[int, int] | None:
    """Return where a folded word stands in a folded text; Latin words must begin and end where a word does."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not is_latin(word[0]) or stands_alone(text, start, end):
            return start, end
        start = text.find(word, start + 1)
    return None


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a stretch begins and ends where Latin words do, a plural s allowed."""
    before, rest = text[max(0, start - 1) : start], text[end : end + 2]
    if before and is_latin(before) and is_latin(text[start]):
        return False
    tail = rest.removeprefix("s")
    return not tail or not is_latin(tail[0]) or not is_latin(text[end - 1])


class Glossary:
    """Folded words by how they begin, so that those that stand in a text are found without trying thousands."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words; each is known by its place among them."""
        self._words = list(words)
        self._begun: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self._words):
            self._begun[word[:2]].append(index)

    def find_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield the place of each word that stands in the text (`find_word`), in rising order, and where it stands."""
        beginnings = {text[start : start + size] for start in range(len(text)) for size in (1, 2)}
        for index in sorted(index for beginning in beginnings for index in self._begun.get(beginning, ())):
            if span := find_word(self._words[index], text):
                yield index, *span
