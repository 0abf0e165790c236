"""Placing an order: priced again, frozen, number drawn, slot held, attempt written, in one transaction (G1, G2, P3)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.ground.db import without_waiting
from webapp.nouns.catalog.shelf import NoSuchStore
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.visits import has_answered, mode_at, signed_in_at
from webapp.nouns.order.feed import append, heard
from webapp.nouns.order.find import placed_as
from webapp.nouns.order.models import Order, OrderLine, PaymentAttempt
from webapp.nouns.order.moves import note_move
from webapp.nouns.order.numbers import next_number
from webapp.nouns.order.slots import hold_slot
from webapp.nouns.promotion.choice import CODE, Party
from webapp.nouns.promotion.hold import NotHeld, Tongues, hold
from webapp.nouns.promotion.hold import shown as discounts_shown
from webapp.nouns.promotion.standing import Standing, lock, standing
from webapp.nouns.value.basket import busy_kinds, purse_of, rate_of
from webapp.nouns.value.parts import POINTS
from webapp.nouns.value.rows import plan
from webapp.usecases.checkout.frozen import answers, attempt_row, line_rows
from webapp.usecases.checkout.last_page import Confirmation, NotPlaced, confirmed
from webapp.usecases.proof.limits import may_pay, may_use
from webapp.usecases.till.counter import COUNTER
from webapp.usecases.till.ways import HERE
from webapp.usecases.till.ways import chosen as chosen_way
from webapp.usecases.wiring import Wiring

PRICE_LASTS = timedelta(minutes=2)
_ORDER = insert(Order).returning(Order.id)
# Nobody asks for the ids of these rows: `inline` spares reading them back.
_LINES = insert(OrderLine).inline()
_ATTEMPT = insert(PaymentAttempt).inline()


def place_order(
    wiring: Wiring,
    *,
    browser: str,
    store_id: int,
    shown: str,
    language: str,
    name: str = "",
    note: str = "",
    way: str = HERE,
    asked: bool = True,
) -> Order:
    """Freeze what the last page showed; the same confirmation again gives the same order.

    Args:
        wiring: the outside.
        browser: whose basket: the fingerprint of its cookie's token.
        store_id: in which store.
        shown: the digest the last page carried; anything else posted has no say.
        language: the diner's language, for the receipt.
        name: to call out, cleaned.
        note: to the kitchen, cleaned.
        way: where it is to be paid; see `till.ways`.
        asked: whether a programme whose rewards or prices the basket carries was asked right before.

    Raises:
        NotPlaced: with the reason; nothing was written.
    """
    now = wiring.clock.now()
    reference = wiring.draw.token(16)

    def work(session: Session) -> Order:
        # Held until the end: two taps at once are one after the other, and nobody changes the basket meanwhile.
        held = lock(session, browser, store_id)
        if held is None:
            raise NotPlaced("empty")
        basket_id, visit_id = held
        stands = standing(session, visit_id, store_id, basket_id)
        pending = session.get(Order, stands.pending_id) if stands.pending_id is not None else None
        if pending is not None and pending.quote_digest == shown and pending.expires_at > now:
            return pending
        if stands.carries and not asked:
            raise NotPlaced("not_asked")
        try:
            agreed = _agreed(wiring, session, store_id, basket_id, stands, now, way)
        except NotPlaced as refusal:
            paid = placed_as(session, visit_id, shown, now - wiring.payment_lifetime)
            if refusal.code != "empty" or paid is None:
                raise
            return paid
        if agreed.quote.problems or agreed.promoted.stops or agreed.digest != shown:
            raise NotPlaced("changed")
        if any(_is_old(said_at, now) for said_at in agreed.told_at):
            raise NotPlaced("changed")
        if pending is not None:
            raise NotPlaced("being_paid", pending.reference)
        return _freeze(wiring, session, agreed, reference, now, {"language": language, "name": name, "note": note})

    return wiring.db.run(work)


def _is_old(priced_at: datetime | None, now: datetime) -> bool:
    """Whether a programme's price is too old to be charged: it is asked right before placing (menu.md M1)."""
    return priced_at is None or now - priced_at > PRICE_LASTS


def _agreed(
    wiring: Wiring,
    session: Session,
    store_id: int,
    basket_id: int,
    stands: Standing,
    now: datetime,
    way: str,
) -> Confirmation:
    try:
        on_sale = wiring.shelf.stamped(session, store_id, stands.stamp, now)
    except NoSuchStore as gone:
        raise NotPlaced("closed") from gone
    if on_sale.store.connection_id is not None and not has_answered(stands.visit, stands.customer, now):
        raise NotPlaced("unanswered")
    # What this process keeps of the store may be older than the last sign of life of its board: asked again here.
    if on_sale.store.needs_listener and not heard(session, store_id, now):
        raise NotPlaced("paused")
    if way == HERE:
        return confirmed(session, on_sale, basket_id, stands, now, None)
    other = chosen_way(wiring, session, on_sale.store, mode_at(stands.visit, store_id), way)
    if other is None:
        raise NotPlaced("changed")  # not, or no longer, offered: the last page is shown again
    return confirmed(session, on_sale, basket_id, stands, now, other)


def _freeze(
    wiring: Wiring, session: Session, agreed: Confirmation, reference: str, now: datetime, words: dict[str, str]
) -> Order:
    store = agreed.on_sale.store
    _may_spend(session, agreed, now)
    way = chosen_way(wiring, session, store, agreed.mode, agreed.way)
    payee = way.payee if way is not None else None
    if way is None or (payee is None and agreed.due):
        raise NotPlaced("no_payment")
    if agreed.slot_at is not None and not hold_slot(session, store.id, agreed.slot_at, agreed.items, store.slot_items):
        raise NotPlaced("slot_full")
    priced = agreed.quote
    tongues = Tongues(words["language"], agreed.on_sale.menu.languages)
    frozen: dict[str, Any] = dict(
        reference=reference,
        number=next_number(session, store.id, now.astimezone(store.zone).date()),
        merchant_id=store.merchant.id,
        store_id=store.id,
        visit_id=agreed.visit.id,
        basket_id=agreed.basket_id,
        customer_id=agreed.customer.id if agreed.customer else None,
        state="pending",
        progress="",
        mode=agreed.mode,
        table_label=agreed.table_label,
        slot_at=agreed.slot_at,
        slot_items=agreed.items if agreed.slot_at is not None else 0,
        currency=priced.currency,
        subtotal=priced.subtotal,
        total=priced.total,
        tip=priced.tip,
        by_value=priced.total - agreed.due,
        vat=[{"rate": s.rate, "gross": s.gross, "net": s.net, "vat": s.vat} for s in priced.vat],
        discounts=discounts_shown(agreed.promoted, tongues),
        quote_digest=agreed.digest,
        menu_stamp=store.menu_stamp,
        phone=agreed.customer.phone if agreed.customer else None,
        member_sealed=agreed.visit.member_sealed if signed_in_at(agreed.visit, store.connection_id, now) else "",
        consent=answers(agreed.visit) if agreed.customer and agreed.visit.membership == "joined" else {},
        points_state="none",
        number_check="wanted" if any(one.counter for one in agreed.promoted.rewards if one.reason is None) else "",
        created_at=now,
        expires_at=now + way.lifetime,
        **words,
    )
    connection = session.connection()
    order = Order(id=connection.execute(_ORDER, frozen).scalar_one(), **frozen)
    try:
        hold(session, order, agreed.promoted, agreed.diner, store.connection_id, tongues)
    except NotHeld as gone:
        raise NotPlaced("changed") from gone  # the last use, or the copy, went to another order a moment ago
    with without_waiting(session):
        connection.execute(_LINES, line_rows(priced, agreed.basket_lines, order.id, tongues.diner, tongues.menu))
        connection.execute(_ATTEMPT, attempt_row(payee, order, 1, now))
        note_move(session, order.id, "draft", "pending", "placed", now)
    _plan_value(session, order, agreed, now)
    if way.name == COUNTER:
        append(session, store.id, order.id, "pending", "to pay", now)
    return order


def _plan_value(session: Session, order: Order, agreed: Confirmation, now: datetime) -> None:
    """Write what of the order the diner's gift card and points are to pay."""
    if agreed.parts:
        purse = purse_of(agreed.on_sale.store, agreed.customer)
        if purse is None:
            raise NotPlaced("changed")
        plan(session, order, agreed.parts, purse, now)


def _may_spend(session: Session, agreed: Confirmation, now: datetime) -> None:
    """The limits on rewards, read again where the order is frozen (section 3); its proof was, with its price.

    The customer's row is held: a lock by its owner comes before, and is seen here, or after, and sees this order.

    Raises:
        NotPlaced: `locked`, `order_limit`, `day_limit`, `points_hold`, `points_prove_again`.
    """
    used = sum(one.reason is None for one in agreed.promoted.rewards)
    used += any(one.reason is None and one.row.kind != CODE for one in agreed.promoted.choices)
    if not (used or agreed.parts) or agreed.customer is None:
        return
    customer = session.get_one(Customer, agreed.customer.id, with_for_update=True, populate_existing=True)
    locked = "locked" if customer.spending_locked_at is not None else ""
    refusal = may_use(session, customer, now, in_order=used - 1) if used else locked
    counted = {part.kind for part in agreed.parts}
    if any(one.reason is None and one.reward.cost is not None for one in agreed.promoted.rewards):
        counted.add(POINTS)
    party = Party(agreed.on_sale.store, agreed.visit, customer, now, agreed.basket_id)
    if counted and counted & busy_kinds(session, party):
        raise NotPlaced("changed")  # another order of theirs counts on the same since a moment ago
    refusal = refusal or _pace(session, agreed, customer, now)
    if refusal:
        raise NotPlaced(refusal)


def _pace(session: Session, agreed: Confirmation, customer: Customer, now: datetime) -> str:
    """Whether as many points may pay at once; "" when they may."""
    amount, rate = sum(part.amount for part in agreed.parts if part.kind == POINTS), rate_of(agreed.tenders)
    if not amount or rate is None:
        return ""
    visit = agreed.visit
    asked: dict[str, Any] = {"browser": visit.browser, "amount": amount, "rate": rate, "given_at": visit.identified_at}
    code = may_pay(session, customer, now, **asked)
    return f"points_{code}" if code else ""
