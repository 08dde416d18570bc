"""Measure the digest of the whole demo district: `python -m benchmarks.digest --rounds 7`.

Each round starts every measured thing in a fresh process, in turn: the figures and words of 10,690 cases, then the
picture of the same digest, by Pointkeeper and by matplotlib from the same content. Seconds are those of the processor,
so that whatever else runs does not count; memory is the highest resident size of the process, imports included.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.district import CASES, NOW, fill
from bot.pipeline import drawing
from bot.pipeline.following import read_city
from bot.reports import picture, sheet, svg, text
from bot.reports.digest import DISTRICT, Digest, Kind, collect
from bot.reports.period import period_of
from bot.reports.voice import Voice
from bot.services.words import Words
from storage.database import Database

ROOT = Path(__file__).parents[1]
TELL = "; s = open('/proc/self/status').read(); sys.stderr.write(s.partition('VmHWM:')[2].split()[0])"
"""Appended to the program that draws: how many kilobytes it took."""
Figures = tuple[float, float]
"""Seconds and megabytes."""


def digest_of(url: str) -> tuple[Digest, Words]:
    database = Database(url)
    with database.reading() as session:
        _, city = read_city(session)
        zone = ZoneInfo(city.settings.time_zone)
        found = collect(session, city, period_of(Kind.DAILY, NOW, zone), DISTRICT, now=NOW, kind=Kind.DAILY)
    database.close()
    return found, Words(zone=zone)


def say(url: str) -> None:
    """In a process of its own: print how long figures, words in both languages, and the table take."""
    database = Database(url)
    with database.reading() as session:
        _, city = read_city(session)
        zone = ZoneInfo(city.settings.time_zone)
        words = Words(zone=zone)
        started = time.process_time()
        found = collect(session, city, period_of(Kind.DAILY, NOW, zone), DISTRICT, now=NOW, kind=Kind.DAILY)
    collected = time.process_time()
    for language in words.languages:
        text.write(found, words, language, 3500)
    written = time.process_time()
    sheet.write(found, words, "zh_CN")
    tabled = time.process_time()
    print(json.dumps([len(found.facts.cases), collected - started, written - collected, tabled - written]))


def words_and_table(url: str) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.digest", "--say", url]
    measured: list[float] = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return measured


def spent() -> float:
    """Return how many seconds of the processor the processes took that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def apart(image: str) -> Callable[[], Figures]:
    """The program that the running Pointkeeper starts for a picture."""
    command = [part + TELL if part == drawing.START else part for part in drawing.command()]

    def measure() -> Figures:
        started = spent()
        done = subprocess.run(command, input=image.encode(), capture_output=True, check=True)
        assert done.stdout.startswith(b"\x89PNG")
        return spent() - started, int(done.stderr) / 1024

    return measure


def from_content(name: str, content: Path) -> Callable[[], Figures]:
    """A process that draws the content from JSON to PNG."""
    command = [sys.executable, "-m", "benchmarks.drawing", name, str(content), str(content.with_suffix(f".{name}.png"))]

    def measure() -> Figures:
        started = spent()
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        return spent() - started, float(done.stdout)

    return measure


def plain(value: Any) -> Any:
    """Return data as JSON has it."""
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def run(rounds: int, folder: Path) -> None:
    url = f"sqlite:///{folder / 'district.db'}"
    fill(url, folder / "pack")
    found, words = digest_of(url)
    shown = picture.content(found, Voice(words, "zh_CN", found.city))
    content = folder / "content.json"
    content.write_text(json.dumps(plain(shown), ensure_ascii=False), "utf-8")
    contenders = {
        "Pointkeeper: the program that draws": apart(svg.render(shown)),
        "Pointkeeper: composed and drawn in one process": from_content("pointkeeper", content),
        "matplotlib": from_content("matplotlib", content),
    }
    said, drawn = [], defaultdict(list)
    for turn in range(rounds):
        said.append(words_and_table(url))
        names = list(contenders)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            drawn[name].append(contenders[name]())
    report(said, drawn)


def report(said: list[list[float]], drawn: dict[str, list[Figures]]) -> None:
    cases, *_ = said[0]
    collected, written, tabled = (statistics.median(each[place] for each in said) for place in (1, 2, 3))
    print(f"\n{CASES:,} cases in the database, {cases:,} of them read; medians of {len(said)} rounds\n")
    print("| part | seconds of CPU |\n|---|---:|")
    print(f"| figures collected | {collected:.2f} |\n| words, in two languages | {written:.2f} |")
    print(f"| table | {tabled:.2f} |\n")
    base = [statistics.median(column) for column in zip(*drawn["matplotlib"], strict=True)]
    print(
        "| picture, in a fresh process | seconds of CPU | × matplotlib | MB | × matplotlib |\n|---|---:|---:|---:|---:|"
    )
    for name, figures in drawn.items():
        seconds, memory = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"| {name} | {seconds:.2f} | {seconds / base[0]:.2f} | {memory:.0f} | {memory / base[1]:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--say", metavar="URL", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.say:
        say(args.say)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(args.rounds, Path(folder))


if __name__ == "__main__":
    main()
