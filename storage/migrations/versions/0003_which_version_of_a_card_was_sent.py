"""Which version of a card was sent as a message of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("card") as card:
        card.add_column(sa.Column("sent", base.Id, nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("card") as card:
        card.drop_column("sent")
