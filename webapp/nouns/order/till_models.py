"""The ledger of the counter: what staff said they took, and gave back, with their own hands."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class TillPayment(Base):
    """Append-only: one line of the counter's ledger; for an order paid there it is the provider's truth (M1).

    An attempt ends once, `paid` or `closed`, and a refund is made once, whoever says so first: `name` is unique.
    """

    __tablename__ = "till_payment"
    __table_args__ = (Index("ix_till_payment_key", "key"), Index("ix_till_payment_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)  # "end:<attempt>" or "back:<refund's key>"
    key: Mapped[str] = mapped_column(String(64))  # the attempt: order reference and number
    kind: Mapped[str] = mapped_column(String(8))  # paid | closed | returned
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(8), default="")  # cash | card, of what was paid
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
