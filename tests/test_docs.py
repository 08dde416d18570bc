"""The documentation says what there is: settings, commands, pages."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.__main__ import _parser
from bot.config import Settings
from bot.handlers import router
from bot.services.words import LOCALES, Words

ROOT = Path(__file__).parents[1]
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")


def pages() -> list[Path]:
    """Return the pages that are part of the project, and those about to be."""
    known = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(known, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(path for name in listed if name and (path := ROOT / name).is_file())


def names(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them of its headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """Yield the relative links of a page that lead nowhere."""
    text = _CODE.sub("", _FENCED.sub("", page.read_text("utf-8")))
    for link in (markdown or html for markdown, html in _LINK.findall(text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in names(target)):
            yield link


def commands(parser: argparse.ArgumentParser, path: str = "pointkeeper") -> Iterator[str]:
    """Yield every command of the program in full: `pointkeeper audit verify`."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield path
    for action in below:
        for name, each in action.choices.items():
            yield from commands(each, f"{path} {name}")


def rows(page: str) -> str:
    """Return the first cells of all table rows of a page."""
    return "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_explained(field):
    assert f"`PK_{field.upper()}`" in rows(OPERATING)


def test_no_setting_is_explained_that_is_none():
    explained = set(re.findall(r"`PK_(\w+)`", rows(OPERATING)))
    assert explained == {field.upper() for field in Settings.model_fields}


def test_every_setting_that_is_named_anywhere_is_one():
    known = {name for field in Settings.model_fields for name in (field.upper(), f"{field.upper()}_FILE")}
    known |= {"CONFIG", "TEST_DATABASE_URL", ""}
    strays = {(page.name, name) for page in pages() for name in re.findall(r"\bPK_([A-Z_]*)", page.read_text("utf-8"))}
    assert {stray for stray in strays if stray[1] not in known} == set()


@pytest.mark.parametrize("command", sorted(commands(_parser())))
def test_every_command_is_explained(command):
    assert re.search(rf"`{command}[ `]", rows(OPERATING))


def test_no_command_is_explained_that_is_none():
    known = {word for command in commands(_parser()) for word in command.split()[1:2]}
    named = {name for page in pages() for name in re.findall(r"\bpointkeeper ([a-z]+)\b", _code(page))}
    assert named <= known


def test_every_role_that_can_be_invited_to_is_named():
    inviting = next(a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)).choices["invite"]
    roles = next(action.choices for action in inviting._actions if action.dest == "role")
    assert [role for role in roles or [] if f"`{role}`" not in OPERATING] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_leads_nowhere(page):
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("text", ["[a](no/such.md)", "[a](README.md#no-such-heading)", '<img src="no.png">'])
def test_a_link_that_leads_nowhere_is_noticed(tmp_path, text):
    (tmp_path / "README.md").write_text(f"# Here\n\n[good](README.md#here) `[code](no.md)`\n\n{text}\n")
    assert len(list(broken_links(tmp_path / "README.md"))) == 1


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_the_index_names_every_page(folder):
    index = (ROOT / folder / "README.md").read_text("utf-8")
    here = [path.name for path in pages() if path.parent == ROOT / folder and path.name != "README.md"]
    assert [name for name in here if f"({name})" not in index] == []


@pytest.mark.parametrize("language", sorted(path.name for path in LOCALES.iterdir() if path.is_dir()))
def test_every_command_of_the_chat_says_what_it_is_for(language):
    router.load()
    words = Words()
    assert router.commands
    assert [name for name in router.commands if not words.plain(language, f"command.{name}")] == []


def _code(page: Path) -> str:
    """Return what stands between backticks, and in fences."""
    text = page.read_text("utf-8")
    fenced = _FENCED.findall(text)
    return "\n".join(fenced + _CODE.findall(_FENCED.sub("", text)))
