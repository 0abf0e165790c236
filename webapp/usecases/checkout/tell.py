"""What the loyalty programme will be told about an order that has just been paid (L1 to L4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.customer.identities import number_in
from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.facts import StoreFacts, store_by_id
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.outbox.box import Message, put, say_instead, void
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.models import OrderDiscount
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.rows import DONE, debits_of
from webapp.ports.loyalty.port import Consent, PaidLine, PaidOrder, UsedValue

TOPIC_REPORT = "loyalty.report"
TOPIC_CANCEL = "loyalty.cancel"
TOPIC_CREDIT = "loyalty.credit"
# What an order can use up of the programme's, by the kind of our discount → the port's word for it.
USED = {"taken": "reward", "owned": "owned", "code": "code", "credit": "credit"}
CHECK_WITHIN = timedelta(hours=24)  # how long staff may take to look at a phone
SPARE = timedelta(hours=1)
# Read anew: their states were changed in this very transaction.
_DISCOUNTS = select(OrderDiscount).order_by(OrderDiscount.id).execution_options(populate_existing=True)
NOTHING_SENT = "refunded before anything was sent"


def paid_lines(
    lines: Sequence[OrderLine], discounts: Sequence[OrderDiscount] = (), connection_id: int | None = None
) -> tuple[PaidLine, ...]:
    """One line per unit; paid options apart from their dish, so that every reading of "amount" agrees (section 7).

    A free product is its own line at 0 with its reward, which uses the copy up (R7); a voucher is one negative line
    with its reward; a coupon, which is no business of the programme's, one without. A reward bought under another
    connection than `connection_id` keeps its amount and loses its name: it would be refused there (L9).
    """
    told: list[PaidLine] = []
    free = {one.line_position: one for one in discounts if one.line_position is not None}
    for line in lines:
        extras = [detail for detail in line.details if detail["unit_price"]]
        base = line.unit_price - sum(detail["unit_price"] * detail["quantity"] for detail in extras)
        for number in range(line.quantity):
            gift = free.get(line.position) if number == 0 else None
            off = gift.amount if gift is not None else 0
            told.append(PaidLine(line.name, base - off, line.sku, reward_id=_reward_id(gift, connection_id)))
            for detail in extras:
                unit = PaidLine(name=detail["name"], amount=detail["unit_price"], sku=detail.get("sku"))
                told += [unit] * int(detail["quantity"])
    told += [
        PaidLine(one.name, -one.amount, reward_id=_reward_id(one, connection_id), code=one.code or None)
        for one in discounts
        if one.line_position is None
    ]
    return tuple(told)


def _unchecked(discount: OrderDiscount) -> bool:
    """Whether staff have not said that it is theirs: told without it, unless they do (section 3, d)."""
    return discount.counter and discount.state != "used"


def _reward_id(discount: OrderDiscount | None, connection_id: int | None) -> str | None:
    if discount is not None and _unchecked(discount):
        return None
    ours = discount is not None and discount.connection_id == connection_id
    return discount.reward_id if discount is not None and ours else None


def used_values(
    discounts: Sequence[OrderDiscount], told: Sequence[PaidLine], connection_id: int | None
) -> tuple[UsedValue, ...]:
    """What of the programme's this order used up, with what it took off; `told`: from `paid_lines`."""
    used = []
    for one in discounts:
        if one.kind not in USED or one.connection_id != connection_id or _unchecked(one):
            continue
        line = None
        if one.line_position is not None:
            gifts = (at for at, line in enumerate(told) if line.sku and line.reward_id == one.reward_id)
            line = next(gifts, None)
        used.append(UsedValue(USED[one.kind], one.amount, one.reward_id or "", one.code, one.name, line))
    return tuple(used)


def value_used(debits: Sequence[ValueMovement], connection_id: int | None) -> tuple[UsedValue, ...]:
    """What the person's gift card and points have paid of it."""
    done = [row for row in debits if row.state == DONE and row.connection_id == connection_id]
    return tuple(UsedValue(row.kind, row.amount) for row in done)


def paid_order(
    order: Order,
    lines: Sequence[OrderLine],
    discounts: Sequence[OrderDiscount],
    store: StoreFacts,
    member_id: str | None,
    debits: Sequence[ValueMovement] = (),
) -> PaidOrder:
    """The frozen snapshot of a paid order, moments in the store's own zone."""
    zone = store.zone
    told = paid_lines(lines, discounts, store.connection_id)
    return PaidOrder(
        reference=order.reference,
        store_slug=store.loyalty_slug,
        mode="table" if order.mode == "table" else "collect",
        currency=order.currency,
        amount=order.total - order.tip,
        tax_amount=sum(share["vat"] for share in order.vat),
        created_at=order.created_at.astimezone(zone),
        paid_at=(order.paid_at or order.created_at).astimezone(zone),
        pickup_at=order.slot_at.astimezone(zone) if order.slot_at else None,
        lines=told,
        phone=number_in(order.phone),
        member_id=member_id,
        consent=Consent(email=order.consent.get("email"), sms=order.consent.get("sms")),
        # The diner's note to the kitchen may hold anything, allergies included: it is not the programme's business.
        comment=None,
        serial=order.id,
        table_label=order.table_label,
        used=used_values(discounts, told, store.connection_id) + value_used(debits, store.connection_id),
    )


def for_another(session: Session, row: OutboxMessage) -> str | None:
    """What another account of the merchant's may be told in place of this one; None when it stays with its own (L9).

    A cancellation follows its report. A report stays that names what only its own programme knows: a reward, somebody
    without a number, or a gift card or points that pay a part, though they may be taken only after this.
    """
    if row.topic in {TOPIC_CANCEL, TOPIC_CREDIT} or row.member_sealed:
        return None
    if row.topic != TOPIC_REPORT or not row.payload:
        return row.payload
    order = PaidOrder.from_json(row.payload)
    if order.used or order.phone is None or any(line.reward_id for line in order.lines):
        return None
    if row.order_id is not None and session.get_one(Order, row.order_id).by_value:
        return None
    return replace(order, member_id=None).to_json() if order.member_id is not None else row.payload


def _told_at(
    session: Session,
    order: Order,
    discounts: Sequence[OrderDiscount],
    debits: Sequence[ValueMovement],
    store: StoreFacts,
) -> StoreFacts | None:
    """The store as the programme knows it that this order is for: the one whose rewards, gift card or points it used,
    though the merchant may have left it since; None where there is nobody to be told.
    """
    theirs: Sequence[int | None]
    used = [one.connection_id for one in discounts] + [one.connection_id for one in debits]
    theirs = [one for one in used if one not in (None, store.connection_id)]
    if not theirs and order.member_sealed and store.connection_id is not None:
        theirs = _before(session, order, store.connection_id)
    old = session.get(LoyaltyConnection, theirs[0]) if theirs else None
    if old is None:
        return store if store.connection_id is not None else None
    slug = (old.last_slugs or {}).get(str(store.id), "")
    return replace(store, connection_id=old.id, loyalty_vendor=old.vendor, loyalty_slug=slug)


def _before(session: Session, order: Order, connection_id: int) -> Sequence[int | None]:
    """The connection that was replaced while this order was being paid, if one was."""
    if session.get_one(LoyaltyConnection, connection_id).created_at <= order.created_at:
        return []
    older = select(LoyaltyConnection.id).where(
        LoyaltyConnection.merchant_id == order.merchant_id, LoyaltyConnection.created_at <= order.created_at
    )
    return session.scalars(older.order_by(LoyaltyConnection.id.desc()).limit(1)).all()


def _named_there(
    session: Session, order: Order, debits: Sequence[ValueMovement], connection_id: int | None
) -> str | None:
    """What this programme calls the diner: as it was when their value was taken, else as we know them now."""
    paying = next((row.member_id for row in debits if row.connection_id == connection_id and row.member_id), None)
    customer = session.get(Customer, order.customer_id) if order.customer_id is not None else None
    if paying is not None or customer is None or customer.member_connection_id != connection_id:
        return paying
    return customer.member_id if order.phone is not None else None


def tell_loyalty(
    session: Session, order: Order, lines: Sequence[OrderLine], discounts: Sequence[OrderDiscount], now: datetime
) -> None:
    """Put the order in the outbox, in the transaction that made it paid.

    Nobody identified, nothing to tell; unless a guest's code of the programme is used up by it.
    """
    known = order.phone is not None and order.customer_id is not None
    if not known and not any(one.kind in USED for one in discounts):
        return
    now_there = store_by_id(session, order.store_id)
    debits = debits_of(session, order.id) if order.by_value else ()
    store = _told_at(session, order, discounts, debits, now_there) if now_there is not None else None
    if store is None:
        return  # the merchant has left its programme: nobody is there to be told
    member_id = _named_there(session, order, debits, store.connection_id)
    snapshot = paid_order(order, lines, discounts, store, None if order.member_sealed else member_id, debits)
    message = Message(
        topic=TOPIC_REPORT,
        key=order.reference,
        merchant_id=order.merchant_id,
        store_id=order.store_id,
        order_id=order.id,
        payload=snapshot.to_json(),
        connection_id=store.connection_id if store.loyalty_slug else None,
        member_sealed=order.member_sealed,
    )
    # Until staff have looked at the phone nobody knows whether a reward is to be named (section 3, d); should their
    # word and the release both never come, it leaves without.
    # Points that pay a part are taken after the payment: it says whether they were.
    waits = any(one.counter for one in discounts) or any(row.state != DONE for row in debits)
    put(session, message, now, wait=CHECK_WITHIN + SPARE if waits else timedelta(0))
    order.member_sealed = ""
    if known:
        order.points_state = "waiting"


def tell_checked(session: Session, order: Order, now: datetime) -> bool:
    """The reward of this order was checked or released, its points were taken or not: the report says which, and
    waits no longer.

    False when it has left before, without the reward.
    """
    theirs = select(OutboxMessage).where(OutboxMessage.topic == TOPIC_REPORT, OutboxMessage.key == order.reference)
    report = session.scalar(theirs)
    if report is None:
        return True  # nobody was there to be told
    if not report.payload:
        return False  # the person was forgotten meanwhile
    store = store_by_id(session, order.store_id)
    discounts = list(session.scalars(_DISCOUNTS.where(OrderDiscount.order_id == order.id)))
    connection_id = report.connection_id or (store.connection_id if store is not None else None)
    lines = paid_lines(lines_of(session, order.id), discounts, connection_id)
    used = used_values(discounts, lines, connection_id) + value_used(debits_of(session, order.id), connection_id)
    payload = replace(PaidOrder.from_json(report.payload), lines=lines, used=used).to_json()
    return say_instead(session, report.id, payload, now)


def take_back(session: Session, order: Order, now: datetime) -> None:
    """A paid order is refunded in full: exactly one cancellation, after its report, or nothing at all (L10).

    What was certainly never received is abandoned. Otherwise one row asks for the cancellation; the worker sends it
    after the report. It names no person: the programme knows the order.
    """
    theirs = select(OutboxMessage).where(OutboxMessage.topic == TOPIC_REPORT, OutboxMessage.key == order.reference)
    report = session.scalar(theirs)
    if report is None:
        return
    if void(session, report.id, NOTHING_SENT, now):
        order.points_state = "none"
        return
    if not report.payload:
        return  # the person was forgotten meanwhile, and with them what the programme was told
    nobody = replace(PaidOrder.from_json(report.payload), phone=None, member_id=None)
    message = Message(
        topic=TOPIC_CANCEL,
        key=order.reference,
        merchant_id=report.merchant_id,
        store_id=report.store_id,
        order_id=order.id,
        payload=nobody.to_json(),
        connection_id=report.connection_id,
    )
    put(session, message, now)
    order.points_state = "recalled"
