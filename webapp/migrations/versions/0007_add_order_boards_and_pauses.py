"""Add order boards and pauses."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_board_store_id_store")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_board")),
    )
    op.create_table(
        "board_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_board_event_order_id_order"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_board_event_staff_id_staff"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_board_event_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_event")),
        sa.UniqueConstraint("store_id", "number", name=op.f("uq_board_event_store_id_number")),
    )
    with op.batch_alter_table("board_event", schema=None) as batch_op:
        batch_op.create_index("ix_board_event_order_id", ["order_id"], unique=False)

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_order_board", ["store_id", "progress", "progress_at"], unique=False)

    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("busy_minutes", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("needs_listener", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.drop_column("needs_listener")
        batch_op.drop_column("busy_minutes")
        batch_op.drop_column("paused_until")
        batch_op.drop_column("paused_at")

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index("ix_order_board")
        batch_op.drop_column("seen_at")

    with op.batch_alter_table("board_event", schema=None) as batch_op:
        batch_op.drop_index("ix_board_event_order_id")

    op.drop_table("board_event")
    op.drop_table("board")
