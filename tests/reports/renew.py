"""Write the golden texts anew: `python -m tests.reports.renew`, and then read in `git diff` what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from bot.reports import text
from bot.reports.digest import Kind, Scope
from bot.services.words import Words
from storage.database import Database
from storage.migrate import upgrade
from tests.reports.scenario import digest, lay_past, lay_week

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("zh_CN", "en")
TELEGRAM = 4096


def golden(session: Session) -> Iterator[tuple[str, str]]:
    """Yield name and text of every golden file from the week of the scenario; bold words stand between asterisks."""
    words = Words()
    made = {kind.value: digest(session, kind) for kind in Kind}
    made["unit"] = digest(session, Kind.DAILY, scope=Scope("D-CG"))
    made["quiet"] = digest(session, Kind.DAILY, scope=Scope("D-SW"))
    lay_past(session)
    made["compared"] = digest(session, Kind.WEEKLY)
    for name, each in made.items():
        for language in LANGUAGES:
            spans = text.write(each, words, language, TELEGRAM)
            said = "".join(f"*{span.text}*" if span.bold else span.text for span in spans)
            yield f"{name}.{language}.txt", f"{said}\n"


def renew(folder: Path) -> None:
    """Write all golden files."""
    url = f"sqlite:///{folder / 'week.db'}"
    upgrade(url)
    database = Database(url)
    with database.begin() as session:
        lay_week(session)
        for name, said in golden(session):
            (GOLDEN / name).write_text(said, "utf-8")
    database.close()


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        renew(Path(temporary))
