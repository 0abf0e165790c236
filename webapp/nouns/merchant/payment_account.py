"""A merchant's accounts at payment providers: who is paid, with whose keys (issue 5; keys sealed, X5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.ground.db import Base, index_where

ACTIVE = text("active")


class PaymentAccount(Base):
    """One account; its row lives on after another took its place: its payments can still be refunded with its keys."""

    __tablename__ = "payment_account"
    __table_args__ = (
        UniqueConstraint("merchant_id", "provider", "account", "livemode"),
        index_where("uq_payment_account_active", "merchant_id", unique=True, where=ACTIVE),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    provider: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(64))  # the provider's name for it, compared with every fact (G12)
    livemode: Mapped[bool]
    capture: Mapped[str] = mapped_column(
        String(10), default="automatic"
    )  # automatic | manual: when the kitchen accepts
    secret_key_sealed: Mapped[str] = mapped_column(Text)
    webhook_secrets_sealed: Mapped[str] = mapped_column(Text)  # a JSON list of at most two, sealed as one
    # The unguessable last part of the address the provider calls back at: every account has its own.
    callback_token: Mapped[str] = mapped_column(String(64), unique=True)
    active: Mapped[bool] = mapped_column(default=True)  # new orders are paid here; at most one per merchant
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


@dataclass(frozen=True)
class AccountKeys:
    """What an adapter needs to speak for one account, secrets in plain: never stored, printed or logged like this."""

    account: str
    livemode: bool
    manual: bool
    secret_key: str
    webhook_secrets: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"AccountKeys({self.account!r})"


def active_account(session: Session, merchant_id: int) -> PaymentAccount | None:
    """Where this merchant's new orders are paid."""
    query = select(PaymentAccount).where(PaymentAccount.merchant_id == merchant_id, PaymentAccount.active)
    return session.scalar(query)


def account_called_back(session: Session, provider: str, token: str) -> PaymentAccount | None:
    """The account whose callback address ends in `token`; also one that is no longer active."""
    query = select(PaymentAccount).where(PaymentAccount.callback_token == token, PaymentAccount.provider == provider)
    return session.scalar(query)


def merchant_paid(session: Session, account_id: int | None) -> int | None:
    """Whose account this row is; None without one."""
    return None if account_id is None else session.get_one(PaymentAccount, account_id).merchant_id
