"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.models import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bound_chat",
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("chat_body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("bound_by", base.Id, nullable=False),
        sa.Column("bound_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "unit", name=op.f("pk_bound_chat")),
    )
    op.create_index(op.f("ix_bound_chat_unit"), "bound_chat", ["unit"], unique=False)
    op.create_table(
        "card",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("chat_body", sa.Text(), nullable=False),
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("person_id", base.Id, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("wanted", base.Id, nullable=False),
        sa.Column("delivered", base.Id, nullable=False),
        sa.Column("receipt", base.Json, nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("subject", "chat", "view", name=op.f("uq_card_subject_chat_view")),
    )
    op.create_index(op.f("ix_card_subject"), "card", ["subject"], unique=False)
    op.create_table(
        "chore",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("args", base.Json, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", base.Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("not_before", base.UtcTime(), nullable=False),
        sa.Column("expires_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chore")),
    )
    op.create_index(
        "ix_chore_pending",
        "chore",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "event",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("seq", base.Id, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("before", sa.String(length=24), nullable=False),
        sa.Column("after", sa.String(length=24), nullable=False),
        sa.Column("facts", base.Json, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_event_subject_seq")),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("partition", base.Id, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", base.UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "account", "key", name=op.f("uq_inbox_channel_account_key")),
    )
    op.create_index(
        "ix_inbox_pending",
        "inbox",
        ["id", "partition"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_inbox_state_received_at", "inbox", ["state", "received_at"], unique=False)
    op.create_table(
        "invite",
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("points", base.Json, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("made_by", base.Id, nullable=True),
        sa.Column("made_at", base.UtcTime(), nullable=False),
        sa.Column("expires_at", base.UtcTime(), nullable=False),
        sa.Column("used_at", base.UtcTime(), nullable=True),
        sa.Column("used_by", base.Id, nullable=True),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_invite")),
    )
    op.create_index(op.f("ix_invite_staff"), "invite", ["staff"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "menu",
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("number", base.Id, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("card_id", base.Id, nullable=True),
        sa.Column("written_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "number", name=op.f("pk_menu")),
    )
    op.create_table(
        "number_block",
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("next", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_number_block")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("chat_body", sa.Text(), nullable=False),
        sa.Column("card_id", base.Id, nullable=True),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("context", base.Json, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", base.Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", base.UtcTime(), nullable=False),
        sa.Column("not_before", base.UtcTime(), nullable=False),
        sa.Column("expires_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_card_id"), "outbox", ["card_id"], unique=False)
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["channel", "account", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_outbox_state_created_at", "outbox", ["state", "created_at"], unique=False)
    op.create_table(
        "pack_row",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("body", base.Json, nullable=False),
        sa.Column("changed_at", base.UtcTime(), nullable=False),
        sa.Column("retired_at", base.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "code", name=op.f("pk_pack_row")),
    )
    op.create_index(op.f("ix_pack_row_changed_at"), "pack_row", ["changed_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("merged_into", base.Id, nullable=True),
        sa.Column("informed_at", base.UtcTime(), nullable=True),
        sa.Column("banned_until", base.UtcTime(), nullable=True),
        sa.Column("created_at", base.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["person.id"], name=op.f("fk_person_merged_into"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "seal",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("seq", base.Id, nullable=False),
        sa.Column("at", base.UtcTime(), nullable=False),
        sa.Column("up_to", base.Id, nullable=False),
        sa.Column("heads", base.Json, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("seq", name=op.f("uq_seal_seq")),
    )
    op.create_table(
        "web_menu",
        sa.Column("chat_id", sa.String(length=128), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("commands", base.Json, nullable=False),
        sa.Column("revision", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "language", name=op.f("pk_web_menu")),
    )
    op.create_table(
        "web_message",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("chat_id", sa.String(length=128), nullable=False),
        sa.Column("sender", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", base.Id, nullable=False),
        sa.Column("sent_at", base.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_message")),
        sa.UniqueConstraint("chat_id", "sender", "key", name=op.f("uq_web_message_chat_id_sender_key")),
    )
    op.create_index("ix_web_message_chat_id_revision", "web_message", ["chat_id", "revision"], unique=False)
    op.create_table(
        "web_secret",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_web_secret")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("point", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("since", base.UtcTime(), nullable=False),
        sa.Column("until", base.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assignment_person_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_person_id", "assignment", ["person_id"], unique=False)
    op.create_index("ix_assignment_point", "assignment", ["point"], unique=False)
    op.create_index("ix_assignment_role_unit", "assignment", ["role", "unit"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("draft_id", base.Id, nullable=True),
        sa.Column("version", base.Id, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reporter_id", base.Id, nullable=False),
        sa.Column("pseudonym", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("limit_amount", base.Id, nullable=False),
        sa.Column("limit_unit", sa.String(length=16), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("place", sa.String(length=256), nullable=False),
        sa.Column("point", sa.String(length=64), nullable=False),
        sa.Column("grid", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("owner_id", base.Id, nullable=True),
        sa.Column("owner_kind", sa.String(length=16), nullable=False),
        sa.Column("stepped_in", sa.String(length=24), nullable=False),
        sa.Column("handler_id", base.Id, nullable=True),
        sa.Column("transfers", base.Id, nullable=False),
        sa.Column("tried", base.Json, nullable=False),
        sa.Column("round", base.Id, nullable=False),
        sa.Column("reopened", base.Id, nullable=False),
        sa.Column("request", sa.String(length=16), nullable=False),
        sa.Column("rating", base.Id, nullable=True),
        sa.Column("reported_at", base.UtcTime(), nullable=False),
        sa.Column("opened_at", base.UtcTime(), nullable=True),
        sa.Column("dispatched_at", base.UtcTime(), nullable=True),
        sa.Column("signed_at", base.UtcTime(), nullable=True),
        sa.Column("replied_at", base.UtcTime(), nullable=True),
        sa.Column("closed_at", base.UtcTime(), nullable=True),
        sa.Column("accept_due", base.UtcTime(), nullable=True),
        sa.Column("acknowledge_due", base.UtcTime(), nullable=True),
        sa.Column("handle_due", base.UtcTime(), nullable=True),
        sa.Column("verify_due", base.UtcTime(), nullable=True),
        sa.Column("relapse_of", base.Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["handler_id"], ["person.id"], name=op.f("fk_case_handler_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_case_owner_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["relapse_of"], ["case.id"], name=op.f("fk_case_relapse_of"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name=op.f("fk_case_reporter_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_case_draft_id")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
    )
    op.create_index("ix_case_owner_id_state", "case", ["owner_id", "state"], unique=False)
    op.create_index("ix_case_point", "case", ["point"], unique=False)
    op.create_index("ix_case_reporter_id", "case", ["reporter_id"], unique=False)
    op.create_index("ix_case_similar", "case", ["category", "lat", "lon"], unique=False)
    op.create_index("ix_case_state_handle_due", "case", ["state", "handle_due"], unique=False)
    op.create_index("ix_case_state_unit", "case", ["state", "unit"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("chat", sa.String(length=255), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("draft", base.Json, nullable=True),
        sa.Column("recent", base.Json, nullable=False),
        sa.Column("updated_at", base.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conversation_person_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("chat", "person_id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_updated_at"), "conversation", ["updated_at"], unique=False)
    op.create_table(
        "identity",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("realm", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=128), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("seen_at", base.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_identity_person_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("channel", "realm", "id", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_person_id_seen_at", "identity", ["person_id", "seen_at"], unique=False)
    op.create_table(
        "web_file",
        sa.Column("message_id", base.Id, nullable=False),
        sa.Column("position", base.Id, nullable=False),
        sa.Column("blob", sa.String(length=128), nullable=False),
        sa.Column("mime", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", base.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["web_message.id"], name=op.f("fk_web_file_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_web_file")),
    )
    op.create_index(op.f("ix_web_file_blob"), "web_file", ["blob"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("draft_id", base.Id, nullable=True),
        sa.Column("case_id", base.Id, nullable=True),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("round", base.Id, nullable=False),
        sa.Column("album", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=64), nullable=False),
        sa.Column("width", base.Id, nullable=False),
        sa.Column("height", base.Id, nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("taken_at", base.UtcTime(), nullable=True),
        sa.Column("sent_at", base.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_attachment_case_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attachment_person_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_album"), "attachment", ["album"], unique=False)
    op.create_index(op.f("ix_attachment_blob"), "attachment", ["blob"], unique=False)
    op.create_index(op.f("ix_attachment_case_id"), "attachment", ["case_id"], unique=False)
    op.create_index(op.f("ix_attachment_draft_id"), "attachment", ["draft_id"], unique=False)
    op.create_table(
        "case_text",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("case_id", base.Id, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", base.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_case_text_case_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_text")),
    )
    op.create_index(op.f("ix_case_text_case_id"), "case_text", ["case_id"], unique=False)
    op.create_table(
        "follower",
        sa.Column("case_id", base.Id, nullable=False),
        sa.Column("person_id", base.Id, nullable=False),
        sa.Column("since", base.UtcTime(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_follower_case_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_follower_person_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_follower")),
    )
    op.create_index(op.f("ix_follower_person_id"), "follower", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_follower_person_id"), table_name="follower")
    op.drop_table("follower")
    op.drop_index(op.f("ix_case_text_case_id"), table_name="case_text")
    op.drop_table("case_text")
    op.drop_index(op.f("ix_attachment_draft_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_case_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_blob"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_album"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(op.f("ix_web_file_blob"), table_name="web_file")
    op.drop_table("web_file")
    op.drop_index("ix_identity_person_id_seen_at", table_name="identity")
    op.drop_table("identity")
    op.drop_index(op.f("ix_conversation_updated_at"), table_name="conversation")
    op.drop_table("conversation")
    op.drop_index("ix_case_state_unit", table_name="case")
    op.drop_index("ix_case_state_handle_due", table_name="case")
    op.drop_index("ix_case_similar", table_name="case")
    op.drop_index("ix_case_reporter_id", table_name="case")
    op.drop_index("ix_case_point", table_name="case")
    op.drop_index("ix_case_owner_id_state", table_name="case")
    op.drop_table("case")
    op.drop_index("ix_assignment_role_unit", table_name="assignment")
    op.drop_index("ix_assignment_point", table_name="assignment")
    op.drop_index("ix_assignment_person_id", table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("web_secret")
    op.drop_index("ix_web_message_chat_id_revision", table_name="web_message")
    op.drop_table("web_message")
    op.drop_table("web_menu")
    op.drop_table("seal")
    op.drop_table("person")
    op.drop_index(op.f("ix_pack_row_changed_at"), table_name="pack_row")
    op.drop_table("pack_row")
    op.drop_index("ix_outbox_state_created_at", table_name="outbox")
    op.drop_index(
        "ix_outbox_pending",
        table_name="outbox",
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.drop_index(op.f("ix_outbox_card_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("number_block")
    op.drop_table("menu")
    op.drop_table("lease")
    op.drop_index(op.f("ix_invite_staff"), table_name="invite")
    op.drop_table("invite")
    op.drop_index("ix_inbox_state_received_at", table_name="inbox")
    op.drop_index(
        "ix_inbox_pending",
        table_name="inbox",
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.drop_table("inbox")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_table("event")
    op.drop_index(
        "ix_chore_pending",
        table_name="chore",
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.drop_table("chore")
    op.drop_index(op.f("ix_card_subject"), table_name="card")
    op.drop_table("card")
    op.drop_index(op.f("ix_bound_chat_unit"), table_name="bound_chat")
    op.drop_table("bound_chat")
