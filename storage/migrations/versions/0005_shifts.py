"""Posts, shifts, what volunteers did there, and what point leaders found on their rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "post", "rota", "shift", "signup", "volunteer", "attendance", "pin", "board", "tally", "certificate", "patrol",
)  # fmt: skip


def upgrade() -> None:
    _plan_shifts()
    _record_service()
    _certify_service()
    _record_rounds()


def downgrade() -> None:
    op.drop_index("ix_case_overlooked_at", "case")
    with op.batch_alter_table("case") as case:
        case.drop_column("overlooked_at")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [to], name, deferrable=True, initially="DEFERRED")


def _plan_shifts() -> None:
    op.create_table(
        "post",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("name_en", sa.String(128), nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("point", sa.String(64), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("radius", base.Id, nullable=False),
        sa.Column("corners", sa.Text(), nullable=False),
        sa.Column("corners_en", sa.Text(), nullable=False),
        sa.Column("made_by", base.Id),
        sa.Column("retired_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("code", name="pk_post"),
    )
    op.create_index("ix_post_unit", "post", ["unit"])
    op.create_table(
        "rota",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("post", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("begins", sa.String(5), nullable=False),
        sa.Column("ends", sa.String(5), nullable=False),
        sa.Column("crew", base.Id, nullable=False),
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10), nullable=False),
        sa.Column("on_days_off", sa.Boolean(), nullable=False),
        sa.Column("made_by", base.Id),
        sa.Column("retired_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("code", name="pk_rota"),
        _refers("rota", "post", "post.code"),
    )
    op.create_index("ix_rota_post", "rota", ["post"])
    op.create_table(
        "shift",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("post", sa.String(64), nullable=False),
        sa.Column("rota", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("begins", base.UtcTime(), nullable=False),
        sa.Column("ends", base.UtcTime(), nullable=False),
        sa.Column("crew", base.Id, nullable=False),
        sa.Column("leader_id", base.Id),
        sa.Column("made_by", base.Id),
        sa.Column("cancelled_at", base.UtcTime()),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(32), nullable=False),
        sa.Column("alarmed_at", base.UtcTime()),
        sa.Column("called_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        _refers("shift", "post", "post.code"),
        sa.UniqueConstraint("post", "begins", name="uq_shift_post_begins"),
    )
    op.create_index("ix_shift_begins", "shift", ["begins"])
    op.create_index("ix_shift_day", "shift", ["day"])
    op.create_table(
        "signup",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("shift_id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("signed_at", base.UtcTime(), nullable=False),
        sa.Column("withdrawn_at", base.UtcTime()),
        sa.Column("offered_at", base.UtcTime()),
        sa.Column("offered_to", base.Id),
        sa.Column("asked_at", base.UtcTime()),
        sa.Column("reminded", sa.String(4), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signup"),
        _refers("signup", "person_id", "person.id"),
        _refers("signup", "shift_id", "shift.id"),
        sa.UniqueConstraint("shift_id", "person_id", name="uq_signup_shift_id_person_id"),
    )
    op.create_index("ix_signup_person_id", "signup", ["person_id"])


def _record_service() -> None:
    op.create_table(
        "volunteer",
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("age", sa.String(8), nullable=False),
        sa.Column("guardian_at", base.UtcTime()),
        sa.Column("guardian_by", base.Id),
        sa.Column("release_at", base.UtcTime()),
        sa.Column("release_asked_at", base.UtcTime()),
        sa.Column("full_name", sa.String(64), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("star", base.Id, nullable=False),
        sa.Column("on_call", sa.Boolean(), nullable=False),
        sa.Column("asked_at", base.UtcTime()),
        sa.Column("joined_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_volunteer"),
        _refers("volunteer", "person_id", "person.id"),
    )
    op.create_index("ix_volunteer_team", "volunteer", ["team"])
    op.create_table(
        "attendance",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("shift_id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("pair", base.Id, nullable=False),
        sa.Column("came_at", base.UtcTime(), nullable=False),
        sa.Column("left_at", base.UtcTime()),
        sa.Column("came_by", sa.String(8), nullable=False),
        sa.Column("left_by", sa.String(8), nullable=False),
        sa.Column("distance", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("called_at", base.UtcTime()),
        sa.Column("decided_by", base.Id),
        sa.Column("decided_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
        _refers("attendance", "person_id", "person.id"),
        _refers("attendance", "shift_id", "shift.id"),
        sa.UniqueConstraint("shift_id", "person_id", "pair", name="uq_attendance_shift_id_person_id_pair"),
    )
    op.create_index("ix_attendance_person_id_came_at", "attendance", ["person_id", "came_at"])
    for name, which in (("open", sa.text("left_at IS NULL")), ("asked", sa.text("state = 'asked'"))):
        op.create_index(f"ix_attendance_{name}", "attendance", ["shift_id"], postgresql_where=which, sqlite_where=which)
    op.create_table(
        "pin",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_pin"),
        _refers("pin", "person_id", "person.id"),
    )
    op.create_index("ix_pin_at", "pin", ["at"])
    op.create_table(
        "board",
        sa.Column("shift_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("taps", base.Json, nullable=False),
        sa.Column("photo", base.Id),
        sa.Column("shown_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("shift_id", "person_id", name="pk_board"),
        _refers("board", "person_id", "person.id"),
        _refers("board", "shift_id", "shift.id"),
    )
    op.create_table(
        "tally",
        sa.Column("shift_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("quarter", base.UtcTime(), nullable=False),
        sa.Column("behaviour", sa.String(32), nullable=False),
        sa.Column("count", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("shift_id", "person_id", "quarter", "behaviour", name="pk_tally"),
        _refers("tally", "person_id", "person.id"),
        _refers("tally", "shift_id", "shift.id"),
    )


def _certify_service() -> None:
    op.create_table(
        "certificate",
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("minutes", base.Id, nullable=False),
        sa.Column("training", base.Id, nullable=False),
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10), nullable=False),
        sa.Column("made_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_certificate"),
        sa.UniqueConstraint("code", name="uq_certificate_code"),
        _refers("certificate", "person_id", "person.id"),
    )
    op.create_index("ix_certificate_person_id", "certificate", ["person_id"])


def _record_rounds() -> None:
    op.create_table(
        "patrol",
        sa.Column("point", sa.String(64), nullable=False),
        sa.Column("slot", sa.String(12), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("done_at", base.UtcTime(), nullable=False),
        sa.Column("result", sa.String(8), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("distance", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("point", "slot", name="pk_patrol"),
        _refers("patrol", "person_id", "person.id"),
    )
    for column in ("slot", "person_id"):
        op.create_index(f"ix_patrol_{column}", "patrol", [column])
    named = sa.text("person_id <> 0")
    op.create_index("ix_patrol_named", "patrol", ["done_at"], postgresql_where=named, sqlite_where=named)
    with op.batch_alter_table("case") as case:
        case.add_column(sa.Column("overlooked_at", base.UtcTime()))
    some = sa.text("overlooked_at IS NOT NULL")
    op.create_index("ix_case_overlooked_at", "case", ["overlooked_at"], postgresql_where=some, sqlite_where=some)
