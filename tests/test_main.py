"""The command line: every command there is, and mistakes told without a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.pipeline.inbox import store
from bot.pipeline.quarantine import set_aside
from bot.port import Envelope
from storage.database import Database
from storage.migrate import head
from storage.models import BoundChat, InboxRow, PackRow
from tests.dialogue import MONDAY
from tests.fakes import wecom
from tests.reports.volunteering import lay_counts, lay_posts, lay_shift
from tests.small_city import small_city

DINGTALK = {"PK_DINGTALK_CLIENT_ID": "c", "PK_DINGTALK_CLIENT_SECRET": "s"}
WECOM = {
    "PK_WECOM_CORP_ID": wecom.CORP, "PK_WECOM_AGENT_ID": wecom.AGENT, "PK_WECOM_SECRET": wecom.SECRET,
    "PK_WECOM_TOKEN": wecom.TOKEN, "PK_WECOM_AES_KEY": wecom.AES_KEY,
}  # fmt: skip

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'made' / 'pointkeeper.db'}"


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command and gives its exit code and what it printed."""
    monkeypatch.setenv("PK_DATABASE_URL", url)
    monkeypatch.setenv("PK_BLOBS", str(tmp_path / "blobs"))
    monkeypatch.setattr("bot.log.set_up", lambda *_: None)

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def city(run: Run, url: str) -> None:
    run("migrate")
    database = Database(url)
    with database.begin() as session:
        for (kind, code), record in small_city()._all.items():
            session.add(PackRow(kind=kind, code=code, body=record.model_dump(mode="json"), changed_at=MONDAY))
    database.close()


def test_migrate_makes_the_folder_and_the_schema(run: Run):
    assert run("migrate") == (0, f"{head()}\n")
    assert run("migrate") == (0, f"{head()}\n")


def test_an_invitation_ends_with_the_code_alone(run: Run, city: None):
    code, said = run("invite", "--role", "unit_head", "--unit", "U-E", "--name", "East")

    assert code == 0
    last = said.splitlines()[-1]
    assert len(last.replace("-", "")) == 8
    assert last.replace("-", "").isalnum()


def test_an_invitation_to_nowhere_is_refused(run: Run, city: None):
    assert run("invite", "--role", "unit_head", "--unit", "nowhere")[0] == 1


def test_the_codes_of_stickers_are_written_once_and_for_all(run: Run, city: None, tmp_path: Path):
    first, again, none = (tmp_path / name for name in ("first.csv", "again.csv", "none.csv"))
    assert run("points", "codes", str(first), "--unit", "U-E")[0] == 0
    assert run("points", "codes", str(again), "--unit", "U-E")[0] == 0
    assert first.read_bytes() == again.read_bytes()
    rows = [line.split(",") for line in first.read_text("utf-8-sig").splitlines()]
    assert [row[0] for row in rows] == ["code", "P-1", "P-2"]
    assert len({row[-1] for row in rows}) == 3
    assert run("points", "codes", str(none), "--unit", "nowhere")[0] == 1


def test_what_is_in_quarantine_is_listed_and_replayed(run: Run, url: str):
    run("migrate")
    database = Database(url)
    with database.begin() as session:
        store(session, [Envelope(channel="c", account="a", key="k", chat="c:a:1", body="what Wang wrote")], MONDAY)
    with database.begin() as session:
        row_id = session.query(InboxRow).one().id
        set_aside(session, row_id, ZeroDivisionError("what Wang wrote"))
    code, said = run("quarantine")
    assert code == 0
    assert str(row_id) in said
    assert "ZeroDivisionError" in said
    assert "Wang" not in said

    assert run("replay", "123") == (1, "0 replayed\n")
    assert run("replay", str(row_id)) == (0, "1 replayed\n")
    assert run("replay", "--all") == (0, "0 replayed\n")
    with database.reading() as session:
        assert [row.state for row in session.query(InboxRow).order_by(InboxRow.id)] == ["replayed", "pending"]
    database.close()


def test_the_past_is_whole(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    code, said = run("audit", "verify")
    assert (code, said.splitlines()[-1]) == (0, "Nothing has been sealed yet.")
    assert said.startswith("Whole.")


def test_no_key_of_a_robot_may_be_logged(run: Run, monkeypatch: pytest.MonkeyPatch):
    kept: list[str] = []
    monkeypatch.setattr("bot.log.set_up", lambda _level, secrets: kept.extend(secrets))
    monkeypatch.setenv("PK_WECOM_ROBOTS", "station=a-fictional-key square=another-fictional-key")
    monkeypatch.setenv("PK_DINGTALK_ROBOTS", "leaders=a-fictional-token:SEC-fictional")
    run("migrate")
    told = {"a-fictional-key", "another-fictional-key", "a-fictional-token", "SEC-fictional"}
    assert told <= {*kept}


def test_the_channels_are_shown(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    code, said = run("channels")
    assert code == 0
    assert "web page" in said

    monkeypatch.setenv("PK_TELEGRAM_TOKEN", "123456:fictional-token-fictional-token-fic")
    monkeypatch.setenv("PK_TELEGRAM_API", "http://127.0.0.1:9")
    code, said = run("channels")
    assert code == 1, "nobody answers there"
    assert "telegram 123456" in said
    assert "FAILED" in said
    assert "firewall" in said
    assert "fictional-token" not in said


def test_a_group_that_only_listens_is_bound(run: Run, city: None, url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("PK_DINGTALK_ROBOTS", "east=fictional")
    group = "dingtalk:robots:robot:east"
    assert run("bind", group, "--unit", "U-E")[0] == 0
    assert run("bind", group, "--leaders") == (0, f"{group}: The leaders' group\n")
    assert run("bind", group, "--unit", "nowhere")[0] == 1
    assert run("bind", "wecom:groups:east", "--unit", "U-E")[0] == 1, "no such account is set up"
    database = Database(url)
    with database.reading() as session:
        bonds = session.query(BoundChat).order_by(BoundChat.unit).all()
        assert [(bond.chat, bond.unit) for bond in bonds] == [(group, ""), (group, "U-E")]
    database.close()
    assert run("unbind", group)[0] == 0
    assert run("unbind", group)[0] == 1


def test_a_digest_is_printed_drawn_and_tabled(run: Run, city: None, tmp_path: Path):
    drawn, table = tmp_path / "day.png", tmp_path / "day.xlsx"
    days = ("--from", "2026-03-02", "--to", "2026-03-08", "--unit", "东街", "--language", "en")
    code, said = run("digest", *days, "--picture", str(drawn), "--table", str(table))

    assert code == 0
    assert "东街街道: report, Mar 2" in said
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert table.read_bytes().startswith(b"PK")
    assert not (tmp_path / "day-heat.png").exists(), "nothing was seen at the posts"


def test_the_heat_table_is_written_beside_the_picture(run: Run, city: None, url: str, tmp_path: Path):
    database = Database(url)
    with database.begin() as session:
        lay_posts(session)
        lay_counts(session, lay_shift(session, "Z-E", MONDAY), 11, 0, R01=3)
    database.close()
    day = f"{MONDAY:%Y-%m-%d}"
    assert run("digest", "--from", day, "--to", day, "--picture", str(tmp_path / "day.png"))[0] == 0
    assert (tmp_path / "day-heat.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--unit", "街道"), "U-E 东街街道, U-W 西街街道"),
        (("--unit", "nowhere at all"), "No single unit"),
        (("--from", "2026-03-08", "--to", "2026-03-02"), "--from comes after --to"),
    ],
)
def test_a_digest_of_nothing_is_told(run: Run, city: None, arguments: tuple[str, ...], hint: str):
    code, said = run("digest", "--language", "en", *arguments)
    assert (code, hint in said) == (1, True)


def test_a_folder_that_is_no_pack_is_told(run: Run, tmp_path: Path):
    assert run("check", str(tmp_path / "nothing"))[0] == 1


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"PK_WEB_PORT": "eighty"}, "PK_WEB_PORT"),
        ({"PK_WEB_HOST": "192.0.2.1"}, "PK_DEMO"),
        ({"PK_TELEGRAM_TOKEN_FILE": "/nowhere/token"}, "PK_TELEGRAM_TOKEN_FILE: cannot read /nowhere/token"),
        ({"PK_TELEGRAM_TOKEN": "no token"}, "PK_TELEGRAM_TOKEN"),
        ({"PK_TELEGRAM_TOKEN": "1:a", "PK_TELEGRAM_MODE": "webhook"}, "PK_TELEGRAM_WEBHOOK_SECRET"),
        ({"PK_WECOM_CORP_ID": "ww1"}, "PK_WECOM_CORP_ID, _AGENT_ID, _SECRET, _TOKEN and _AES_KEY go together"),
        ({**WECOM, "PK_WECOM_AGENT_ID": "app"}, "PK_WECOM_AGENT_ID"),
        ({**WECOM, "PK_WECOM_AES_KEY": "short"}, "PK_WECOM_AES_KEY"),
        ({"PK_WECOM_ROBOTS": "keyalone"}, "PK_WECOM_ROBOTS"),
        ({**DINGTALK, "PK_DINGTALK_EVENT_TOKEN": "t"}, "PK_DINGTALK_EVENT_TOKEN and _EVENT_AES_KEY go together"),
        ({"PK_DINGTALK_EVENT_TOKEN": "t", "PK_DINGTALK_EVENT_AES_KEY": "a" * 43}, "with PK_DINGTALK_CLIENT_ID"),
        (
            {**DINGTALK, "PK_DINGTALK_EVENT_TOKEN": "t", "PK_DINGTALK_EVENT_AES_KEY": "a"},
            "PK_DINGTALK_EVENT_AES_KEY is",
        ),
        (
            {"PK_TELEGRAM_TOKEN": "1:a", "PK_TELEGRAM_MODE": "webhook", "PK_TELEGRAM_WEBHOOK_SECRET": "s"},
            "PK_PUBLIC_URL",
        ),
        ({"PK_CONFIG": "/nowhere/pointkeeper.toml"}, "PK_CONFIG: cannot read /nowhere/pointkeeper.toml"),
        ({"PK_LOG_LEVEL": "loud"}, "PK_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], hint: str):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    code, said = run("run")

    assert code == 1
    assert hint in said
    assert "Traceback" not in said


def test_a_wrong_setting_is_named_without_its_value(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PK_TELEGRAM_MODE", "hush-hush")

    assert "hush-hush" not in run("run")[1]


def test_a_newer_database_is_refused(run: Run, url: str):
    run("migrate")
    database = Database(url)
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    code, said = run("run")

    assert code == 1
    assert "9999" in said


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    commands = "run migrate import check invite people quarantine replay audit channels"

    assert all(command in said for command in commands.split())
