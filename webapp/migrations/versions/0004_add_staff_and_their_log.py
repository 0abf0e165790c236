"""Add staff and their log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_message_key")),
    )
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.create_index("ix_mail_message_due", ["state", "not_before"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "connect_state",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_digest", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_connect_state_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_connect_state")),
    )
    with op.batch_alter_table("connect_state", schema=None) as batch_op:
        batch_op.create_index("ix_connect_state_created_at", ["created_at"], unique=False)

    op.create_table(
        "staff_deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_staff_deed_merchant_id_merchant")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_deed_staff_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_deed")),
    )
    with op.batch_alter_table("staff_deed", schema=None) as batch_op:
        batch_op.create_index("ix_staff_deed_merchant", ["merchant_id", "id"], unique=False)

    op.create_table(
        "staff_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("store_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_staff_link_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_staff_link")),
    )
    with op.batch_alter_table("staff_link", schema=None) as batch_op:
        batch_op.create_index("ix_staff_link_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_staff_link_merchant", ["merchant_id"], unique=False)

    op.create_table(
        "staff_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("store_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_staff_post_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_post_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_post")),
        sa.UniqueConstraint("staff_id", "merchant_id", name=op.f("uq_staff_post_staff_id_merchant_id")),
    )
    with op.batch_alter_table("staff_post", schema=None) as batch_op:
        batch_op.create_index("ix_staff_post_merchant_id", ["merchant_id"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index("ix_staff_session_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "program_check",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["loyalty_connection.id"], name=op.f("fk_program_check_connection_id_loyalty_connection")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_program_check")),
    )
    op.create_table(
        "program_place",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("public_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["loyalty_connection.id"], name=op.f("fk_program_place_connection_id_loyalty_connection")
        ),
        sa.PrimaryKeyConstraint("connection_id", "slug", name=op.f("pk_program_place")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_merchant", ["merchant_id", "topic", "id"], unique=False)
        batch_op.create_index("ix_outbox_message_merchant_state", ["merchant_id", "topic", "state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_merchant_state")
        batch_op.drop_index("ix_outbox_message_merchant")

    op.drop_table("program_place")
    op.drop_table("program_check")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_session_staff_id")

    op.drop_table("staff_session")
    with op.batch_alter_table("staff_post", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_post_merchant_id")

    op.drop_table("staff_post")
    with op.batch_alter_table("staff_link", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_link_merchant")
        batch_op.drop_index("ix_staff_link_expires_at")

    op.drop_table("staff_link")
    with op.batch_alter_table("staff_deed", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_deed_merchant")

    op.drop_table("staff_deed")
    with op.batch_alter_table("connect_state", schema=None) as batch_op:
        batch_op.drop_index("ix_connect_state_created_at")

    op.drop_table("connect_state")
    op.drop_table("staff")
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_message_due")

    op.drop_table("mail_message")
