"""Importing is a difference by key: twice changes nothing, what is missing retires, what returns is there again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from time import perf_counter

import pytest
from rich.console import Console

from bot.city.commands import check_command, import_command
from bot.city.load import apply_import, is_imported, load_city, pack_version, plan_import, read_rows
from bot.city.read import read
from storage.database import Database

NOW = datetime(2026, 5, 6, 8, tzinfo=UTC)


@pytest.fixture
def database(migrated_url):
    database = Database(migrated_url)
    yield database
    database.close()


def say(key, facts):
    return " ".join([key, *facts.values()])


def import_pack(database, folder, now=NOW):
    with database.reading() as session:
        changes = plan_import(session, read(folder).records)
    apply_import(database, changes, now)
    return changes


def city_of(database):
    with database.reading() as session:
        return load_city(read_rows(session))


def replace(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_city_in_the_database_is_the_city_in_the_folder(database, demo_folder, demo_city):
    done = []
    with database.reading() as session:
        changes = plan_import(session, read(demo_folder).records)
    start = perf_counter()
    apply_import(database, changes, NOW, done.append)
    seconds = perf_counter() - start
    city = city_of(database)

    assert seconds < 20
    assert (
        sum(done)
        == len(changes.steps)
        == len(demo_city.points)
        + sum(changes.counts["added", kind] for kind in {step.key[0] for step in changes.steps} - {"point"})
    )
    assert city.settings == demo_city.settings
    for kind in ("units", "classes", "circles", "points", "categories", "conditions", "places", "standards", "staff"):
        assert dict(getattr(city, kind)) == dict(getattr(demo_city, kind)), kind


def test_importing_twice_changes_nothing(database, small_pack):
    import_pack(database, small_pack)

    again = import_pack(database, small_pack, NOW + timedelta(hours=1))

    assert again.steps == ()
    assert again.unchanged == len(read(small_pack).records)
    with database.reading() as session:
        assert pack_version(session) == NOW


def test_only_what_differs_is_touched(database, small_pack):
    import_pack(database, small_pack)
    replace(small_pack, "points.csv", "东公厕", "东城公厕")
    replace(small_pack, "classes.csv", "02,公厕\n", "02,公厕\n03,公园\n")
    replace(small_pack, "standards.csv", "01,01-1,地面干净,0.5\n", "")

    later = NOW + timedelta(days=1)
    changes = import_pack(database, small_pack, later)

    assert changes.of("changed") == [("point", "P2")]
    assert changes.of("added") == [("point_class", "03")]
    assert changes.of("retired") == [("standard", "01-1")]
    with database.reading() as session:
        assert pack_version(session) == later


def test_what_left_the_pack_retires_and_may_return(database, small_pack):
    import_pack(database, small_pack)
    row = "P2,东公厕,02,二号,38.051,102.051,Q1,,D1,S1,,所长\n"
    replace(small_pack, "points.csv", row, "")
    import_pack(database, small_pack)

    retired = city_of(database)
    assert "P2" not in retired.points
    assert retired.point("P2").name == "东公厕"

    replace(small_pack, "points.csv", "场长\n", "场长\n" + row)
    changes = import_pack(database, small_pack)

    assert changes.of("added") == [("point", "P2")]
    assert "P2" in city_of(database).points


def test_a_database_without_a_pack_says_so(database, small_pack):
    with database.reading() as session:
        assert not is_imported(session)
        assert pack_version(session) is None
    import_pack(database, small_pack)
    with database.reading() as session:
        assert is_imported(session)


def test_a_broken_off_import_is_completed_by_the_next(database, demo_folder):
    with database.reading() as session:
        changes = plan_import(session, read(demo_folder).records)

    class PowerCut(Exception):
        pass

    def cut(_done):
        raise PowerCut

    with pytest.raises(PowerCut):
        apply_import(database, changes, NOW, cut)
    rest = import_pack(database, demo_folder)

    assert 0 < len(rest.steps) < len(changes.steps)
    assert import_pack(database, demo_folder).steps == ()


def test_the_import_command_shows_what_it_would_do_and_does_it(database, small_pack):
    out = StringIO()
    console = Console(file=out, width=200)

    assert import_command(database, small_pack, say, NOW, dry_run=True, console=console) == 0
    assert "pack.dry_run" in out.getvalue()
    assert "pack.kind.point " in out.getvalue()
    with database.reading() as session:
        assert not is_imported(session)

    assert import_command(database, small_pack, say, NOW, console=console) == 0
    assert "pack.imported" in out.getvalue()
    assert len(city_of(database).points) == 2

    assert import_command(database, small_pack, say, NOW, console=console) == 0
    assert "pack.nothing_changes" in out.getvalue()


def test_a_pack_with_a_mistake_is_not_imported(database, small_pack):
    replace(small_pack, "points.csv", "38.05,", "3[8].05,")
    out = StringIO()

    assert import_command(database, small_pack, say, NOW, console=Console(file=out, width=200)) == 1
    assert "3[8].05" in out.getvalue()
    with database.reading() as session:
        assert not is_imported(session)


def test_the_check_command_says_good_or_lists_mistakes(small_pack, tmp_path):
    out = StringIO()
    console = Console(file=out, width=200)

    assert check_command(small_pack, say, console) == 0
    assert "pack.good" in out.getvalue()

    replace(small_pack, "units.csv", "department", "dept")
    assert check_command(small_pack, say, console) == 1
    assert "pack.expected.choice" in out.getvalue()

    assert check_command(tmp_path / "nowhere", say, console) == 1
    assert "pack.no_folder" in out.getvalue()


def test_two_processes_importing_the_same_pack_at_once_do_no_harm(database, small_pack):
    records = read(small_pack).records
    with database.reading() as session:
        first, second = plan_import(session, records), plan_import(session, records)

    apply_import(database, first, NOW)
    apply_import(database, second, NOW)

    with database.reading() as session:
        assert plan_import(session, records).steps == ()
