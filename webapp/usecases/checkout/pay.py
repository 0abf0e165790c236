"""Paying a placed order: open the provider's page, ask what became of it, give it up (G4 to G6).

Every call to the provider happens between transactions: the intent is committed before, the answer after.
"""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import store_by_id
from webapp.nouns.order.find import attempts_of, by_reference, last_attempt, live_attempt
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.ports.payment.port import (
    Capture,
    PaymentFact,
    PaymentProvider,
    PaymentRefused,
    PaymentTrouble,
    StartPayment,
)
from webapp.usecases.checkout.place import attempt_row
from webapp.usecases.checkout.settle import Settled, apply_payment_fact, end_unpaid
from webapp.usecases.wiring import Wiring

FIRST_CHECK = timedelta(seconds=60)
ZERO = "zero"


class CannotPay(Exception):
    """No payment page can be shown: `code` is `over` (the order is no longer pending) or `unavailable`."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def order_link(wiring: Wiring, reference: str) -> str:
    """The signed word that opens this order's pages (A4)."""
    return wiring.signer.sign("order", reference)


def start_payment(wiring: Wiring, reference: str) -> str:
    """The address of the payment page for this order; asking again gives the same page (C12).

    An order whose total the server computed as 0 takes the same road without a page (M10): empty address.

    Raises:
        CannotPay: `over`, or `unavailable` with everything kept for another try.
    """
    attempt, order = wiring.db.run(lambda session: _attempt_to_pay(wiring, session, reference))
    if attempt.provider == ZERO:
        settle_zero(wiring, attempt, order)
        return ""
    if attempt.state == "open" and attempt.url:
        return attempt.url
    try:
        started = wiring.payments[attempt.provider].start(_wanted(wiring, order, attempt))
    except PaymentTrouble as trouble:
        raise CannotPay("unavailable") from trouble
    wiring.db.run(lambda session: _opened(session, attempt.id, started.provider_ref, started.url, wiring))
    return started.url


def _wanted(wiring: Wiring, order: Order, attempt: PaymentAttempt) -> StartPayment:
    """The request of this attempt: made of frozen facts only, since the same key must always ask for the same."""
    link = order_link(wiring, order.reference)
    with wiring.db.reading() as session:
        store = store_by_id(session, order.store_id)
    merchant = store.merchant.name if store else ""
    return StartPayment(
        key=attempt.key,
        reference=order.reference,
        attempt_number=attempt.number,
        amount=attempt.amount,
        currency=attempt.currency,
        description=f"{store.name if store else ''} · {order.number}",
        return_url=f"{wiring.public_url}/pay/{link}/return",
        cancel_url=f"{wiring.public_url}/pay/{link}/cancel",
        expires_at=attempt.expires_at,
        language=order.language,
        metadata={"merchant": merchant},
    )


def _attempt_to_pay(wiring: Wiring, session: Session, reference: str) -> tuple[PaymentAttempt, Order]:
    order = by_reference(session, reference)
    now = wiring.clock.now()
    if order is None or order.state != "pending" or order.expires_at <= now:
        raise CannotPay("over")
    attempt = live_attempt(session, order.id)
    if attempt is None:
        last = last_attempt(session, order.id)
        number = last.number + 1 if last else 1
        session.execute(insert(PaymentAttempt), [attempt_row(wiring.payment, order, number, now)])
        attempt = live_attempt(session, order.id)
    assert attempt is not None  # noqa: S101 -- written a line above, in this transaction
    return attempt, order


def _opened(session: Session, attempt_id: int, provider_ref: str, url: str, wiring: Wiring) -> None:
    session.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt_id, PaymentAttempt.state == "created")
        .values(state="open", provider_ref=provider_ref, url=url, next_check_at=wiring.clock.now() + FIRST_CHECK)
    )


def settle_zero(wiring: Wiring, attempt: PaymentAttempt, order: Order) -> None:
    """A total of 0 is paid by nobody and confirmed by the same function as every other (M10)."""
    now = wiring.clock.now()
    capture = Capture(f"zero:{order.reference}", 0, order.currency, 0, now)
    fact = PaymentFact(
        provider_ref=f"zero:{order.reference}",
        key=attempt.key,
        reference=order.reference,
        state="captured",
        amount=0,
        currency=order.currency,
        account=attempt.account,
        livemode=attempt.livemode,
        captures=(capture,),
    )
    wiring.db.run(lambda session: apply_payment_fact(session, attempt.id, fact, now, ZERO))


def ask_provider(provider: PaymentProvider, attempt: PaymentAttempt, deadline_s: float) -> PaymentFact | None:
    """What the provider says of this attempt now; None when it has never heard of it."""
    if attempt.provider_ref is None:
        return provider.find(attempt.key, deadline_s=deadline_s)
    return provider.look_up(attempt.provider_ref, deadline_s=deadline_s)


def confirm_payment(wiring: Wiring, attempt_id: int, cause: str, *, deadline_s: float | None = None) -> Settled | None:
    """Ask the provider about one attempt and act on the answer; the one road to "paid" (G3).

    None when the provider has never heard of the attempt.

    Raises:
        PaymentTrouble: the provider gave no usable answer; nothing was written.
    """
    with wiring.db.reading() as session:
        attempt = session.get_one(PaymentAttempt, attempt_id)
    if attempt.provider == ZERO:
        return Settled("paid", "captured")
    fact = ask_provider(wiring.payments[attempt.provider], attempt, deadline_s or wiring.page_seconds)
    if fact is None:
        return None
    now = wiring.clock.now()
    return wiring.db.run(lambda session: apply_payment_fact(session, attempt_id, fact, now, cause))


def refresh(wiring: Wiring, reference: str, cause: str) -> str:
    """Bring one order up to date with the provider, as far as it answers; the order's state now.

    A provider that does not answer changes nothing: the callback or the reconciler will bring the news.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        attempts = attempts_of(session, order.id) if order else []
    if order is None:
        return ""
    for attempt in attempts:
        if attempt.state in {"created", "open"}:
            try:
                confirm_payment(wiring, attempt.id, cause)
            except PaymentTrouble:
                break
    with wiring.db.reading() as session:
        now_is = by_reference(session, reference)
    return now_is.state if now_is else ""


def give_up(wiring: Wiring, reference: str, after: str, cause: str, *, deadline_s: float | None = None) -> str:
    """End a pending order: the provider is asked to close first, and its answer decides (G6); the state it is in.

    No answer → the order stays pending, its holds kept. `after`: `cancelled` or `expired`.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        attempt = live_attempt(session, order.id) if order else None
    if order is None or order.state != "pending":
        return order.state if order else ""
    if attempt is not None:
        try:
            fact = _close(wiring, order, attempt, deadline_s or wiring.page_seconds)
        except PaymentTrouble:
            return "pending"
        now = wiring.clock.now()
        if fact is not None:
            wiring.db.run(lambda session: apply_payment_fact(session, attempt.id, fact, now, cause))
            if fact.state in {"open", "authorized"}:
                return "pending"
        else:
            wiring.db.run(lambda session: _dead(session, attempt.id))
    moment = wiring.clock.now()
    return wiring.db.run(lambda session: end_unpaid(session, order.id, after, moment, cause))


def _close(wiring: Wiring, order: Order, attempt: PaymentAttempt, deadline_s: float) -> PaymentFact | None:
    if attempt.provider == ZERO:
        return None
    provider = wiring.payments[attempt.provider]
    if attempt.provider_ref is not None:
        try:
            return provider.close(attempt.provider_ref, deadline_s=deadline_s)
        except PaymentRefused as refusal:
            if refusal.code == "unknown_session":
                return None  # what the provider does not know cannot be paid
            raise
    # We never stored an id. A start request of ours may still be on its way: the same key opens the very session it
    # would have opened, and closing that one leaves nothing that could be paid behind our back (C8, C11).
    if wiring.clock.now() < attempt.expires_at:
        with suppress(PaymentRefused):  # then the session cannot be opened by anybody, or exists and is found below
            started = provider.start(_wanted(wiring, order, attempt), deadline_s=deadline_s)
            return provider.close(started.provider_ref, deadline_s=deadline_s)
    found = provider.find(attempt.key, deadline_s=deadline_s)
    return None if found is None else provider.close(found.provider_ref, deadline_s=deadline_s)


def _dead(session: Session, attempt_id: int) -> None:
    session.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt_id, PaymentAttempt.state.in_(("created", "open")))
        .values(state="expired", next_check_at=None)
    )
