"""Where an order may be paid: on this site, at the counter, or at the restaurant's till; what each can honour."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.promotion.basket import EVERYTHING, Honours
from webapp.ports.payment.external_pos import ExternalPos
from webapp.usecases.payments import Payee
from webapp.usecases.till.counter import COUNTER
from webapp.usecases.wiring import Wiring

HERE = "here"
TILL = ExternalPos.name


@dataclass(frozen=True)
class Way:
    """One place to pay. `payee`: None where nobody takes money. `lifetime`: how long an order waits for it.

    `silent`: what is paid there is never known here.
    """

    name: str
    payee: Payee | None
    lifetime: timedelta
    honours: Honours = EVERYTHING
    silent: bool = False


def chosen(wiring: Wiring, session: Session, store: StoreFacts, mode: str, name: str) -> Way | None:
    """The way of this name in this store and mode; None when the store does not offer it."""
    if name == HERE:
        return Way(HERE, wiring.payments.of(session, store.merchant.id), wiring.payment_lifetime)
    return next((one for one in elsewhere(wiring, store, mode) if one.name == name), None)


def elsewhere(wiring: Wiring, store: StoreFacts, mode: str) -> tuple[Way, ...]:
    """The ways to pay somewhere else than on this site."""
    found = [_at_till(wiring, store)] if store.till_account_id is not None else []
    if mode in store.counter_modes:
        found.append(_at_counter(wiring))
    return tuple(one for one in found if one is not None)


def _at_counter(wiring: Wiring) -> Way | None:
    # Our own staff confirm what is paid at our own counter, so rewards and codes hold there as they do here.
    provider = wiring.payments.behind(COUNTER, None)
    return None if provider is None else Way(COUNTER, Payee(provider), wiring.counter_lifetime)


def _at_till(wiring: Wiring, store: StoreFacts) -> Way | None:
    provider = wiring.payments.behind(TILL, store.till_account_id)
    if not isinstance(provider, ExternalPos):
        return None
    said = provider.till
    honours = Honours(codes=said.codes, gifts=said.gifts, vouchers=said.vouchers)
    payee = Payee(provider, store.till_account_id)
    return Way(TILL, payee, wiring.counter_lifetime, honours, silent=not said.calls_back)
