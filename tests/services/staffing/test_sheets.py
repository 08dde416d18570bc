"""Invitation sheets: a page a unit, a code that works for each of its staff, and nothing twice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.city.model import City, Staff
from bot.services.staffing.sheets import Sheets
from tests.dialogue import WORDS, Stage
from tests.small_city import small_city

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


def staffed_city() -> City:
    city = small_city()
    staff = [
        Staff(code="S-1", name="东街市场点位长", role="point_leader", unit="U-E", points=("P-1", "P-2")),
        Staff(code="S-2", name="东街负责人", role="unit_head", unit="U-E"),
        Staff(code="S-3", name="督查一组", role="inspector"),
    ]
    return City({**city._all, **{("staff", each.code): each for each in staff}})


def write(stage: Stage, city: City, folder: Path) -> list[Path]:
    with stage.database.begin() as session:
        link = "https://pointkeeper.example/?start={}".format
        return Sheets(session, city, WORDS, (link,), stage.now).write(folder)


def test_a_page_a_unit_with_links_and_qr_codes(stage: Stage, tmp_path: Path):
    pages = {path.name: path.read_text("utf-8") for path in write(stage, staffed_city(), tmp_path)}

    assert sorted(pages) == ["U-E-东街街道.html", "city-小城区.html"]
    east = pages["U-E-东街街道.html"]
    assert "东街市场点位长" in east
    assert "东街农贸市场、东街小学" in east
    assert east.count("<svg") == len(CODE.findall(east)) == 2
    assert "https://pointkeeper.example/?start=" in east


def test_the_printed_code_gives_the_function_for_all_points(stage: Stage, tmp_path: Path):
    pages = write(stage, staffed_city(), tmp_path)
    codes = CODE.findall("".join(page.read_text("utf-8") for page in pages))
    for number, code in enumerate(codes):
        stage.person(f"p{number}").sends(code)

    stage.person("p0").sees("东街农贸市场 (+1)")


def test_whoever_was_invited_gets_no_second_invitation_until_it_expires(stage: Stage, tmp_path: Path):
    city = staffed_city()
    write(stage, city, tmp_path)
    assert write(stage, city, tmp_path) == []

    stage.clock.move(timedelta(hours=city.settings.invite_hours))
    assert len(write(stage, city, tmp_path)) == 2
