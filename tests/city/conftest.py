"""Packs to test with: the demo district, read once, and a small one that a test may spoil."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.city.city import City
from bot.city.demo import write_demo
from bot.city.read import read

SQUARE = [[102.0, 38.0], [102.1, 38.0], [102.1, 38.1], [102.0, 38.1], [102.0, 38.0]]
SMALL = {
    "city.toml": 'name = "小城"\nworking_hours = ["08:00-12:00", "14:00-18:00"]\n',
    "units.csv": (
        "code,name,name_en,short_name,kind,parent,aliases\n"
        "D1,城管局,City Office,城管,department,,\nS1,东街道,East,东街,territorial,D1,东边;东片\n"
    ),
    "classes.csv": "code,name\n01,市场\n02,公厕\n",
    "circles.csv": "code,name,kind\nQ1,市场圈,market\n",
    "points.csv": (
        "code,name,class,address,lat,lon,circle,anchor,trade_unit,territorial_unit,sponsor_unit,leader\n"
        "P1,东市场,01,一号,38.05,102.05,Q1,yes,D1,S1,,场长\nP2,东公厕,02,二号,38.051,102.051,Q1,,D1,S1,,所长\n"
    ),
    "categories.csv": "code,name,owner,synonyms,off\n01,,D1,,\n06013,,D1,路烂,\n",
    "conditions.csv": "code,category,name,amount,unit,closes_when\n"
    + "".join(f"{code}-1,{code},一般,4,work_hours,处理完毕\n" for code in (f"{number:02}" for number in range(1, 11))),
    "people.csv": "code,name,role,unit,points\nH1,局长,unit_head,D1,\nL1,场长,point_leader,S1,P1\n",
    "standards.csv": "point_class,code,name,deduction\n01,01-1,地面干净,0.5\n",
    "posts.csv": "code,name,unit,lat,lon,point\nZ1,东口岗,S1,38.05,102.05,P1\n",
    "rotas.csv": "code,post,weekdays,begins,ends,crew\nZ1A,Z1,12345,07:00,08:30,2\nZ1P,Z1,12345,17:00,18:30,2\n",
    "behaviours.csv": "code,name,passers,rate\nP01,闯红灯,行人,遵守信号灯率\n",
    "places.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "B", "name": "小城", "kind": "boundary"},
                    "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
                }
            ],
        }
    ),
}


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo pack; not to be changed."""
    return write_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_city(demo_folder: Path) -> City:
    """Return the demo district."""
    return read(demo_folder).city()


@pytest.fixture
def small_pack(tmp_path: Path) -> Path:
    """Return a folder with a small, faultless pack."""
    folder = tmp_path / "pack"
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
