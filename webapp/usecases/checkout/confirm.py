"""Asking the provider what became of an attempt: the one road to "paid" (G3, M6)."""

from datetime import timedelta

from sqlalchemy import update

from webapp.nouns.order.find import LIVE, attempts_of, by_reference
from webapp.nouns.order.models import PaymentAttempt
from webapp.ports.payment.port import PaymentFact, PaymentProvider, PaymentTrouble
from webapp.usecases.checkout.frozen import ZERO
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.checkout.wanted import provider_of
from webapp.usecases.checkout.zero import settle_zero
from webapp.usecases.till.leaving import is_silent
from webapp.usecases.wiring import Wiring


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
    provider = provider_of(wiring, attempt)
    if is_silent(provider):
        return  # what is paid there is not ours to know
    fact = ask_provider(provider, attempt, deadline_s or wiring.page_seconds)
    if fact is None or _is_no_news(attempt, fact):
        return
    now = wiring.clock.now()
    wiring.db.run(lambda session: apply_payment_fact(session, attempt_id, fact, now, cause))


def _is_no_news(attempt: PaymentAttempt, fact: PaymentFact) -> bool:
    """Whether applying this could change nothing: a page that waits need not take the write lock each time it asks."""
    still = fact.state == "open" or fact.state == attempt.state == "authorized"
    return attempt.provider_ref is not None and not fact.captures and still


def refresh(wiring: Wiring, reference: str, cause: str, *, at_most_every: timedelta = timedelta()) -> str:
    """Bring one order up to date with the provider, as far as it answers; the order's state now.

    A provider that does not answer changes nothing: the callback or the reconciler will bring the news.
    `at_most_every`: pages that wait ask the provider of one attempt once in this time, however many they are.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        attempts = attempts_of(session, order.id) if order else []
    if order is None:
        return ""
    for attempt in attempts:
        if attempt.state in LIVE and (not at_most_every or _my_turn(wiring, attempt, at_most_every)):
            try:
                confirm_payment(wiring, attempt.id, cause)
            except PaymentTrouble:
                break
    return state_of(wiring, reference)


def _my_turn(wiring: Wiring, attempt: PaymentAttempt, apart: timedelta) -> bool:
    """Whether nobody has asked for `apart`; then nobody else does for as long. A clock set back makes nobody wait."""
    now = wiring.clock.now()
    if attempt.asked_at is not None and now - apart < attempt.asked_at <= now:
        return False  # the usual case costs no write
    asked = PaymentAttempt.asked_at
    due = (
        update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt.id, asked.is_(None) | (asked <= now - apart) | (asked > now))
        .values(asked_at=now)
    )
    return wiring.db.run(lambda session: session.connection().execute(due).rowcount == 1)


def state_of(wiring: Wiring, reference: str) -> str:
    """The state an order is in now; empty for none."""
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
    return order.state if order else ""
