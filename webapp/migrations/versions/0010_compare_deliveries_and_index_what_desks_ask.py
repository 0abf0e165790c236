"""Compare deliveries and index what desks ask."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PAID = sa.text("paid_at IS NOT NULL")
UNTOLD = sa.text("paid_at IS NOT NULL AND points_state = 'none' AND phone IS NOT NULL")
JOINS = sa.text("topic = 'loyalty.enrol'")


def _index(name: str, table: str, columns: list[str], only: sa.TextClause | None = None) -> None:
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def upgrade() -> None:
    op.create_table(
        "delivery_check",
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("paid_total", sa.Integer(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("unequal", sa.Integer(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_delivery_check_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "day", name=op.f("pk_delivery_check")),
    )
    _index("ix_consent_evidence_merchant", "consent_evidence", ["merchant_id", "answered_at"])
    _index("ix_order_merchant_paid", "order", ["merchant_id", "id"], PAID)
    _index("ix_order_merchant_paid_at", "order", ["merchant_id", "paid_at"], PAID)
    _index("ix_order_untold", "order", ["merchant_id", "id"], UNTOLD)
    _index("ix_outbox_message_joins", "outbox_message", ["merchant_id", "created_at"], JOINS)


def downgrade() -> None:
    op.drop_index("ix_outbox_message_joins", "outbox_message")
    for name in ("ix_order_untold", "ix_order_merchant_paid_at", "ix_order_merchant_paid"):
        op.drop_index(name, "order")
    op.drop_index("ix_consent_evidence_merchant", "consent_evidence")
    op.drop_table("delivery_check")
