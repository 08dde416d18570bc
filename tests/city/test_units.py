"""Units are found by whatever they are called."""

from __future__ import annotations

import pytest

from bot.city.units import find_units


@pytest.mark.parametrize(
    "text", ["城管局", "云溪区城市管理局", "综合执法局", "D01", "d01", "City Management Bureau", "城管 局"]
)
def test_a_name_said_exactly_finds_its_unit_alone(demo_city, text):
    assert [unit.code for unit in find_units(demo_city, text)] == ["D01"]


def test_a_part_of_the_name_is_enough(demo_city):
    assert {unit.code for unit in find_units(demo_city, "绿化")} == {"D12"}
    assert [unit.code for unit in find_units(demo_city, "请交给环卫中心办")] == ["D13"]


def test_several_are_offered_where_several_fit(demo_city):
    assert len(find_units(demo_city, "街道")) == 6


def test_misspelt_names_are_found(demo_city):
    assert find_units(demo_city, "城官局")[0].code == "D01"
    assert find_units(demo_city, "Sanitation Center")[0].code == "D13"


@pytest.mark.parametrize("text", ["", "  ", "xyzzy", "😀"])
def test_nonsense_finds_none(demo_city, text):
    assert find_units(demo_city, text) == []
