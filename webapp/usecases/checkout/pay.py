"""Paying a placed order: open the provider's page, ask what became of it, give it up (G4 to G6).

Every call to the provider happens between transactions: the intent is committed before, the answer after.
"""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import store_by_id
from webapp.nouns.order.find import LIVE, attempts_of, by_reference, last_attempt, lines_of, live_attempt, locked
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.order.moves import WATCHED, move_attempt
from webapp.ports.payment.port import (
    Capture,
    PaymentFact,
    PaymentProvider,
    PaymentRefused,
    PaymentTrouble,
    PaymentUnavailable,
    Sold,
    StartPayment,
)
from webapp.usecases.checkout.frozen import FIRST_CHECK, ZERO, attempt_row
from webapp.usecases.checkout.settle import apply_payment_fact, end_unpaid
from webapp.usecases.wiring import Wiring

PAGE_LANGUAGES = ("fr", "en")
DESCRIPTION_MOST = 120


class CannotPay(Exception):
    """No payment page can be shown: `code` is `over` (the order is no longer pending) or `unavailable`."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def order_link(wiring: Wiring, reference: str) -> str:
    """The signed word that opens this order's pages (A4)."""
    return wiring.signer.sign("order", reference)


def provider_of(wiring: Wiring, attempt: PaymentAttempt) -> PaymentProvider:
    """Whoever takes the money of this attempt.

    Raises:
        PaymentUnavailable: it is not set up (any more); what it holds is asked for when it is again.
    """
    provider = wiring.payments.behind(attempt.provider, attempt.payment_account_id)
    if provider is None:
        raise PaymentUnavailable("not set up")
    return provider


def start_payment(wiring: Wiring, reference: str) -> str:
    """The address of the payment page for this order; asking again gives the same page (C12).

    An order whose total the server computed as 0 takes the same road without a page (M10): empty address.

    Raises:
        CannotPay: `over`, or `unavailable` with everything kept for another try.
    """
    attempt, order = wiring.db.run(lambda session: _attempt_to_pay(wiring, session, reference))
    if attempt.provider == ZERO:
        settle_zero(wiring, attempt.id)
        return ""
    if attempt.state == "authorized":
        raise CannotPay("over")  # paid as far as the payer can; the kitchen is asked now
    if attempt.state == "open" and attempt.url:
        return attempt.url
    try:
        started = provider_of(wiring, attempt).start(_wanted(wiring, order, attempt), deadline_s=wiring.page_seconds)
    except PaymentRefused as refusal:
        # The same question would be refused again (our address or the store's name has changed since a lost answer,
        # say): this attempt is closed, and the next press of "pay" makes a new one.
        give_up_attempt(wiring, order, attempt)
        raise CannotPay("unavailable") from refusal
    except PaymentTrouble as trouble:
        raise CannotPay("unavailable") from trouble
    now = wiring.clock.now()
    if not wiring.db.run(lambda session: _opened(session, attempt.id, started.provider_ref, started.url, now)):
        raise CannotPay("over")
    return started.url


def _wanted(wiring: Wiring, order: Order, attempt: PaymentAttempt) -> StartPayment:
    """The request of this attempt: made of frozen facts as far as possible, since the same key must ask the same."""
    link = order_link(wiring, order.reference)
    with wiring.db.reading() as session:
        store = store_by_id(session, order.store_id)
        lines = lines_of(session, order.id)
    name = _printable(store.name if store else "")
    return StartPayment(
        key=attempt.key,
        reference=order.reference,
        attempt_number=attempt.number,
        amount=attempt.amount,
        currency=attempt.currency,
        description=f"{name[:DESCRIPTION_MOST]} · {order.number}",
        return_url=f"{wiring.public_url}/pay/{link}/return",
        cancel_url=f"{wiring.public_url}/pay/{link}/cancel",
        expires_at=attempt.expires_at,
        language=order.language if order.language in PAGE_LANGUAGES else PAGE_LANGUAGES[-1],
        metadata={"merchant": _printable(store.merchant.name if store else "") or "-"},
        lines=tuple(Sold(_printable(one.name), one.quantity, one.total) for one in lines),
        number=str(order.number),
        # No address for the provider's receipt: ours is behind the order's link, numbered and with its VAT, and an
        # address asked for here would be one more fact about a person to keep, to explain and to erase. At Stripe's
        # page the payer may still give one to Stripe itself.
    )


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


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
        if payee is None and order.total:
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


def settle_zero(wiring: Wiring, attempt_id: int) -> None:
    """A total of 0 is paid by nobody and confirmed by the same function as every other (M10)."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        order = locked(session, attempt.order_id)
        if order is None or order.state != "pending" or order.total != 0:
            return
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
        apply_payment_fact(session, attempt.id, fact, now, ZERO)

    wiring.db.run(work)


def ask_provider(provider: PaymentProvider, attempt: PaymentAttempt, deadline_s: float) -> PaymentFact | None:
    """What the provider says of this attempt now; None when it has never heard of it."""
    if attempt.provider_ref is None:
        return provider.find(attempt.key, since=attempt.created_at, deadline_s=deadline_s)
    return provider.look_up(attempt.provider_ref, deadline_s=deadline_s)


def confirm_payment(wiring: Wiring, attempt_id: int, cause: str, *, deadline_s: float | None = None) -> None:
    """Ask the provider about one attempt and act on the answer; the one road to "paid" (G3).

    Raises:
        PaymentTrouble: the provider gave no usable answer; nothing was written.
    """
    with wiring.db.reading() as session:
        attempt = session.get_one(PaymentAttempt, attempt_id)
    if attempt.provider == ZERO:
        settle_zero(wiring, attempt_id)
        return
    fact = ask_provider(provider_of(wiring, attempt), attempt, deadline_s or wiring.page_seconds)
    if fact is None or _is_no_news(attempt, fact):
        return
    now = wiring.clock.now()
    wiring.db.run(lambda session: apply_payment_fact(session, attempt_id, fact, now, cause))


def _is_no_news(attempt: PaymentAttempt, fact: PaymentFact) -> bool:
    """Whether applying this could change nothing: a page that waits need not take the write lock each time it asks."""
    still = fact.state == "open" or fact.state == attempt.state == "authorized"
    return attempt.provider_ref is not None and not fact.captures and still


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
        if attempt.state in LIVE:
            try:
                confirm_payment(wiring, attempt.id, cause)
            except PaymentTrouble:
                break
    return _state(wiring, reference)


def _state(wiring: Wiring, reference: str) -> str:
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
    return order.state if order else ""


def give_up(wiring: Wiring, reference: str, after: str, cause: str) -> str:
    """End a pending order: the provider is asked to close first, and its answer decides (G6); the state it is in.

    No answer → the order stays pending, its holds kept. `after`: `cancelled` or `expired`.
    """
    with suppress(PaymentTrouble):
        return end_order(wiring, reference, after, cause, deadline_s=wiring.page_seconds)
    return _state(wiring, reference)


def end_order(wiring: Wiring, reference: str, after: str, cause: str, *, deadline_s: float) -> str:
    """As `give_up`; of an order that is over already, an attempt somebody could still pay is closed (M2).

    Raises:
        PaymentTrouble: the provider gave no usable answer; nothing was written.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        attempt = live_attempt(session, order.id) if order else None
    if order is None:
        return ""
    if attempt is not None:
        fact = _close(wiring, order, attempt, deadline_s)
        return wiring.db.run(lambda session: _closed(wiring, session, attempt, fact, after, cause))
    now = wiring.clock.now()
    return wiring.db.run(lambda session: end_unpaid(session, order.id, after, now, cause))


def _closed(
    wiring: Wiring, session: Session, attempt: PaymentAttempt, fact: PaymentFact | None, after: str, cause: str
) -> str:
    """The answer and what follows from it, in one transaction: no new attempt can slip in between."""
    now = wiring.clock.now()
    _let_go(session, attempt, fact, now, cause)
    return end_unpaid(session, attempt.order_id, after, now, cause)


def give_up_attempt(wiring: Wiring, order: Order, attempt: PaymentAttempt) -> None:
    """Close one attempt and leave its order pending; without an answer nothing changes."""
    with suppress(PaymentTrouble):
        fact = _close(wiring, order, attempt, wiring.page_seconds)
        now = wiring.clock.now()
        wiring.db.run(lambda session: _let_go(session, attempt, fact, now, "refused"))


def _let_go(session: Session, attempt: PaymentAttempt, fact: PaymentFact | None, now: datetime, cause: str) -> None:
    if fact is not None:
        apply_payment_fact(session, attempt.id, fact, now, cause)
        return
    locked(session, attempt.order_id)
    move_attempt(session, session.get_one(PaymentAttempt, attempt.id), "expired", now)


def _close(wiring: Wiring, order: Order, attempt: PaymentAttempt, deadline_s: float) -> PaymentFact | None:
    """What the provider says after being asked to close; None when there is nothing that could be paid."""
    if attempt.provider == ZERO:
        return None
    provider = provider_of(wiring, attempt)
    if attempt.provider_ref is not None:
        return _close_known(provider, attempt.provider_ref, deadline_s)
    # We never stored an id. A start request of ours may still be on its way: the same key opens the very session it
    # would have opened, and closing that one leaves nothing that could be paid behind our back (C8, C11).
    if wiring.clock.now() < attempt.expires_at:
        with suppress(PaymentRefused):  # then the session cannot be opened by anybody, or exists and is found below
            started = provider.start(_wanted(wiring, order, attempt), deadline_s=deadline_s)
            return provider.close(started.provider_ref, deadline_s=deadline_s)
    found = provider.find(attempt.key, since=attempt.created_at, deadline_s=deadline_s)
    return None if found is None else _close_known(provider, found.provider_ref, deadline_s)


def _close_known(provider: PaymentProvider, provider_ref: str, deadline_s: float) -> PaymentFact | None:
    try:
        return provider.close(provider_ref, deadline_s=deadline_s)
    except PaymentRefused as refusal:
        if refusal.code == "unknown_session":
            return None  # what the provider does not know cannot be paid
        raise
