"""Paying a placed order: open the provider's page (G4, G5).

Every call to the provider happens between transactions: the intent is committed before, the answer after.
"""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from webapp.nouns.order.find import by_reference, last_attempt, live_attempt
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.order.moves import WATCHED
from webapp.ports.payment.port import PaymentRefused, PaymentTrouble
from webapp.usecases.checkout.frozen import FIRST_CHECK, ZERO, attempt_row
from webapp.usecases.checkout.give_up import give_up_attempt
from webapp.usecases.checkout.wanted import provider_of, wanted
from webapp.usecases.checkout.zero import settle_zero
from webapp.usecases.till.leaving import is_silent, leave
from webapp.usecases.value.take import NotTaken, take_before
from webapp.usecases.wiring import Wiring


class CannotPay(Exception):
    """No payment page can be shown.

    `code`: `over` (the order is no longer pending), `unavailable`, or why the gift card or the points pay nothing:
    `short`, `silent`, `busy`, `unclear`, or `under_way`, which ends nothing; see `NotTaken`.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def start_payment(wiring: Wiring, reference: str) -> str:
    """The address of the payment page for this order; asking again gives the same page (C12).

    An order whose total the server computed as 0 takes the same road without a page (M10): empty address. So does one
    that is left to a till which cannot tell us more.

    Raises:
        CannotPay: `over`; `unavailable` with everything kept for another try; or what `NotTaken` says.
    """
    attempt, order = wiring.db.run(lambda session: _attempt_to_pay(wiring, session, reference))
    if order.by_value and attempt.state == "created":
        _take_value(wiring, order)
    if attempt.provider == ZERO:
        settle_zero(wiring, attempt.id)
        return ""
    if attempt.state == "authorized":
        raise CannotPay("over")  # paid as far as the payer can; the kitchen is asked now
    if attempt.state == "open" and attempt.url:
        return attempt.url
    try:
        provider = provider_of(wiring, attempt)
        started = provider.start(wanted(wiring, order, attempt), deadline_s=wiring.page_seconds)
    except PaymentRefused as refusal:
        # The same question would be refused again (our address or the store's name has changed since a lost answer,
        # say): this attempt is closed, and the next press of "pay" makes a new one.
        give_up_attempt(wiring, order, attempt)
        raise CannotPay("unavailable") from refusal
    except PaymentTrouble as trouble:
        raise CannotPay("unavailable") from trouble
    now = wiring.clock.now()
    if is_silent(provider):
        wiring.db.run(lambda session: leave(session, attempt.id, now))
        return ""
    if not wiring.db.run(lambda session: _opened(session, attempt.id, started.provider_ref, started.url, now)):
        raise CannotPay("over")
    return started.url


def _take_value(wiring: Wiring, order: Order) -> None:
    """What the diner's gift card pays is taken before anybody is asked for the rest (spoonity.md 8.5)."""
    try:
        take_before(wiring, order)
    except NotTaken as refusal:
        raise CannotPay(refusal.code) from refusal


def _attempt_to_pay(wiring: Wiring, session: Session, reference: str) -> tuple[PaymentAttempt, Order]:
    # Locked: two tabs that both find no living attempt must not both make one.
    order = by_reference(session, reference, lock=True)
    now = wiring.clock.now()
    if order is None or order.state != "pending" or order.expires_at <= now:
        raise CannotPay("over")
    attempt = live_attempt(session, order.id)
    if attempt is None:
        last = last_attempt(session, order.id)
        number = last.number + 1 if last else 1
        payee = wiring.payments.of(session, order.merchant_id)
        if payee is None and order.due:
            raise CannotPay("unavailable")
        session.execute(insert(PaymentAttempt), [attempt_row(payee, order, number, now)])
        attempt = live_attempt(session, order.id)
    assert attempt is not None  # noqa: S101 -- written a line above, in this transaction
    return attempt, order


def _opened(session: Session, attempt_id: int, provider_ref: str, url: str, now: datetime) -> bool:
    """Keep the page's address; False when the attempt was given up while we were asking."""
    session.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt_id, PaymentAttempt.state == "created")
        .values(state="open", provider_ref=provider_ref, url=url, next_check_at=now + FIRST_CHECK)
    )
    kept = session.get_one(PaymentAttempt, attempt_id)
    return kept.state in WATCHED
