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


def upgrade() -> None:
    with op.batch_alter_table("case") as case:
        case.add_column(sa.Column("extensions", base.Id, nullable=False, server_default="0"))
        case.add_column(sa.Column("supervised", sa.Boolean(), nullable=False, server_default=sa.false()))
        case.add_column(sa.Column("urged_at", base.UtcTime()))
        case.add_column(sa.Column("urged_by", sa.String(16), nullable=False, server_default=""))
    op.create_table(
        "absence",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("stand_in_id", base.Id, nullable=False),
        sa.Column("since", base.UtcTime(), nullable=False),
        sa.Column("until", base.UtcTime(), nullable=False),
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
    _keep_in_view()
    _let_subscribe()


def downgrade() -> None:
    op.drop_table("subscription")
    op.drop_table("trouble")
    op.drop_table("retained")
    op.drop_table("absence")
    with op.batch_alter_table("case") as case:
        for column in ("urged_by", "urged_at", "supervised", "extensions"):
            case.drop_column(column)


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
