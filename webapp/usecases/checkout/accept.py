"""Money that is authorised only: the kitchen's yes takes it, its no lets it go (manual capture, M8).

What the kitchen said is committed before the provider is asked, and the reconciler carries it out if we die in between.
Two who decide at once, or a payer who cancels meanwhile, are settled by the provider: it takes the money or lets it go,
never both, and its answer is what is written down.
"""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.order import feed
from webapp.nouns.order.find import live_attempt, locked
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.ports.payment.port import PaymentTrouble
from webapp.usecases.checkout.settle import apply_payment_fact, end_unpaid
from webapp.usecases.checkout.wanted import provider_of
from webapp.usecases.wiring import Wiring


def accept_order(wiring: Wiring, order_id: int) -> str:
    """The kitchen takes this order: its money is captured. The order's state afterwards.

    `paid`: done. `pending`: the provider does not answer; the decision is kept and the worker carries it out. Anything
    else: the order was over before.
    """
    return _decide(wiring, order_id, "accept")


def refuse_order(wiring: Wiring, order_id: int) -> str:
    """The kitchen does not take it: nothing is charged, slot, codes and rewards go back. The state, as there."""
    return _decide(wiring, order_id, "refuse")


def _decide(wiring: Wiring, order_id: int, decision: str) -> str:
    now = wiring.clock.now()
    attempt_id = wiring.db.run(lambda session: _kept(session, order_id, decision, now))
    if attempt_id is not None:
        with suppress(PaymentTrouble):
            carry_out(wiring, attempt_id, deadline_s=wiring.page_seconds)
    with wiring.db.reading() as session:
        return session.get_one(Order, order_id).state


def _kept(session: Session, order_id: int, decision: str, now: datetime) -> int | None:
    """Write the decision down; the attempt it is about, None when there is nothing to decide. The first one stands."""
    order = locked(session, order_id)
    attempt = live_attempt(session, order_id)
    if order is None or order.state != "pending" or attempt is None or attempt.state != "authorized":
        return None
    if not attempt.decision:
        attempt.decision = decision
        session.flush()
        feed.append(session, order.store_id, order.id, "to accept", decision, now)
    return attempt.id


def carry_out(wiring: Wiring, attempt_id: int, *, deadline_s: float) -> None:
    """Do at the provider what the kitchen decided, and write down what it says; any number of times.

    Raises:
        PaymentTrouble: no usable answer, or no; the decision stays for the next round.
    """
    with wiring.db.reading() as session:
        attempt = session.get_one(PaymentAttempt, attempt_id)
    if attempt.state != "authorized" or attempt.provider_ref is None:
        return
    provider = provider_of(wiring, attempt)
    accepted = attempt.decision == "accept"
    decide = provider.capture if accepted else provider.void
    key = f"capture-{attempt.key}" if accepted else f"void-{attempt.key}"
    fact = decide(attempt.provider_ref, key, deadline_s=deadline_s)
    now = wiring.clock.now()
    cause = "accepted" if accepted else "refused"

    def work(session: Session) -> None:
        apply_payment_fact(session, attempt_id, fact, now, cause)
        end_unpaid(session, attempt.order_id, "cancelled", now, cause)  # only where no money can come any more

    wiring.db.run(work)
