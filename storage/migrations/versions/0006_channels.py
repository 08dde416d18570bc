"""One person on many channels, and what a channel's calls cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_use",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("calls", base.Id, nullable=False),
        sa.Column("allowed", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "month", name="pk_channel_use"),
    )
    op.create_table(
        "link",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("chat_body", sa.Text(), nullable=False),
        sa.Column("expires_at", base.UtcTime(), nullable=False),
        sa.Column("other_id", base.Id),
        sa.Column("other_chat_body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], "fk_link_person_id_person", deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], "fk_link_other_id_person", deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
    )
    op.create_index("ix_link_code_digest", "link", ["code_digest"])
    op.create_index("ix_link_person_id", "link", ["person_id"])
    op.create_index("ix_link_expires_at", "link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("link")
    op.drop_table("channel_use")
