"""`pointkeeper check` and `pointkeeper import`: a pack looked over, and brought into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.city.check import check_pack
from bot.city.load import Change, Changes, apply_import, plan_import
from bot.city.read import read

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.city.mistakes import Mistake, Say
    from storage.database import Database

GOOD, BAD = 0, 1
SHOWN_CHANGES = 20
CHANGES: tuple[Change, ...] = ("added", "changed", "retired")


def check_command(folder: Path, say: Say, console: Console | None = None) -> int:
    """Print every mistake of a pack; return 0 if there is none, else 1. `say(key, facts)` gives the words."""
    console = console or Console()
    if not folder.is_dir():
        console.print(say("pack.no_folder", {"folder": str(folder)}), style="red")
        return BAD
    pack = read(folder)
    mistakes = check_pack(pack)
    if mistakes:
        print_mistakes(mistakes, say, console)
        return BAD
    console.print(say("pack.good", {"count": str(len(pack.records))}), style="green")
    return GOOD


def import_command(
    database: Database, folder: Path, say: Say, now: datetime, *, dry_run: bool = False, console: Console | None = None
) -> int:
    """Import a pack without mistakes, or with `dry_run` only show what would change; return 0, or 1 for mistakes."""
    console = console or Console()
    pack = read(folder)
    mistakes = check_pack(pack)
    if mistakes:
        print_mistakes(mistakes, say, console)
        return BAD
    with database.reading() as session:
        changes = plan_import(session, pack.records)
    print_changes(changes, say, console)
    if changes.steps and not dry_run:
        with show_progress(console) as progress:
            task = progress.add_task(say("pack.importing", {}), total=len(changes.steps))
            apply_import(database, changes, now, lambda done: progress.advance(task, done))
    console.print(say("pack.dry_run" if dry_run else "pack.imported", {}), style="yellow" if dry_run else "green")
    return GOOD


def show_progress(console: Console) -> Progress:
    """Return a progress bar that stays on the screen when it is full."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def print_mistakes(mistakes: list[Mistake], say: Say, console: Console) -> None:
    """Print mistakes as a table: file, row, column, value, what is expected."""
    table = Table(
        title=say("pack.mistakes", {"count": str(len(mistakes))}), title_justify="left", title_style="bold red"
    )
    for name in ("file", "row", "column", "value", "expected"):
        table.add_column(say(f"pack.column.{name}", {}), overflow="fold")
    for each in mistakes:
        row = str(each.row) if each.row else ""
        cells = (each.file, row, each.column, each.value, each.expected(say))
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    console.print(table)


def print_changes(changes: Changes, say: Say, console: Console) -> None:
    """Print what an import changes: the counts by kind, and the records one by one where they are few."""
    if not changes.steps:
        console.print(say("pack.nothing_changes", {"count": str(changes.unchanged)}))
        return
    table = Table(title=say("pack.changes", {"count": str(changes.unchanged)}), title_justify="left")
    for name in ("kind", *CHANGES):
        table.add_column(say(f"pack.column.{name}", {}), justify="left" if name == "kind" else "right")
    for kind in dict.fromkeys(step.key[0] for step in changes.steps):
        counts = (changes.counts.get((change, kind), 0) for change in CHANGES)
        table.add_row(say(f"pack.kind.{kind}", {}), *(str(count) for count in counts))
    console.print(table)
    if len(changes.steps) <= SHOWN_CHANGES:
        for step in changes.steps:
            name = str(step.body.get("name", ""))
            console.print(f"  {say(f'pack.column.{step.change}', {})}: {step.key[1]} {name}", markup=False)
