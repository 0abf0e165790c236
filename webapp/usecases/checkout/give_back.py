"""Staff give money back: the whole order or some of its lines, asked once, written down with who and why (M9, L10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import lines_of, locked
from webapp.nouns.order.giving_back import Plan, Returnable, plan, returnable, tip_given
from webapp.nouns.order.models import Order, PaymentCapture, Refund
from webapp.nouns.order.moves import move_order
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.requests import (
    ask_anew,
    given,
    honoured_capture,
    intend,
    request_of_key,
    requests_of,
    reserve,
    settle_request,
)
from webapp.nouns.promotion import hold
from webapp.nouns.promotion.find import discounts_of
from webapp.nouns.staff import deeds
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import GIFT_CARD, POINTS, Shares, share_back
from webapp.nouns.value.rows import DONE, credit, debits_of, drop_planned, left_of
from webapp.usecases.checkout.settle import free_slot, settle_refunds
from webapp.usecases.checkout.tell import take_back
from webapp.usecases.wiring import Wiring

REASONS = ("guest", "sold_out", "too_late", "wrong", "quality", "other")
LONGEST_WORDS = 300
REFUNDABLE = frozenset({"paid", "closed"})


class NotGivenBack(Exception):
    """Nothing was changed. `code`: `unknown`, `not_paid`, `nothing_left`, `nothing_chosen`, `too_many`, `bad_quantity`,
    `bad_reason`, `too_long`, `changed` (the sum is not the one that was shown), `used_elsewhere`.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Wish:
    """What somebody of the staff wants to give back.

    Attributes:
        order_id: the order, of merchant `merchant_id` and store `store_id` (A5).
        quantities: position of a line → units; None for all that is left.
        tip: whether the tip goes back beside them.
        key: drawn by the page; the same key is the same request.
        shown: the sum the page showed, minor units.
    """

    order_id: int
    merchant_id: int
    store_id: int
    staff_id: int | None
    reason: str = "other"
    words: str = field(default="", repr=False)
    quantities: Mapping[int, int] | None = None
    key: str = ""
    shown: int = 0
    tip: bool = False


@dataclass(frozen=True)
class Standing:
    """An order as the refund page shows it. `card_left`, `gift_left`: what each paid and still has, where value paid a
    part (`order.by_value`).
    """

    order: Order
    lines: list[Returnable]
    given: int
    tip_left: int = 0
    card_left: int = 0
    gift_left: int = 0

    @property
    def left(self) -> int:
        """Minor units that can still be given back."""
        return self.order.total - self.given

    def shares(self, amount: int) -> Shares:
        """Where `amount` of an order paid in part by value would go back to."""
        return share_back(amount, self.card_left, self.gift_left)


def standing(session: Session, order: Order) -> Standing:
    """What was given back of an order and what is left."""
    requests = requests_of(session, order.id)
    lines = returnable(lines_of(session, order.id), discounts_of(session, order.id), requests)
    found = Standing(order, lines, given(session, order.id), order.tip - tip_given(requests))
    if not order.by_value:
        return found
    capture, debits = honoured_capture(session, order.id), debits_of(session, order.id)
    return replace(found, card_left=_card_left(capture), gift_left=_gift_left(session, debits))


def _card_left(capture: PaymentCapture | None) -> int:
    return capture.amount - capture.asked_back if capture is not None else 0


def _gift_left(session: Session, debits: Sequence[ValueMovement]) -> int:
    return sum(left_of(session, row) for row in debits if row.kind == GIFT_CARD)


def planned(now_: Standing, quantities: Mapping[int, int] | None, *, tip: bool = False) -> Plan:
    """What giving back `quantities`, and the tip, comes to.

    Raises:
        NotGivenBack: see there.
    """
    if now_.order.state not in REFUNDABLE:
        raise NotGivenBack("nothing_left" if now_.order.state in {"refund_due", "refunded"} else "not_paid")
    if quantities is not None:
        known = {line.position: line.left for line in now_.lines}
        if any(position not in known or units < 0 for position, units in quantities.items()):
            raise NotGivenBack("bad_quantity")
        if any(units > known[position] for position, units in quantities.items()):
            raise NotGivenBack("too_many")
        if not any(quantities.values()) and not tip:
            raise NotGivenBack("nothing_chosen")
    found = plan(now_.order, now_.lines, quantities, now_.given, now_.tip_left if tip else 0)
    if found.amount <= 0 and now_.order.total > 0:
        raise NotGivenBack("nothing_left" if quantities is None else "nothing_chosen")
    return found


def give_back(wiring: Wiring, wish: Wish) -> int:
    """Write the request down; the reconciler asks the provider within seconds. The request's row.

    Raises:
        NotGivenBack: see there.
    """
    if wish.reason not in REASONS:
        raise NotGivenBack("bad_reason")
    if len(wish.words) > LONGEST_WORDS:
        raise NotGivenBack("too_long")
    now = wiring.clock.now()
    return wiring.db.run(lambda session: _give_back(session, wish, now))


def _give_back(session: Session, wish: Wish, now: datetime) -> int:
    order = locked(session, wish.order_id)
    if order is None or (order.merchant_id, order.store_id) != (wish.merchant_id, wish.store_id):
        raise NotGivenBack("unknown")
    done = request_of_key(session, wish.key)
    if done is not None:
        if done.order_id != order.id:
            raise NotGivenBack("used_elsewhere")
        return done.id  # the same click, once more
    found = planned(standing(session, order), wish.quantities, tip=wish.tip)
    if found.amount != wish.shown:
        raise NotGivenBack("changed")
    request = _request(session, order, wish, found, now)
    if found.amount:
        _send_back(session, order, request, now)
    else:
        request.state, request.done_at = "done", now
    if found.whole:
        _end(session, order, now)
    after = {"amount": found.amount, "whole": found.whole, "reason": wish.reason}
    deeds.note(session, order.merchant_id, wish.staff_id, "order.refund", now, subject=f"#{order.number}", after=after)
    session.flush()
    return request.id


def _send_back(session: Session, order: Order, request: RefundRequest, now: datetime) -> None:
    """Each share to where it came from: the card first, then the gift card; points people give back (`parts`)."""
    capture = honoured_capture(session, order.id)
    debits = debits_of(session, order.id) if order.by_value else []
    cards = [row for row in debits if row.kind == GIFT_CARD]
    shares = share_back(request.amount, _card_left(capture), _gift_left(session, debits))
    if shares.card and (capture is None or not reserve(session, capture.id, shares.card)):
        raise NotGivenBack("nothing_left")
    if shares.points and not any(row.kind == POINTS for row in debits):
        raise NotGivenBack("nothing_left")
    if shares.card and capture is not None:
        intend(session, request, capture, shares.card, now)
    if shares.gift_card:
        credit(session, order, cards[0], shares.gift_card, now, request.id)
    if any(row.kind == POINTS and row.state == DONE for row in debits) and shares.points:
        subject = f"{order.reference}/{request.id}"
        raise_alert(session, "points_by_hand", subject, now, merchant_id=order.merchant_id)
    session.flush()
    if not shares.card and not shares.gift_card:
        settle_request(session, request.id, now)


def _request(session: Session, order: Order, wish: Wish, found: Plan, now: datetime) -> RefundRequest:
    request = RefundRequest(
        key=wish.key, order_id=order.id, merchant_id=order.merchant_id, whole=found.whole, amount=found.amount,
        vat=list(found.vat), lines=list(found.lines), reason=wish.reason, words=wish.words, staff_id=wish.staff_id,
        state="asked", created_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    return request


def _end(session: Session, order: Order, now: datetime) -> None:
    """`paid → refund_due`; what the order had used is free again: slot, coupons, rewards, points (K2, R5, L10)."""
    if not move_order(session, order, "refund_due", "staff", now):
        raise NotGivenBack("nothing_left")
    free_slot(session, order)
    hold.give_back(session, order.id)
    drop_planned(session, order, now)
    take_back(session, order, now)
    session.flush()
    settle_refunds(session, order, now)


def ask_again(wiring: Wiring, refund_id: int, *, merchant_id: int, store_id: int, staff_id: int | None) -> bool:
    """Ask the provider once more for a refund it had refused; False when there is none such in this store."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        refund = session.get(Refund, refund_id)
        order = locked(session, refund.order_id) if refund is not None else None
        if order is None or (order.merchant_id, order.store_id) != (merchant_id, store_id):
            return False
        asked = ask_anew(session, refund_id, now)
        if asked:
            deeds.note(session, merchant_id, staff_id, "order.refund_again", now, subject=f"#{order.number}")
        return asked

    return wiring.db.run(work)
