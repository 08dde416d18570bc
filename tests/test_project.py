"""The project's own files: pinned, portable, and agreeing with each other."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = ("requirements/run.txt", "requirements/test.txt")


def tracked_files() -> list[Path]:
    """Return the files that are part of the project, pictures and data left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Return what a file says, empty if it is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def requirements(name: str) -> list[str]:
    """Return the requirements of a compiled file, each with its hashes on one line."""
    joined = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def names(name: str) -> set[str]:
    """Return the names of the packages that a requirements file asks for, as pip compares them."""
    lines = [line for line in requirements(name) if not line.startswith("-")]
    return {re.split(r"[\[<>=;!~ ]", line)[0].lower().replace("_", "-") for line in lines}


@pytest.mark.parametrize("name", PINNED)
def test_every_requirement_is_pinned_with_hashes(name):
    lines = requirements(name)
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+==[^ ;]+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("name", ["requirements/run.in", "requirements/test.in", *PINNED])
def test_requirements_name_no_index_and_no_address(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"^\s*--?(i|f|index|extra|find|trusted|no-index)(\W|-|$)", text, re.MULTILINE)
    assert "://" not in text


@pytest.mark.parametrize("part", ["run", "test"])
def test_what_is_asked_for_is_pinned(part):
    assert names(f"requirements/{part}.in") <= names(f"requirements/{part}.txt") | names("requirements/run.txt")


def test_both_requirements_files_agree():
    pins = [dict(line.split(" ")[0].split("==") for line in requirements(name)) for name in PINNED]
    assert {name: version for name, version in pins[1].items() if pins[0].get(name, version) != version} == {}


# Without a slash before them here, so that this file does not find itself.
FOLDERS = "home|root|work|Users"
PLACE_OF_ONE_MACHINE = re.compile(rf"(?<![\w.:/-])/(?:{FOLDERS})/\w[^\s\"']*")


def test_no_file_speaks_of_one_machine():
    strays = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in tracked_files()
        if (found := PLACE_OF_ONE_MACHINE.search(text_of(path)))
    ]
    assert strays == []


def test_no_file_names_a_package_index():
    addresses = re.compile(r"://[\w.-]*(pypi|pythonhosted|/simple\b)")
    assert [str(path) for path in tracked_files() if addresses.search(text_of(path))] == []


def test_every_version_names_the_same():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    released = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert "## [Unreleased]" in changelog
    assert not released or released[0] == PROJECT["project"]["version"]


def test_the_command_is_there():
    assert PROJECT["project"]["scripts"] == {"pointkeeper": "bot.__main__:main"}


@pytest.mark.parametrize("target", ["run", "test", "check", "lock", "crash", "bench", "clean"])
def test_make_knows(target):
    known = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target}\s+\w", known, re.MULTILINE)


def test_ci_can_be_started():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_licence_is_the_one_named():
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
