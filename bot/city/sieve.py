"""A sieve for fuzzy search: of thousands of words, the few that share enough with a text to be worth comparing.

A mask is an integer whose bit n stands for word n, so that one operation serves all words at once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

from bot.city.words import is_chinese

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SINGLE, PAIR = 1, 2


class Sieve:
    """Words sorted by their pieces: single characters of Chinese words, pairs of letters of all others.

    It lets through every word of which some stretch is like the text, or which is like some stretch of it, by a ratio
    of 0.75, or 0.87 for words that are not Chinese (1 − letters left out and put in / letters of both); and few others.
    """

    def __init__(self, words: Sequence[str]) -> None:
        pieces: dict[int, dict[tuple[str, int], list[int]]] = {SINGLE: defaultdict(list), PAIR: defaultdict(list)}
        lengths: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, word in enumerate(words):
            size = SINGLE if is_chinese(word[0]) else PAIR
            lengths[size, len(word)].append(index)
            for piece in _pieces(word, size):
                pieces[size][piece].append(index)
        self._pieces = {
            size: {piece: _mask(indices) for piece, indices in holders.items()} for size, holders in pieces.items()
        }
        self._lengths = {key: _mask(indices) for key, indices in lengths.items()}

    def pick(self, said: str) -> list[int]:
        """Return the indices of the words that may be like the text or a part of it, in rising order."""
        digits = {size: self._count(said, size) for size in (SINGLE, PAIR)}
        picked = 0
        for (size, length), mask in self._lengths.items():
            picked |= _at_least(_least(min(length, len(said)), size), digits[size], mask)
        return list(_bits(picked))

    def _count(self, said: str, size: int) -> list[int]:
        """Count for all words how many pieces they share with the text: bit n of number k is worth 2ᵏ for word n."""
        digits: list[int] = []
        masks = self._pieces[size]
        for piece in _pieces(said, size):
            if piece in masks:
                _add_one(digits, masks[piece])
        return digits


def _pieces(text: str, size: int) -> Iterator[tuple[str, int]]:
    """Yield the pieces of a text, each with how often it came before."""
    before: dict[str, int] = {}
    for start in range(len(text) - size + 1):
        piece = text[start : start + size]
        yield piece, before.get(piece, 0)
        before[piece] = before.get(piece, 0) + 1


@cache
def _least(shorter: int, size: int) -> int:
    """Return how many pieces two alike texts share at least, by the length of the shorter one.

    The fewest are left where letters of the shorter were only left out: up to 0.4 of them at a ratio of 0.75, up to
    0.231 at 0.87, each of which takes two of the `shorter − 1` pairs away.
    """
    return ceil(0.6 * shorter - 0.001) if size == SINGLE else ceil(shorter - 1 - 2 * 0.231 * shorter)


def _mask(indices: Sequence[int]) -> int:
    bits = bytearray(indices[-1] // 8 + 1)
    for index in indices:
        bits[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(bits, "little")


def _add_one(digits: list[int], carry: int) -> None:
    """Add one to the count of every word of a mask, as one adds by hand."""
    for place, digit in enumerate(digits):
        digits[place], carry = digit ^ carry, digit & carry
        if not carry:
            return
    digits.append(carry)


def _at_least(least: int, digits: list[int], among: int) -> int:
    """Return those of some words whose count reaches the least."""
    if least >= 1 << len(digits):
        return 0
    more, equal = 0, among
    for place in reversed(range(len(digits))):
        if least >> place & 1:
            equal &= digits[place]
        else:
            more |= equal & digits[place]
            equal &= ~digits[place]
    return more | equal


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
