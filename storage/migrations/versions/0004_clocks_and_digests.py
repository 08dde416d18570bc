"""What nags, absences and digests keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table("absence")
    with op.batch_alter_table("case") as case:
        for column in ("urged_by", "urged_at", "supervised", "extensions"):
            case.drop_column(column)
