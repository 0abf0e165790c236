"""What the loyalty programme will be told about an order that has just been paid (L1 to L4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.facts import StoreFacts, store_by_id
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.outbox.box import Message, put
from webapp.ports.loyalty.port import Consent, PaidLine, PaidOrder

TOPIC_REPORT = "loyalty.report"


def paid_lines(lines: Sequence[OrderLine]) -> tuple[PaidLine, ...]:
    """One line per unit; paid options apart from their dish, so that every reading of "amount" agrees (section 7)."""
    told: list[PaidLine] = []
    for line in lines:
        extras = [detail for detail in line.details if detail["unit_price"]]
        base = line.unit_price - sum(detail["unit_price"] * detail["quantity"] for detail in extras)
        for _ in range(line.quantity):
            told.append(PaidLine(name=line.name, amount=base, sku=line.sku))
            for detail in extras:
                unit = PaidLine(name=detail["name"], amount=detail["unit_price"], sku=detail.get("sku"))
                told += [unit] * int(detail["quantity"])
    return tuple(told)


def paid_order(
    order: Order, lines: Sequence[OrderLine], store: StoreFacts, store_slug: str, member_id: str | None
) -> PaidOrder:
    """The frozen snapshot of a paid order, moments in the store's own zone."""
    zone = store.zone
    return PaidOrder(
        reference=order.reference,
        store_slug=store_slug,
        mode="table" if order.mode == "table" else "collect",
        currency=order.currency,
        amount=order.total,
        tax_amount=sum(share["vat"] for share in order.vat),
        created_at=order.created_at.astimezone(zone),
        paid_at=(order.paid_at or order.created_at).astimezone(zone),
        pickup_at=order.slot_at.astimezone(zone) if order.slot_at else None,
        lines=paid_lines(lines),
        phone=order.phone,
        member_id=member_id,
        consent=Consent(email=order.consent.get("email"), sms=order.consent.get("sms")),
        # The diner's note to the kitchen may hold anything, allergies included: it is not the programme's business.
        comment=None,
    )


def tell_loyalty(session: Session, order: Order, lines: Sequence[OrderLine], now: datetime) -> None:
    """Put the order in the outbox, in the transaction that made it paid; nobody identified, nothing to tell."""
    if order.phone is None or order.customer_id is None:
        return
    store = store_by_id(session, order.store_id)
    if store is None or store.connection_id is None:
        return  # the merchant has left its programme: nobody is there to be told
    customer = session.get(Customer, order.customer_id)
    same = customer is not None and customer.member_connection_id == store.connection_id
    member_id = customer.member_id if customer is not None and same else None
    snapshot = paid_order(order, lines, store, store.loyalty_slug, member_id)
    message = Message(
        topic=TOPIC_REPORT,
        key=order.reference,
        merchant_id=order.merchant_id,
        store_id=order.store_id,
        order_id=order.id,
        payload=snapshot.to_json(),
        connection_id=store.connection_id if store.loyalty_slug else None,
    )
    put(session, message, now)
    order.points_state = "waiting"
