"""Everybody who takes money, counters and tills among them: in front of whoever is paid on this site."""

from sqlalchemy.orm import Session

from webapp.ports.payment.external_pos import ExternalPos
from webapp.ports.payment.port import PaymentProvider
from webapp.usecases.payments import Payee, Payments
from webapp.usecases.till.counter import COUNTER, Counter


class WithCounter:
    """`Payments` that know the counter too, and tills. New orders are paid there only when the diner chose it."""

    def __init__(self, payments: Payments, counter: Counter, tills: Payments | None = None) -> None:
        """`payments`: everybody else. `tills`: the accounts of tills."""
        self._payments, self._counter, self._tills = payments, counter, tills

    @property
    def origins(self) -> frozenset[str]:
        """See `Payments.origins`."""
        return self._payments.origins

    def of(self, session: Session, merchant_id: int) -> Payee | None:
        """See `Payments.of`."""
        return self._payments.of(session, merchant_id)

    def behind(self, provider: str, account_id: int | None) -> PaymentProvider | None:
        """See `Payments.behind`."""
        if provider == COUNTER:
            return self._counter
        return self._at(provider).behind(provider, account_id)

    def called_back(self, provider: str, token: str) -> Payee | None:
        """See `Payments.called_back`."""
        return None if provider == COUNTER else self._at(provider).called_back(provider, token)

    def _at(self, provider: str) -> Payments:
        return self._tills if provider == ExternalPos.name and self._tills is not None else self._payments
