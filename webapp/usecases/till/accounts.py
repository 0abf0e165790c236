"""Everybody who takes money, counters among them: in front of whoever the settings name for payments on this site."""

from sqlalchemy.orm import Session

from webapp.ports.payment.port import PaymentProvider
from webapp.usecases.payments import Payee, Payments
from webapp.usecases.till.counter import COUNTER, Counter


class WithCounter:
    """`Payments` that know the counter too. New orders are paid there only when the diner chose it."""

    def __init__(self, payments: Payments, counter: Counter) -> None:
        """`payments`: everybody else."""
        self._payments, self._counter = payments, counter

    @property
    def origins(self) -> frozenset[str]:
        """See `Payments.origins`."""
        return self._payments.origins

    def of(self, session: Session, merchant_id: int) -> Payee | None:
        """See `Payments.of`."""
        return self._payments.of(session, merchant_id)

    def behind(self, provider: str, account_id: int | None) -> PaymentProvider | None:
        """See `Payments.behind`."""
        return self._counter if provider == COUNTER else self._payments.behind(provider, account_id)

    def called_back(self, provider: str, token: str) -> Payee | None:
        """See `Payments.called_back`."""
        return None if provider == COUNTER else self._payments.called_back(provider, token)
