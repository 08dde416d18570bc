"""What somebody means: a category guessed from the words, and advice for what is no matter of ours."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz, process

from bot.city.words import Glossary, fold, folded, is_chinese

if TYPE_CHECKING:
    from bot.city.city import City
    from bot.city.records import Category
    from bot.city.settings import Advice

SURE = 0.55
ALIKE = 55
_SUFFIXES = ("异常", "（自定义）", " fault")


class Guess(NamedTuple):
    """A category and how well it fits: 1 is its very name, from `SURE` on its words were said, below it may be."""

    category: Category
    score: float


class Term(NamedTuple):
    """A folded word and the category it speaks for."""

    word: str
    category: Category


class Hit(NamedTuple):
    """A term found in the text, and where."""

    start: int
    end: int
    term: Term


def guess(city: City, text: str, limit: int = 6) -> list[Guess]:
    """Return the categories that a text may mean, best first; text of either language or of both mixed."""
    said = fold(text).text.strip()
    scores: dict[str, float] = {}
    for hit, weight in weigh(find_hits(city, said)):
        code = hit.term.category.code
        score = 1.0 if hit.term.word == said else weight / (weight + 1.5)
        scores[code] = min(1.0, max(score, scores.get(code, 0.0) + 0.01))
    if not any(score >= SURE for score in scores.values()):
        for code, score in guess_alike(city, said):
            scores[code] = max(score, scores.get(code, 0.0))
    add_confusables(city, scores)
    ranked = sorted(scores, key=lambda code: (-round(scores[code], 2), city.categories[code].facility, code))
    return [Guess(city.categories[code], round(scores[code], 3)) for code in ranked[:limit]]


def find_hits(city: City, said: str) -> list[Hit]:
    """Return every term that stands in the text."""
    terms = terms_of(city)
    return [Hit(start, end, terms[index]) for index, start, end in glossary_of(city).find_in(said)]


def weigh(hits: list[Hit]) -> list[tuple[Hit, float]]:
    """Weigh each hit by its length; one that is but a part of a longer one ("垃圾" in "垃圾桶爆满") counts half."""
    weighed = []
    for hit in hits:
        part = any(other.start <= hit.start and hit.end <= other.end and length(other) > length(hit) for other in hits)
        weight = length(hit) if is_chinese(hit.term.word[0]) else max(2.0, length(hit) / 3)
        weighed.append((hit, weight / 2 if part else weight))
    return sorted(weighed, key=lambda each: -each[1])


def length(hit: Hit) -> int:
    """Return how many characters a hit covers."""
    return hit.end - hit.start


def guess_alike(city: City, said: str) -> list[tuple[str, float]]:
    """Return the categories whose words look like what was said, with scores below `SURE`."""
    terms = terms_of(city)
    words = [term.word for term in terms]
    alike = process.extract(said[:60], words, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=12)
    return [(terms[index].category.code, SURE * (score / 100) ** 2) for _, score, index in alike]


def add_confusables(city: City, scores: dict[str, float]) -> None:
    """Let the best guess bring along those it is often confused with, behind all that was really said."""
    if not scores:
        return
    best = city.categories[max(scores, key=lambda code: scores[code])]
    for code in best.confusable:
        if code in city.categories:
            scores.setdefault(code, 0.2)


@lru_cache(maxsize=2)
def terms_of(city: City) -> list[Term]:
    """Return every word that speaks for a live category: names, names without their ending, synonyms."""
    terms = []
    for category in city.categories.values():
        names = {category.name, category.name_en, *category.synonyms, *category.synonyms_en}
        for name in (category.name, category.name_en):
            for suffix in _SUFFIXES:
                names.add(name.removesuffix(suffix))
        terms += [Term(word, category) for word in sorted({folded(name) for name in names} - {""})]
    return terms


@lru_cache(maxsize=2)
def glossary_of(city: City) -> Glossary:
    """Return what finds `terms_of` in a text."""
    return Glossary(term.word for term in terms_of(city))


def find_advice(city: City, text: str) -> tuple[str, Advice] | None:
    """Return ("emergency" | "not_ours", advice) for what has to go elsewhere, the emergencies first; else None."""
    glossary, advices = advice_words_of(city)
    return next((advices[index] for index, *_ in glossary.find_in(fold(text).text)), None)


@lru_cache(maxsize=2)
def advice_words_of(city: City) -> tuple[Glossary, list[tuple[str, Advice]]]:
    """Return what finds the words that show where a matter belongs, and for each of them the kind and the advice."""
    groups = (("emergency", city.settings.emergencies), ("not_ours", city.settings.not_ours))
    words = [
        (folded(word), (kind, advice))
        for kind, advices in groups
        for advice in advices
        for word in advice.words
        if folded(word)
    ]
    return Glossary(word for word, _ in words), [advice for _, advice in words]
