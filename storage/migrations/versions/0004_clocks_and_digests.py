"""What nags, absences and digests keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_ENDED = """
    INSERT INTO retained (case_id, ended_at, cards, photos, link)
    SELECT "case".id, coalesce("case".closed_at, max(event.at), "case".reported_at), true, true, true
    FROM "case" LEFT JOIN event ON event.subject = 'case:' || "case".id
    WHERE "case".state IN ('rejected', 'closed', 'forced', 'void', 'merged') GROUP BY "case".id
"""


_OPEN = """
    INSERT INTO alarm (case_id, at) SELECT id, '1970-01-01 00:00:00' FROM "case"
    WHERE state NOT IN ('rejected', 'closed', 'forced', 'void', 'merged')
"""


_UNUSED = (("card", ("subject",)), ("case", ("state", "handle_due")), ("outbox", ("card_id",)))
"""Indexes that nothing asks any more, and that every report had to write."""


def upgrade() -> None:
    for table, columns in _UNUSED:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    op.create_index("ix_card_chat", "card", ["chat"])
    with op.batch_alter_table("case") as case:
        case.add_column(sa.Column("extensions", base.Id, nullable=False, server_default="0"))
        case.add_column(sa.Column("supervised", sa.Boolean(), nullable=False, server_default=sa.false()))
        case.add_column(sa.Column("urged_at", base.UtcTime()))
        case.add_column(sa.Column("urged_by", sa.String(16), nullable=False, server_default=""))
        case.add_column(sa.Column("decide_due", base.UtcTime()))
    op.create_table(
        "absence",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("stand_in_id", base.Id, nullable=False),
        sa.Column("since", base.UtcTime(), nullable=False),
        sa.Column("until", base.UtcTime(), nullable=False),
        sa.Column("ending", sa.String(4), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], "fk_absence_person_id_person", deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["stand_in_id"], ["person.id"], "fk_absence_stand_in_id_person", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_absence_person_id", "absence", ["person_id"])
    op.create_index("ix_absence_until", "absence", ["until"])
    _count_deadlines()
    _keep_in_view()
    _let_subscribe()
    _nag()


def downgrade() -> None:
    for table in ("hearer", "nag", "reminder", "alarm"):
        op.drop_table(table)
    op.drop_table("subscription")
    op.drop_table("trouble")
    op.drop_table("retained")
    for table in ("moved_deadline", "reckoning", "waiting_call", "absence"):
        op.drop_table(table)
    with op.batch_alter_table("case") as case:
        for column in ("decide_due", "urged_by", "urged_at", "supervised", "extensions"):
            case.drop_column(column)
    op.drop_index("ix_card_chat", "card")
    for table, columns in _UNUSED:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _count_deadlines() -> None:
    """Calls that wait for a moment that suits, by which calendar deadlines were counted, and which another moved."""
    op.create_table(
        "waiting_call",
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_waiting_call"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], "fk_waiting_call_case_id_case", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_waiting_call_at", "waiting_call", ["at"])
    op.create_table(
        "reckoning",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("calendar", sa.String(64), nullable=False),
        sa.Column("counted", base.Id, nullable=False),
        sa.Column("told", base.Id, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_reckoning"),
    )
    op.create_table(
        "moved_deadline",
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("was", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_moved_deadline"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], "fk_moved_deadline_case_id_case", deferrable=True, initially="DEFERRED"
        ),
    )


def _keep_in_view() -> None:
    """Troubles, and of which ended cases something personal is left; those of before are among them."""
    op.create_table(
        "trouble",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(128), nullable=False),
        sa.Column("facts", base.Json, nullable=False),
        sa.Column("since", base.UtcTime(), nullable=False),
        sa.Column("said_at", base.UtcTime()),
        sa.Column("gone_at", base.UtcTime()),
        sa.PrimaryKeyConstraint("kind", "about", name="pk_trouble"),
    )
    op.create_table(
        "retained",
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("ended_at", base.UtcTime(), nullable=False),
        sa.Column("cards", sa.Boolean(), nullable=False),
        sa.Column("photos", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_retained"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], "fk_retained_case_id", deferrable=True, initially="DEFERRED"),
    )
    op.create_index("ix_retained_ended_at", "retained", ["ended_at"])
    op.execute(_ENDED)


def _let_subscribe() -> None:
    """Who wants digests in private."""
    op.create_table(
        "subscription",
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_subscription"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], "fk_subscription_person_id_person", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_subscription_kind", "subscription", ["kind"])


def _nag() -> None:
    """When each open case is looked at next (those of before at once), what was said to whom, and on whose cards."""
    op.create_table(
        "alarm",
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_alarm"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], "fk_alarm_case_id_case", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_alarm_at", "alarm", ["at"])
    op.create_table(
        "reminder",
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("clock", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("name", sa.String(12), nullable=False),
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.Column("silenced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "clock", "reason", "name", "person_id", name="pk_reminder"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], "fk_reminder_case_id_case", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_table(
        "nag",
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("case_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("rung", base.Id),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("told_at", base.UtcTime(), nullable=False),
        sa.Column("silent_until", base.UtcTime()),
        sa.Column("on_it", sa.Boolean(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "case_id", name="pk_nag"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], "fk_nag_case_id_case", deferrable=True, initially="DEFERRED"),
    )
    op.create_index("ix_nag_case_id", "nag", ["case_id"])
    _partial_index("nag", "silent_until", "silent_until IS NOT NULL")
    _partial_index("nag", "stale", "stale", "stale = 1")
    op.create_table(
        "hearer",
        sa.Column("person_id", base.Id, autoincrement=False, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("sent", base.Id, nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("changed", "called", "presses", "urgent")),
        sa.PrimaryKeyConstraint("person_id", name="pk_hearer"),
    )
    _partial_index("hearer", "changed", "changed", "changed = 1")
    op.execute(_OPEN)


def _partial_index(table: str, column: str, condition: str, on_sqlite: str = "") -> None:
    postgresql, sqlite = sa.text(condition), sa.text(on_sqlite or condition)
    op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=postgresql, sqlite_where=sqlite)
