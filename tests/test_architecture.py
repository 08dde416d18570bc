"""Who may import whom: the contracts hold, and each of them notices a violation."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
OURS = ("bot", "storage")
Import = tuple[str, str]
"""(who, whom); of what is not ours the package alone."""

# (contract, the module that errs, what it should not import)
VIOLATIONS = [
    ("layers", "bot.app", "bot.__main__"),
    ("layers", "bot.app", "bot.commands.planted"),
    ("layers", "bot.commands.planted", "bot.__main__"),
    ("layers", "bot.web.planted", "bot.app"),
    ("layers", "bot.web.planted", "bot.jobs"),
    ("layers", "bot.jobs.planted", "bot.channels"),
    ("layers", "bot.channels.planted", "bot.pipeline"),
    ("layers", "bot.pipeline.planted", "bot.web"),
    ("layers", "bot.handlers.planted", "bot.pipeline"),
    ("layers", "bot.services.planted", "bot.handlers"),
    ("services", "bot.services.casework.planted", "bot.services.drafting"),
    ("services", "bot.services.patrolling.planted", "bot.services.volunteering"),
    ("layers", "bot.reports.planted", "bot.services"),
    ("layers", "bot.city.planted", "bot.reports"),
    ("layers", "storage.planted", "bot.city"),
    ("layers", "bot.port", "storage"),
    ("layers", "bot.port", "bot.domain"),
    ("layers", "bot.config", "storage"),
    ("layers", "bot.domain.planted", "bot.port"),
    ("domain", "bot.domain.planted", "pydantic"),
    ("domain", "bot.domain.planted", "bot.config"),
    ("channels", "bot.channels.planted", "bot.channels.other"),
    ("channels", "bot.channels.degrade", "bot.channels.other"),
    ("aiogram", "bot.channels.planted", "aiogram.types"),
    ("aiogram", "bot.app", "aiogram"),
    ("aiogram", "bot.channels.telegram.saying", "aiogram.types"),
    ("aiogram", "bot.channels.telegram.drivers.ptb", "aiogram.exceptions"),
    ("telegram", "bot.channels.planted", "telegram"),
    ("telegram", "bot.channels.telegram.reading", "telegram"),
    ("telegram", "bot.channels.telegram.drivers.aiogram", "telegram.error"),
    ("drivers", "bot.channels.telegram.drivers.ptb", "bot.channels.telegram.drivers.aiogram"),
    ("drivers", "bot.channels.telegram.drivers.aiogram", "bot.channels.telegram.drivers.ptb"),
    ("drivers", "bot.channels.telegram.drivers.ptb", "bot.channels.telegram.channel"),
    ("dingtalk", "bot.channels.planted", "dingtalk_stream"),
    ("ciphers", "bot.web.planted", "cryptography.fernet"),
    ("ciphers", "bot.channels.wecom.planted", "cryptography.fernet"),
    ("xml", "bot.channels.planted", "defusedxml.ElementTree"),
    ("apscheduler", "bot.services.planted", "apscheduler.triggers.cron"),
    ("fsspec", "storage.planted", "fsspec"),
    ("alembic", "bot.app", "alembic"),
    ("synchronous", "bot.handlers.planted", "asyncio"),
    ("synchronous", "bot.services.planted", "asyncio"),
    ("synchronous", "bot.reports.planted", "starlette.responses"),
    ("synchronous", "bot.city.planted", "aiohttp"),
    ("synchronous", "bot.domain.planted", "asyncio"),
    ("synchronous", "storage.planted", "anyio"),
]

# (contract, a module, what it may import all the same)
ALLOWED = [
    ("layers", "bot.app", "bot.channels.telegram"),
    ("layers", "bot.services.planted", "storage"),
    ("layers", "bot.reports.planted", "bot.city"),
    ("domain", "bot.domain.planted", "dataclasses"),
    ("channels", "bot.channels.planted", "bot.channels.degrade"),
    ("aiogram", "bot.channels.telegram.drivers.aiogram", "aiogram.types"),
    ("telegram", "bot.channels.telegram.drivers.ptb", "telegram.request"),
    ("drivers", "bot.channels.telegram.drivers.ptb", "bot.channels.telegram.form"),
    ("channels", "bot.channels.planted", "bot.channels.http.envelope"),
    ("ciphers", "bot.channels.http.envelope", "cryptography.fernet"),
    ("xml", "bot.channels.wecom.planted", "defusedxml.ElementTree"),
    ("apscheduler", "bot.jobs.planted", "apscheduler"),
    ("fsspec", "storage.blobs", "fsspec"),
    ("alembic", "storage.planted", "alembic"),
    ("synchronous", "bot.pipeline.planted", "asyncio"),
]


class House:
    """A copy of the source, into which imports may be planted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in OURS:
            shutil.copytree(ROOT / package, folder / package, ignore=only_python)
        shutil.copy(ROOT / "pyproject.toml", folder)

    def plant(self, importer: str, imported: str) -> None:
        """Let one module import another; whichever of them is missing is made."""
        if imported.partition(".")[0] in OURS:
            self._path(imported).touch()
        with self._path(importer).open("a") as module:
            module.write(f"\nimport {imported}\n")

    def breaches(self) -> dict[str, list[Import]]:
        """Return who imports whom against each of the contracts."""
        told = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
            patch.chdir(self.folder)
            patch.setattr(
                cli, "_configure_logging", lambda *_: None
            )  # it would silence every log for the tests to come
            patch.setattr(sys, "path", [str(self.folder), *sys.path])
            for package in OURS:  # import-linter shall find the copies, not what is already imported
                patch.delitem(sys.modules, package, raising=False)
            cli.lint_imports(str(self.folder / "pyproject.toml"), no_cache=True, no_logo=True, is_debug_mode=True)
        return {contract["id"]: told_of(contract["name"], told.getvalue()) for contract in CONTRACTS}

    def _path(self, module: str) -> Path:
        path = self.folder.joinpath(*module.split("."))
        for package in reversed(list(path.relative_to(self.folder).parents)[:-1]):
            self._turn_into_package(self.folder / package)
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _turn_into_package(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        if folder.with_suffix(".py").exists():
            folder.with_suffix(".py").rename(folder / "__init__.py")
        (folder / "__init__.py").touch()


def only_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


def told_of(contract: str, report: str) -> list[Import]:
    """Read what a report tells of a contract: that it is kept, or who imports whom."""
    verdict = re.search(rf"^{re.escape(contract)} (KEPT|BROKEN)", report, re.MULTILINE)
    assert verdict, report
    if verdict[1] == "KEPT":
        return []
    told = re.search(rf"^{re.escape(contract)}\n-+\n(.*?)(?:\n-{{4,}}\n|\Z)", report, re.MULTILINE | re.DOTALL)
    assert told, report
    return re.findall(r"([\w.]+)\s+(?:->|imports)\s+([\w.]+)", told[1])


@pytest.fixture(scope="module")
def breaches(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, list[Import]]]:
    """Return a function that gives all breaches in a copy with all of these planted; asked again, it remembers."""

    @functools.cache
    def breaches(*planted: tuple[str, str, str]) -> dict[str, list[Import]]:
        house = House(tmp_path_factory.mktemp("source"))
        for _, importer, imported in planted:
            house.plant(importer, imported)
        return house.breaches()

    return breaches


@pytest.mark.parametrize("contract", [contract["id"] for contract in CONTRACTS])
def test_the_source_keeps(breaches: Callable, contract: str):
    assert breaches()[contract] == []


@pytest.mark.parametrize(("contract", "importer", "imported"), VIOLATIONS)
def test_a_planted_violation_is_noticed(breaches: Callable, contract: str, importer: str, imported: str):
    is_ours = imported.partition(".")[0] in OURS
    assert (importer, imported if is_ours else imported.partition(".")[0]) in breaches(*VIOLATIONS)[contract]


@pytest.mark.parametrize("contract", dict.fromkeys(contract for contract, _, _ in ALLOWED))
def test_what_is_meant_to_be_possible_is(breaches: Callable, contract: str):
    assert breaches(*ALLOWED)[contract] == []


def test_every_contract_is_proven_by_a_violation():
    assert {contract["id"] for contract in CONTRACTS} == {contract for contract, _, _ in VIOLATIONS}


def test_every_part_of_the_bot_has_its_layer():
    parts = {f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    layers = next(contract for contract in CONTRACTS if contract["id"] == "layers")["layers"]
    placed = {name.strip("() ") for layer in layers for name in layer.split("|")}
    assert parts - {"bot.__init__"} <= placed, "name the new part in the layers of pyproject.toml"
