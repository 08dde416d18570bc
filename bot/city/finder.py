"""Places found by name: points, roads and their crossings, landmarks, units; inside a sentence, and misspelt too."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from rapidfuzz import fuzz, process

from bot.city.record import in_language
from bot.city.sieve import Sieve
from bot.city.words import Folded, Glossary, fold, folded, is_chinese
from bot.domain.geo import crossing_of, metres_between, middle_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.city.city import City
    from bot.city.records import Place, Point

Kind = Literal["point", "place", "crossing", "unit"]
SAME_METRES = 150
ALIKE = 75
ALIKE_LATIN = 0.87
LIKELY = 0.55
SHORTEST, SHORTEST_LATIN = 4, 7
SHORTEST_ROAD = 3
LONGEST_SAID = 60
HANDFUL = 6
_JOINT = re.compile(r"\s*(?:与|和|跟|同|及|、|/|&|-|—|x|×|and|at|交叉|交汇|,)?\s*")
_CORNER = re.compile(
    r"的?(?:十字路口|丁字路口|交叉路口|交叉口|交叉处|交汇处|交界处|交口|路口|十字|拐角|转角|口|处)"
    r"| (?:crossing|junction|corner)"
)
_MARKS = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff,.;:!?、，。；：！？的在]"
_LINKS = r"(?:at|on|in|near|by|the|of|corner)"
_EDGES = re.compile(rf"^(?:{_MARKS}|{_LINKS}\b)+|(?:{_MARKS}|\b{_LINKS})+$", re.IGNORECASE)


class Found(NamedTuple):
    """A place that a text may name; `span` is where its name stands in the text, `score` 1 for a name said exactly."""

    kind: Kind
    code: str
    name: str
    lat: float | None
    lon: float | None
    score: float
    span: tuple[int, int]
    name_en: str = ""

    def label(self, language: str = "zh_CN") -> str:
        """Return the name in the language of the reader; the Chinese name where there is no other."""
        return in_language(language, self.name, self.name_en)


class Entry(NamedTuple):
    """A folded name and what it names; `rank` puts the more precise first."""

    word: str
    kind: Kind
    code: str
    name: str
    lat: float | None
    lon: float | None
    rank: float
    name_en: str = ""


class Hit(NamedTuple):
    """An entry found in the folded text, and where."""

    start: int
    end: int
    entry: Entry
    score: float


def find_places(city: City, text: str, limit: int = 6) -> list[Found]:
    """Return the places that a text names, best first; two places of one name both come back with the same score."""
    said = fold(text)
    if not said.text.strip():
        return []
    names = find_names(city, said.text)
    crossings = [find_point_at(city, hit) for hit in find_crossings(city, said.text, names)]
    hits = drop_parts(crossings + names) or find_alike(city, said.text)
    hits = drop_twins(sorted(hits, key=lambda hit: (-hit.score, hit.start - hit.end, hit.entry.code)))
    return [make_found(hit, said) for hit in hits[:limit]]


def rest_of(text: str, found: Found) -> str:
    """Return what a text says besides the place: "路面破损" of "解放路与西街口 路面破损"."""
    start, end = found.span
    parts = (_EDGES.sub("", part) for part in (text[:start], text[end:]))
    return " ".join(part for part in parts if part)


def find_names(city: City, said: str) -> list[Hit]:
    """Return every name that stands in the text."""
    entries = entries_of(city)
    found = ((entries[index], start, end) for index, start, end in glossary_of(city).find_in(said))
    return [Hit(start, end, entry, entry.rank) for entry, start, end in found]


def find_crossings(city: City, said: str, names: list[Hit]) -> list[Hit]:
    """Return the crossings of roads named side by side: "解放路与西街口", "Jiefang Road and West Street".

    Where a longer name begins with the second road ("解放路西街小学"), it is no crossing.
    """
    longer = {(hit.start, end) for hit in names for end in range(hit.start + 1, hit.end)}
    roads = sorted(find_roads(city, said), key=lambda each: (each[0], -each[1]))
    hits = []
    for start, end, road in roads:
        joint = _JOINT.match(said, end)
        after = {end, joint.end() if joint else end}  # 和 joins two roads, or begins the name of the second
        for next_start, next_end, other in roads:
            beside = next_start in after and other.code != road.code and (next_start, next_end) not in longer
            spot = beside and crossing_of(road.geometry, other.geometry)
            if spot:
                corner = _CORNER.match(said, next_end)
                hits.append(Hit(start, corner.end() if corner else next_end, make_crossing(road, other, spot), 1.0))
    return hits


def find_point_at(city: City, crossing: Hit) -> Hit:
    """Return the crossing as the point whose whole name it is, where there is one: however it was said, and turned."""
    entry = crossing.entry
    if entry.lat is None or entry.lon is None:
        return crossing
    near = [each.point for each in city.points_near(entry.lat, entry.lon, SAME_METRES)]
    point = next((each for each in point_entries(near) if is_named_by(city, each.word, entry)), entry)
    return crossing._replace(entry=point)


def is_named_by(city: City, word: str, crossing: Entry) -> bool:
    """Return whether a name says this crossing and nothing else."""
    found = [hit for hit in find_crossings(city, word, []) if (hit.start, hit.end) == (0, len(word))]
    return any(roads_of(hit.entry) == roads_of(crossing) for hit in found)


def find_roads(city: City, said: str) -> Iterator[tuple[int, int, Place]]:
    """Yield every road named in the text and where; the 路 of the first of two may be left out ("解放西街口")."""
    glossary, codes = road_words_of(city)
    for index, start, end in glossary.find_in(said):
        yield start, end, city.places[codes[index]]


def make_crossing(road: Place, other: Place, spot: tuple[float, float]) -> Entry:
    """Make the entry of a crossing."""
    name = f"{road.name}与{other.name}路口"
    name_en = f"{road.name_en} and {other.name_en}" if road.name_en and other.name_en else ""
    return Entry(name, "crossing", f"{road.code}+{other.code}", name, *spot, 1.0, name_en)


def roads_of(crossing: Entry) -> frozenset[str]:
    """Return the codes of the roads that cross, whichever was said first."""
    return frozenset(crossing.code.split("+"))


def drop_parts(hits: list[Hit]) -> list[Hit]:
    """Drop every hit that lies within a longer one: the road in "解放路小学"."""
    return [
        hit
        for hit in hits
        if not any(
            other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start
            for other in hits
        )
    ]


def drop_twins(hits: list[Hit]) -> list[Hit]:
    """Keep one of two entries that say the same of the same spot: the point, where a landmark bears its name too."""
    kept: list[Hit] = []
    for hit in hits:
        if not any(are_twins(hit.entry, other.entry) for other in kept):
            kept.append(hit)
    return kept


def are_twins(one: Entry, other: Entry) -> bool:
    """Return whether two entries are the same thing, or have one name and lie within 150 m of each other."""
    if (one.kind, one.code) == (other.kind, other.code):
        return True
    if one.name != other.name:
        return False
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return True
    return metres_between(one.lat, one.lon, other.lat, other.lon) <= SAME_METRES


def find_alike(city: City, said: str) -> list[Hit]:
    """Return names that look like a stretch of the text, scored below any name that was said exactly.

    Where more than a handful look alike ("农贸市场" alone), nothing in particular was meant.
    """
    entries = entries_of(city)
    said = said[:LONGEST_SAID]
    words = {index: entries[index].word for index in sieve_of(city).pick(said)}
    near = process.extract(said, words, scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=40)
    hits = [hit for word, score, index in near if (hit := align(word, said, score / 100, entries[index]))]
    best = max((hit.score for hit in hits), default=0.0)
    hits = [hit for hit in hits if hit.score > best * 0.85]
    return hits if sum(hit.score == best for hit in hits) <= HANDFUL else []


def align(word: str, said: str, likeness: float, entry: Entry) -> Hit | None:
    """Return where a name is most like the text, None where too little of it is there to mean anything."""
    chinese = is_chinese(word[0])
    if min(len(word), len(said)) < (SHORTEST if chinese else SHORTEST_LATIN) or not (chinese or likeness > ALIKE_LATIN):
        return None
    where = fuzz.partial_ratio_alignment(word, said)
    if not where or where.dest_end == where.dest_start:
        return None
    share = min(1.0, (where.dest_end - where.dest_start) / len(word))
    score = 0.9 * likeness * (0.5 + 0.5 * share) * entry.rank
    return Hit(where.dest_start, where.dest_end, entry, score) if score > LIKELY else None


def make_found(hit: Hit, said: Folded) -> Found:
    """Turn a hit in the folded text into a place found in the original."""
    code, name, lat, lon = hit.entry[2:6]
    span = said.span(hit.start, hit.end)
    return Found(hit.entry.kind, code, name, lat, lon, round(hit.score, 3), span, hit.entry.name_en)


@lru_cache(maxsize=2)
def entries_of(city: City) -> tuple[Entry, ...]:
    """Return every name by which a place may be called."""
    return tuple(dict.fromkeys((*point_entries(city.points.values()), *place_entries(city), *unit_entries(city))))


@lru_cache(maxsize=2)
def glossary_of(city: City) -> Glossary:
    """Return what finds `entries_of` in a text."""
    return Glossary(entry.word for entry in entries_of(city))


@lru_cache(maxsize=2)
def sieve_of(city: City) -> Sieve:
    """Return what tells which of `entries_of` may be misspelt in a text."""
    return Sieve([entry.word for entry in entries_of(city)])


@lru_cache(maxsize=2)
def road_words_of(city: City) -> tuple[Glossary, list[str]]:
    """Return what finds the names of roads, also without their ending where two characters remain, and their codes."""
    words = []
    for road in (place for place in city.places.values() if place.kind == "road"):
        for word in name_words((road.name, road.name_en, *road.aliases)):
            words.append((word, road.code))
            if is_chinese(word[0]) and len(word) >= SHORTEST_ROAD and word[-1] in "路街道":
                words.append((word[:-1], road.code))
    return Glossary(word for word, _ in words), [code for _, code in words]


def point_entries(points: Iterable[Point]) -> Iterator[Entry]:
    """Yield the names of these points."""
    for point in points:
        for word in name_words((point.name, point.name_en, *point.aliases)):
            yield Entry(word, "point", point.code, point.name, point.lat, point.lon, 1.0, point.name_en)


def place_entries(city: City) -> Iterator[Entry]:
    """Yield the names of landmarks and roads; the areas speak through their units."""
    ranks = {"landmark": 0.98, "road": 0.8}
    for place in city.places.values():
        if place.kind in ranks:
            lat, lon = middle_of(place.geometry)
            for word in name_words((place.name, place.name_en, *place.aliases)):
                yield Entry(word, "place", place.code, place.name, lat, lon, ranks[place.kind], place.name_en)


def unit_entries(city: City) -> Iterator[Entry]:
    """Yield the names of the units that have an area; others are no place."""
    areas = {place.unit: place for place in city.places.values() if place.kind == "area" and place.unit in city.units}
    for code, area in areas.items():
        unit = city.units[code]
        lat, lon = middle_of(area.geometry)
        for word in name_words((unit.name, unit.name_en, unit.short_name, *unit.aliases)):
            yield Entry(word, "unit", code, unit.name, lat, lon, 0.6, unit.name_en)


def name_words(names: Iterable[str]) -> list[str]:
    """Return the folded names of at least two characters, each once."""
    return [word for word in dict.fromkeys(folded(name) for name in names) if len(word) > 1]
