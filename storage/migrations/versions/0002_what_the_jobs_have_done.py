"""What the clock's jobs have done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("slot", base.UtcTime(), nullable=False),
        sa.Column("part", base.Id, nullable=False),
        sa.Column("worked_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_run")),
    )


def downgrade() -> None:
    op.drop_table("job_run")
